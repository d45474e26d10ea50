/** Expectations against the rest of the file: their windows hold intervals, their real servers exist. */
import { type Draft, draft } from '../draft.ts';
import type { Expression } from '../expect/expect.ts';
import { isNodeMetric, NODE_SERVER_METRICS, nodeLabel } from '../expect/metrics.ts';
import { allEntries, type Sections, serviceName } from '../schema/sections.ts';
import { ServerLabels } from '../server_labels.ts';
import { suggest } from '../text/suggest.ts';

export function checkExpectations(sections: Sections): Draft[] {
  const labels = serverLabels(sections);
  return sections.expect.flatMap(({ path, entry }) => {
    if (entry === null) return [];
    const { server, parts } = entry.expression;
    const drafts: Draft[] = [];
    const window = windowFault(entry.expression.window, sections);
    if (window !== null) {
      drafts.push({ ...draft('E_EXPECT', path, `${path.join('.')} ${window}`), part: parts.window! });
    }
    const fault =
      server === null
        ? null
        : isNodeMetric(entry.expression.metric)
          ? nodeFault(server, entry.expression, labels, sections)
          : labels && serverFault(server, entry.expression, labels);
    if (fault !== null) {
      const message = `${path.join('.')} ${fault.message}`;
      drafts.push({ ...draft('E_EXPECT', path, message, fault.hint), part: parts.metric });
    }
    return drafts;
  });
}

function windowFault(
  window: { readonly from_ns: number; readonly to_ns: number } | null,
  { interval_ns }: Sections,
): string | null {
  // A window after the end is no mistake: --until and --set duration= shorten runs. Its verdict is unknown.
  if (window === null || interval_ns === null) return null;
  const rows = Math.floor(window.to_ns / interval_ns) - Math.ceil(window.from_ns / interval_ns);
  return rows > 0 ? null : `has a window that holds no whole interval of ${interval_ns / 1e9} s`;
}

interface Fault {
  readonly message: string;
  readonly hint: string;
}

/** `label`: a node, or a real server of it. `labels`: null where nobody can tell which there are. */
function nodeFault(
  label: string,
  { metric }: Expression,
  labels: ServerLabels | null,
  sections: Sections,
): Fault | null {
  const nodes = allEntries(sections.nodes);
  if (nodes === null) return null;
  if (nodes.length === 0) {
    return { message: `has ${metric.name}, and there are no nodes`, hint: 'add nodes, or leave it out' };
  }
  const { node, server } = nodeLabel(label);
  const names = nodes.map(({ name }) => name);
  if (!names.includes(node)) return absent('node', node, names);
  if (server === null) return null;
  if (!NODE_SERVER_METRICS.has(metric.name)) {
    return {
      message: `has ${metric.name} of a real server, of which there is none`,
      hint: `${metric.name}[${node}]`,
    };
  }
  return labels !== null && labels.columnsOf(server).length === 0
    ? absent('real server', server, labels.names)
    : null;
}

function absent(what: string, name: string, names: readonly string[]): Fault {
  const near = suggest(name, names);
  const hint = near === null ? `there is ${names.slice(0, 5).join(', ')}` : `did you mean ${near}?`;
  return { message: `names the ${what} ${name}, which does not exist`, hint };
}

function serverFault(server: string, { metric }: Expression, labels: ServerLabels): Fault | null {
  const columns = labels.columnsOf(server);
  if (columns.length === 0) return absent('real server', server, labels.names);
  if (columns.length === 1 || metric.name !== 'weight') return null;
  const message = `names a real server of ${columns.length} services, in each of which it has its own weight`;
  return { message, hint: columns.map((column) => `weight[${column}]`).join(' or ') };
}

/** Every real server there ever is, or null when that cannot be said. */
function serverLabels({ services, events }: Sections): ServerLabels | null {
  const entries = allEntries(services);
  const changes = allEntries(events);
  if (entries === null || changes === null) return null;
  const onlyService = entries.length === 0 ? '' : serviceName(entries[0]!);
  return new ServerLabels([
    ...entries.flatMap((service) =>
      service.realServers.map(({ address }) => ({ service: serviceName(service), address })),
    ),
    ...changes.flatMap(({ add, service = onlyService }) =>
      add === undefined ? [] : [{ service, address: add.address }],
    ),
  ]);
}
