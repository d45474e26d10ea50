/** A client's keys as the effective scenario has them, and the way back for those who change one and write it. */

import { familyOf, hostOf, portOf } from '../text/endpoint.ts';
import { LOAD_KINDS, loadKindOf } from './loads/loads.ts';
import type { Client } from './scenario.ts';
import type { ClientEntry, ScenarioFile, ServiceEntry } from './schema/schema.ts';
import { clientAddresses, clientName, serviceName } from './schema/sections.ts';
import type { ServiceDirectory } from './schema/service_directory.ts';
import { mergedRanges, type PortRange } from './units.ts';

/** resolv.conf's default, DNS being the usual case. */
const UDP_TIMEOUT_NS = 5e9;

export function effectiveClient(
  entry: ClientEntry,
  index: number,
  file: ScenarioFile,
  services: ServiceDirectory,
): Client {
  const kernel = entry.kernel ?? file.kernel;
  const ownHz = entry.kernel === undefined ? (file.hz ?? kernel.source.hz) : kernel.source.hz;
  const to = entry.to ?? serviceName(services.all[0]!);
  const service = services.byName.get(to)!;
  const own =
    file.nodeAddress.find((each) => familyOf(each) === familyOf(service.address)) ?? file.nodeAddress[0]!;
  const isUdp = service.protocol === 'udp';
  const ports = [entry.ports[0]![0], entry.ports.at(-1)![1]] as const;
  const reserved = reservedWithin(entry.onNode ? withNodePorts(entry, file, services) : entry, ports);
  const keepAlive = entry.keepAlive ?? (isUdp && isOneSocket(entry));
  const timeout_ns = entry.timeout ?? (isUdp ? udpTimeout_ns(entry, keepAlive) : undefined);
  const kind = LOAD_KINDS.find(({ key }) => entry[key] !== undefined)!;
  const load = kind.read(entry);
  return {
    name: clientName(entry, index, file.clients.length),
    to,
    addresses: entry.onNode
      ? [sourceOnNode(service, own)]
      : clientAddresses(entry, index, familyOf(service.address)),
    ...(entry.onNode ? { onNode: own } : {}),
    ...(entry.via === undefined ? {} : { via: entry.via }),
    kernel: kernel.text,
    hz: entry.hz ?? ownHz,
    ports,
    start_ns: entry.start,
    requests: kind.requests?.(load) ?? entry.requests,
    keepAlive,
    requestBytes: entry.requestBytes,
    load,
    synRetries: entry.synRetries,
    ...(reserved.length === 0 ? {} : { reservedPorts: reserved }),
    ...(timeout_ns === undefined ? {} : { timeout_ns }),
    ...(entry.pollTimeout === undefined ? {} : { pollTimeout_ns: entry.pollTimeout }),
    ...(entry.halfClose === undefined ? {} : { halfClose: entry.halfClose }),
    ...(entry.tcpRetries2 === undefined ? {} : { tcpRetries2: entry.tcpRetries2 }),
    ...(entry.tcpTimestamps === undefined ? {} : { tcpTimestamps: entry.tcpTimestamps }),
    ...(entry.userTimeout === undefined ? {} : { userTimeout_ns: entry.userTimeout }),
    ...(entry.tcpKeepalive === undefined ? {} : { tcpKeepalive: entry.tcpKeepalive }),
  };
}

/** The keys that would make this client; `duration` writes a time. */
export function clientKeys(client: Client, duration: (ns: number) => string): Record<string, unknown> {
  const { load, start_ns, ports, reservedPorts, timeout_ns, pollTimeout_ns, userTimeout_ns, ...rest } =
    client;
  const { tcpKeepalive, onNode, addresses, kernel, hz, requests, ...plain } = rest;
  const kind = loadKindOf(load);
  const time = (key: string, value_ns: number | undefined): Record<string, string> =>
    value_ns === undefined ? {} : { [key]: duration(value_ns) };
  return {
    ...plain,
    ...(onNode === undefined ? { kernel, hz } : { onNode: true }),
    ...(onNode === undefined && !(load.kind === 'replay' && load.hasAddresses) ? { addresses } : {}),
    ...(kind.requests === undefined ? { requests } : {}),
    ...kind.entry(load, duration),
    ports: ports.join('-'),
    start: duration(start_ns),
    ...(reservedPorts === undefined
      ? {}
      : { reservedPorts: reservedPorts.map((range) => range.join('-')).join(',') }),
    ...time('timeout', timeout_ns),
    ...time('pollTimeout', pollTimeout_ns),
    ...time('userTimeout', userTimeout_ns),
    ...(tcpKeepalive === undefined
      ? {}
      : {
          tcpKeepalive: {
            time: duration(tcpKeepalive.time_ns),
            interval: duration(tcpKeepalive.interval_ns),
            probes: tcpKeepalive.probes,
          },
        }),
  };
}

/** What connect() leaves out of the range: reserved ports, and what lies between several ranges. */
export function reservedWithin(
  { ports, reservedPorts = [] }: Pick<ClientEntry, 'ports' | 'reservedPorts'>,
  [low, high]: PortRange,
): PortRange[] {
  const gaps = ports.slice(1).map(([first], index): PortRange => [ports[index]![1] + 1, first - 1]);
  const reserved = reservedPorts
    .map(([first, last]): PortRange => [Math.max(first, low), Math.min(last, high)])
    .filter(([first, last]) => first <= last);
  return mergedRanges([...gaps, ...reserved]);
}

/** The source that routing picks: a local destination is its own, as IPVS's virtual addresses are (on kube-ipvs0). */
function sourceOnNode({ address, path, addressOnNode }: ServiceEntry, nodeAddress: string): string {
  return path === 'ipvs' && addressOnNode !== false ? hostOf(address) : nodeAddress;
}

/** kube-proxy listens on NodePorts, so that no connection of the node leaves from one (__inet_hash_connect()). */
function withNodePorts(
  entry: ClientEntry,
  { nodeAddress }: ScenarioFile,
  services: ServiceDirectory,
): ClientEntry {
  const nodePorts = services.all
    .filter(({ address }) => nodeAddress.includes(hostOf(address)))
    .map(({ address }): PortRange => [portOf(address), portOf(address)]);
  return { ...entry, reservedPorts: [...(entry.reservedPorts ?? []), ...nodePorts] };
}

/** Datagrams at a rate from a single port can only come from one socket. */
function isOneSocket({ rate, ports }: ClientEntry): boolean {
  return rate !== undefined && ports[0]![0] === ports.at(-1)![1];
}

function udpTimeout_ns({ rate }: ClientEntry, keepAlive: boolean): number {
  return rate !== undefined && keepAlive ? 0 : UDP_TIMEOUT_NS;
}
