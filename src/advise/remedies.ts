/**
 * What is known to help against the cliff, as changes to a scenario in the form of --set. Whether and how much
 * it helps, and what it costs, is not written here: drain.ts and outcome.ts find out by simulation.
 */

import { expectKernel, kernelHas } from '../kernel/release/release.ts';
import { loadKindOf } from '../scenario/loads/loads.ts';
import type { Client, Scenario } from '../scenario/scenario.ts';
import { parseEndpoint } from '../scenario/units.ts';
import { formatAddress } from '../text/ipv4.ts';
import { clientEntry } from './entry.ts';

export interface Remedy {
  readonly name: string;
  /** What it amounts to for whoever runs the service. */
  readonly deed: string;
  /** Arguments of --set that make it; empty when the scenario has it already. */
  readonly changes: readonly string[];
}

const MODE = 'net.ipv4.vs.conn_reuse_mode';
const NODEST = 'net.ipv4.vs.expire_nodest_conn';
const CONNTRACK = 'net.ipv4.vs.conntrack';
/** The first long-term release that drops a SYN only for a confirmed conntrack. */
const FIXED_KERNEL = '5.10';
const WIDEST_PORTS = [1024, 65535] as const;
const MORE_CLIENTS = 4;

/** The remedies that change anything in this scenario. */
export function remediesFor(scenario: Scenario): readonly Remedy[] {
  const set = (key: string, value: number) =>
    scenario.sysctl[key] === value ? [] : [`sysctl.${key}=${value}`];
  const all: Remedy[] = [
    { name: 'mode 0', deed: 'keep the old entry and its real server', changes: set(MODE, 0) },
    {
      name: 'mode 0 + nodest',
      deed: 'the same, but give up entries of removed servers',
      changes: set(NODEST, 1).length === 0 ? [] : [...set(MODE, 0), ...set(NODEST, 1)],
    },
    { name: 'expire_nodest_conn', deed: 'give up entries of removed servers', changes: set(NODEST, 1) },
    { name: 'kernel 5.9+', deed: `run the node on ${FIXED_KERNEL}`, changes: newerKernel(scenario) },
    { name: 'conntrack 0', deed: 'take IPVS traffic out of conntrack', changes: set(CONNTRACK, 0) },
    {
      name: 'keep-alive',
      deed: 'let clients keep their connections',
      changes: perClient(scenario, (client) => (client.keepAlive ? null : 'keepAlive=true')),
    },
    {
      name: 'wider ports',
      deed: 'widen ip_local_port_range of the clients',
      changes: perClient(scenario, widerPorts),
    },
    {
      name: 'more clients',
      deed: `spread the load over ${MORE_CLIENTS} hosts`,
      changes: moreClients(scenario),
    },
  ];
  return all.filter((remedy) => remedy.changes.length > 0);
}

/** The clients keep their kernel, which is the node's by default: it decides how they choose ports. */
function newerKernel(scenario: Scenario): string[] {
  if (kernelHas(expectKernel(scenario.kernel), 'reuseDropsConfirmedOnly')) return [];
  return [
    `kernel=${FIXED_KERNEL}`,
    ...scenario.clients.flatMap((client, index) => [
      `clients.${index}.kernel=${client.kernel}`,
      `clients.${index}.hz=${client.hz}`,
    ]),
  ];
}

/** A change of every client with a load of its own; a probe's one port is its point. */
function perClient(scenario: Scenario, change: (client: Client) => string | null): string[] {
  return scenario.clients.flatMap((client, index) => {
    const setting = client.load.kind === 'probe' ? null : change(client);
    return setting === null ? [] : [`clients.${index}.${setting}`];
  });
}

function widerPorts({ ports: [low, high] }: Client): string | null {
  if (low <= WIDEST_PORTS[0] && high >= WIDEST_PORTS[1]) return null;
  return `ports=${Math.min(low, WIDEST_PORTS[0])}-${WIDEST_PORTS[1]}`;
}

/** The busiest client's load on several hosts, each with an address, ports and a port cursor of its own. */
function moreClients(scenario: Scenario): string[] {
  const shares = scenario.clients.map((client, index) => ({ index, client, shared: share(client) }));
  const chosen = shares.find(({ shared }) => shared !== null);
  if (chosen?.shared == null) return [];
  const { index, client, shared } = chosen;
  const taken = new Set(scenario.clients.flatMap(({ addresses }) => addresses));
  const others = Array.from({ length: MORE_CLIENTS - 1 }, (_, number) => ({
    ...shared,
    name: `${client.name}-${number + 2}`,
    addresses: [freeAddress(client.addresses[0]!, taken)],
  }));
  const count = scenario.clients.length;
  return [
    `clients.${index}=${clientEntry({ ...shared, addresses: [client.addresses[0]!] })}`,
    ...others.map((other, number) => `clients.${count + number}=${clientEntry(other)}`),
  ];
}

/** A client with its part of the load; null where it cannot be split. */
function share(client: Client): Client | null {
  const requests = Math.ceil(client.requests / MORE_CLIENTS);
  const load = loadKindOf(client.load).share(client.load, MORE_CLIENTS);
  return load === null ? null : { ...client, requests, load };
}

function freeAddress(after: string, taken: Set<string>): string {
  let next = parseEndpoint(`${after}:1`).address;
  let address: string;
  do address = formatAddress(++next);
  while (taken.has(address));
  taken.add(address);
  return address;
}
