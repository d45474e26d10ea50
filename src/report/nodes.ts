/** What each of several nodes has done, as a table for the terminal. */
import type { NodeTotals, Result } from '../measure/result.ts';
import { count } from './numbers.ts';
import { clip, type Look, padEnd, printable, width } from './text.ts';

/** Nodes that are shown; with more of them the busiest. */
const MOST = 10;
/** Real servers that are named for each node. */
const SERVERS = 3;
/** Nodes of one kernel that are named. */
const NAMES = 3;

/** `5.4`, or `5.4 (node1, node3), 6.1 (node2)` where nodes have their own. */
export function kernelNames({ kernel, nodes = [] }: Result['scenario']): string {
  const byKernel = new Map<string, string[]>();
  for (const node of nodes) {
    const own = node.kernel ?? kernel;
    byKernel.set(own, [...(byKernel.get(own) ?? []), node.name]);
  }
  const [only = kernel, ...others] = byKernel.keys();
  if (others.length === 0) return only;
  const each = [...byKernel].map(([own, names]) => {
    const who = names.length <= NAMES ? names.join(', ') : `${names.length} nodes`;
    return `${own} (${who})`;
  });
  return each.join(', ');
}

/** What one of several nodes has scheduled, its busiest real servers first, as they are named. */
export interface NodeRow {
  readonly name: string;
  readonly connections: number;
  /** `10.1.1.1:80 12, 10.1.1.2:80 7, 3 more`; empty of a node that scheduled none. */
  readonly servers: string;
}

/** A heading and a row for each node, with many of them the busiest; null where there is one only. */
export function nodeRows({ nodes }: Result): { readonly heading: string; readonly rows: NodeRow[] } | null {
  if (nodes === undefined) return null;
  const shown =
    nodes.length <= MOST ? nodes : [...nodes].sort((a, b) => b.connections - a.connections).slice(0, MOST);
  const rows = shown.map(({ name, connections, realServers }) => {
    const busy = byAddress(realServers).filter((server) => server.connections > 0);
    const first = [...busy].sort((a, b) => b.connections - a.connections).slice(0, SERVERS);
    const named = first.map((server) => `${printable(server.address)} ${count(server.connections)}`);
    const more = busy.length > SERVERS ? [`${busy.length - SERVERS} more`] : [];
    return { name: printable(name), connections, servers: [...named, ...more].join(', ') };
  });
  const rest = nodes.length > MOST ? `, the ${MOST} busiest of ${nodes.length}` : '';
  return { heading: `Connections that each node scheduled${rest}:`, rows };
}

/** The same as lines for the terminal. */
export function nodesText(result: Result, look: Look): string | null {
  const table = nodeRows(result);
  if (table === null) return null;
  const widest = Math.max(...table.rows.map(({ name }) => width(name)));
  const lines = table.rows.map(({ name, connections, servers }) => {
    const to = servers === '' ? '' : ` to ${servers}`;
    return clip(`  ${padEnd(name, widest)}  ${count(connections)}${to}`, look.columns, look);
  });
  return [table.heading, ...lines].join('\n');
}

/** Of several services that share real servers, or of a NodePort, all together. */
function byAddress(servers: NodeTotals['realServers']): { address: string; connections: number }[] {
  const sums = new Map<string, number>();
  for (const { address, connections } of servers) sums.set(address, (sums.get(address) ?? 0) + connections);
  return [...sums].map(([address, connections]) => ({ address, connections }));
}
