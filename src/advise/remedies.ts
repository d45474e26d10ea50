/**
 * What is known to help against the cliff, as changes to a scenario in the form of --set. Whether and how much
 * it helps, and what it costs, is not written here: drain.ts and outcome.ts find out by simulation.
 */

import { kernelAtLeast, parseKernelVersion } from '../scenario/kernel_version.ts';
import type { Client, Scenario } from '../scenario/scenario.ts';
import { formatAddress, parseEndpoint } from '../scenario/units.ts';

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
const MORE_ADDRESSES = 4;

/** The remedies that change anything in this scenario. */
export function remediesFor(scenario: Scenario): readonly Remedy[] {
  const set = (key: string, value: number) =>
    scenario.sysctl[key] === value ? [] : [`sysctl.${key}=${value}`];
  const all: Remedy[] = [
    { name: 'mode 0', deed: 'keep the old entry and its real server', changes: set(MODE, 0) },
    {
      name: 'mode 0, expire_nodest_conn',
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
      deed: `spread each client over ${MORE_ADDRESSES} addresses`,
      changes: perClient(scenario, (client) => moreAddresses(scenario, client)),
    },
  ];
  return all.filter((remedy) => remedy.changes.length > 0);
}

/** The clients keep their kernel, which is the node's by default: it decides how they choose ports. */
function newerKernel(scenario: Scenario): string[] {
  if (kernelAtLeast(parseKernelVersion(scenario.kernel), 5, 9)) return [];
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

/** The client's addresses and the free ones after its last. */
function moreAddresses(scenario: Scenario, client: Client): string | null {
  if (client.addresses.length >= MORE_ADDRESSES) return null;
  const taken = new Set(scenario.clients.flatMap((each) => each.addresses));
  const addresses = [...client.addresses];
  let last = parseEndpoint(`${addresses.at(-1)!}:1`).address;
  while (addresses.length < MORE_ADDRESSES) {
    last++;
    const address = formatAddress(last);
    if (!taken.has(address)) addresses.push(address);
  }
  return `addresses=${addresses.join(',')}`;
}
