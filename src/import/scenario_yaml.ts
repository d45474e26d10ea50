/**
 * The scenario that pasted text amounts to, as YAML for people to go on with. What the text cannot know (the
 * load, how long a request takes, who the clients are) is written down as an assumption.
 */

import { upstreamText } from '../kernel/release/release.ts';
import { readTarget } from '../scenario/addresses.ts';
import { A_NODE_ADDRESS } from '../scenario/check/check_families.ts';
import { readKernelVersion } from '../scenario/kernel_version.ts';
import { parseScenario } from '../scenario/parse.ts';
import { SYSCTLS } from '../scenario/sysctl.ts';
import { readPorts } from '../scenario/units.ts';
import { clientsSection, ofFamilies, servicesSection } from './dual_service.ts';
import { type Failure, failureLines } from './failures.ts';
import { familyOfService, type ImportedService, type ImportedTable } from './ipvsadm.ts';
import type { ImportedCluster } from './kubernetes.ts';
import { serviceAt } from './mark_rules.ts';
import type { ImportedReplay } from './replay_load.ts';
import { ASSUMED, type Staging, staged } from './staging.ts';
import type { ImportedSysctls } from './sysctl_text.ts';
import { yamlAddress } from './yaml_words.ts';

export interface ImportSource {
  readonly table: ImportedTable;
  readonly sysctls: ImportedSysctls;
  /** Given on the command line; they win over what the sysctls say. */
  readonly kernel?: string | undefined;
  readonly ports?: string | undefined;
  readonly reservedPorts?: string | undefined;
  /** Release of Kubernetes; wins over what the cluster's objects say. */
  readonly kubernetes?: string | undefined;
  /** Objects of Kubernetes beside the table, or in its place. */
  readonly cluster?: ImportedCluster | undefined;
  /** Real servers that are to fail, for whoever checks them to notice. */
  readonly failures?: readonly Failure[] | undefined;
  /** The service to keep, as `10.96.0.1:80` or `udp:10.96.0.1:53`; the one with the most connections when left out. */
  readonly service?: string | undefined;
  /** What is known of the load; a guess stands for what is not. */
  readonly load?: ImportedLoad | undefined;
  /** What a cause needs besides that evidence cannot show. */
  readonly staging?: Staging | undefined;
  /** What the editor modeline points at. */
  readonly schema: string;
}

export interface ImportedLoad {
  /** New connections per second; wins over concurrency. */
  readonly rate_per_s?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly duration_s?: number | undefined;
  readonly serviceTime_ms?: number | undefined;
  /** Connections as they were; wins over rate and concurrency. */
  readonly replay?: ImportedReplay | undefined;
  /** Where it comes from. */
  readonly from: string;
}

export interface ImportedScenario {
  readonly yaml: string;
  /** What was ignored or assumed, a line each. */
  readonly notes: readonly string[];
}

/** ip_vs_tcp_timeouts: how long an entry stays in TIME_WAIT where ipvsadm --set changed nothing. */
const TIME_WAIT_S = 120;
/** Half of a client's usual source ports are 14 116: from there on InActConn may be a plateau. */
const MOST_TELLING = 12_000;

/** Settings of the node that a scenario has under other keys. */
export const ELSEWHERE = {
  kernel: 'kernel.osrelease',
  kernelVersion: 'kernel.version',
  ports: 'net.ipv4.ip_local_port_range',
  reservedPorts: 'net.ipv4.ip_local_reserved_ports',
  synRetries: 'net.ipv4.tcp_syn_retries',
  retries2: 'net.ipv4.tcp_retries2',
  keepaliveTime: 'net.ipv4.tcp_keepalive_time',
  keepaliveInterval: 'net.ipv4.tcp_keepalive_intvl',
  keepaliveProbes: 'net.ipv4.tcp_keepalive_probes',
} as const;

/** Those of them that are the client's host's. */
export const OF_CLIENTS: ReadonlySet<string> = new Set([
  ELSEWHERE.ports,
  ELSEWHERE.reservedPorts,
  ELSEWHERE.synRetries,
  ELSEWHERE.retries2,
  ELSEWHERE.keepaliveTime,
  ELSEWHERE.keepaliveInterval,
  ELSEWHERE.keepaliveProbes,
]);

/** All settings of a node that a scenario has a place for. */
export const KNOWN_SETTINGS: ReadonlySet<string> = new Set([
  ...SYSCTLS.map(({ name }) => name),
  ...Object.values(ELSEWHERE),
]);

/** Null when there is no service to keep. */
export function scenarioFrom(given: ImportSource): ImportedScenario | null {
  const staging = given.staging ?? {};
  const source = {
    ...given,
    service: staging.service ?? given.service,
    table: withCluster(given.table, given.cluster),
  };
  const notes = [...source.table.ignored, ...source.sysctls.ignored];
  const picked = pickService(source, notes);
  if (picked === null) return null;
  const service = staged(plainService(picked, notes), staging);
  const twin = twinOf(service, given, source.table, notes);
  const services = twin === null ? [service] : [service, twin];
  const kernel = pickKernel(source, notes);
  const load = source.load ?? loadOf(service, notes);
  const cluster = clusterLines(source, services);
  const around = { load, staging, path: cluster.path, pods: cluster.hasRelease };
  const sections = services.map((each) => serviceLines(each, around));
  const clients = clientLines({ ...source, load, staging }, notes);
  const clientsOf = (each: ImportedService): string[] => clients.map((line) => inFamilyOf(each, line));
  const lines = [
    `# yaml-language-server: $schema=${source.schema}`,
    '# Written by ipvsim import. What was not in what was imported is marked "assumed", with what tells it.',
    'name: imported',
    `title: Imported service ${services.map(({ address }) => address).join(' and ')}`,
    durationLine(load, staging),
    ...(kernel === null
      ? ['# kernel: 5.4            # assumed, as wherever nothing is said; uname -r on the node tells it']
      : [`kernel: ${kernel}`]),
    ...cluster.lines,
    "conntrackHooks: true     # assumed: a rule with -m conntrack or NAT is loaded, as kube-proxy's; iptables-save tells",
    ...sysctlLines(source, notes),
    ...(twin === null ? sections[0]! : servicesSection(sections)),
    ...(twin === null ? clientsOf(service) : clientsSection(services, clientsOf)),
    ...linkLines(load, staging),
    ...(staging.lines ?? []),
    ...eventLines([...failureLines(service, source.failures ?? [], notes), ...eventsOf(staging)]),
    '',
  ];
  const yaml = withoutMissingSysctls(lines.join('\n'), notes);
  return { yaml: withDoubts(yaml), notes };
}

/** What stands for itself in YAML: anything else that was pasted might become a key of the file. */
const PLAIN = /^[\w.:/,-]{1,500}$/u;

function plainService(service: ImportedService, notes: string[]): ImportedService {
  const odd = [service.scheduler, ...service.schedulerFlags].filter((word) => !PLAIN.test(word));
  for (const word of odd)
    notes.push(`${service.address}: no name of a scheduler or of a flag of one: ${word}`);
  return {
    ...service,
    scheduler: PLAIN.test(service.scheduler) ? service.scheduler : 'rr',
    schedulerFlags: service.schedulerFlags.filter((flag) => PLAIN.test(flag)),
  };
}

function eventsOf({ events = [] }: Staging): string[] {
  return events.map((event) => `  - ${event}     ${ASSUMED}`);
}

function eventLines(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['events:', ...lines];
}

/** The cluster's services stand in for a table, and say of its services how they are reached from outside. */
function withCluster(table: ImportedTable, cluster: ImportedCluster | undefined): ImportedTable {
  if (cluster === undefined) return table;
  const ignored = [...table.ignored, ...cluster.table.ignored];
  if (table.services.length === 0) return { services: cluster.table.services, ignored };
  const services = table.services.map((service) => {
    const known = cluster.table.services.find(
      ({ protocol, address }) => protocol === service.protocol && address === service.address,
    );
    return known === undefined ? service : { ...service, outside: known.outside, twin: known.twin };
  });
  return { services, ignored };
}

/** The service's other half in dual stack, where nothing was asked for that is about one service. */
function twinOf(
  { protocol, twin }: ImportedService,
  { service, staging, failures = [], load }: ImportSource,
  { services }: ImportedTable,
  notes: string[],
): ImportedService | null {
  const isAlone = service !== undefined || staging !== undefined || failures.length > 0 || load !== undefined;
  const found = services.find((each) => each.address === twin && each.protocol === protocol);
  if (isAlone || found === undefined) return null;
  notes.push(
    `${found.address} is the same Service in the other family: both were kept, with a client each; --service keeps one`,
  );
  return plainService(found, notes);
}

/** kube-proxy's settings: its release, how it sends packets on, whom it masquerades. */
function clusterLines(
  { cluster, kubernetes }: ImportSource,
  services: readonly ImportedService[],
): {
  readonly lines: readonly string[];
  readonly path: string | null;
  readonly hasRelease: boolean;
} {
  const release = kubernetes ?? cluster?.release?.value;
  const lines: string[] = [];
  if (release !== undefined) {
    const from = kubernetes === undefined ? cluster!.release!.from : '--kubernetes';
    lines.push(`kubernetes: ${release}     # ${from}`);
  }
  if (cluster === undefined) return { lines, path: null, hasRelease: release !== undefined };
  const { mode, podRanges } = cluster.proxy;
  const podRange = ofFamilies(
    services,
    podRanges.filter((range) => PLAIN.test(range)),
  );
  if (release === undefined)
    lines.push(
      '# kubernetes: 1.30.0     # assumed: no kube-proxy looks after the table; kubectl get nodes tells the release',
    );
  if (release !== undefined && podRange.count > 0)
    lines.push('masquerade: kube-proxy', `podRange: ${podRange.text}     # clusterCIDR of kube-proxy`);
  const isNeeded =
    release !== undefined &&
    (podRange.count > 0 || services.some(({ outside }) => (outside?.nodePort ?? 0) > 0));
  lines.push(...nodeAddressLines(services, cluster.nodeAddresses, isNeeded));
  if (mode === null)
    lines.push(
      '# assumed: kube-proxy in mode ipvs; kubectl -n kube-system get configmap kube-proxy -o yaml tells',
    );
  return {
    lines,
    path: mode === 'iptables' || mode === 'nftables' ? mode : null,
    hasRelease: release !== undefined,
  };
}

/** Of the node; where it is needed and not known, one is assumed, but for IPv4 alone, which a scenario assumes by itself. */
function nodeAddressLines(
  services: readonly ImportedService[],
  known: readonly string[],
  isNeeded: boolean,
): string[] {
  const found = ofFamilies(services, known);
  if (found.count === services.length) return [`nodeAddress: ${found.text}     # of the node`];
  if (!isNeeded) return found.count === 0 ? [] : [`nodeAddress: ${found.text}     # of the node`];
  if (services.every((service) => familyOfService(service) === 4)) return [];
  const { text } = ofFamilies(services, [...known, A_NODE_ADDRESS[4], A_NODE_ADDRESS[6]]);
  return [`nodeAddress: ${text}     # assumed; kubectl get nodes -o yaml tells`];
}

/** A sysctl that this kernel has not, or not with that value, is left as a comment. */
function withoutMissingSysctls(yaml: string, notes: string[]): string {
  const lines = yaml.split('\n');
  for (const { line, message, code } of parseScenario(yaml).problems) {
    const text = lines[line - 1] ?? '';
    if (!/^ {2}net\./u.test(text) || (code !== 'E_KERNEL' && code !== 'E_VALUE')) continue;
    notes.push(`${text.trim()}: ${message}`);
    lines[line - 1] = `  # ${text.trim()}     # left out: ${message}`;
  }
  return lines.join('\n');
}

function pickService(source: ImportSource, notes: string[]): ImportedService | null {
  const { services } = source.table;
  const [, protocol, wanted = ''] = /^(?:(tcp|udp|sctp):)?(.*)$/u.exec(source.service ?? '') ?? [];
  const found =
    source.service === undefined
      ? services.toSorted((a, b) => b.connections - a.connections || servers(b) - servers(a))[0]
      : serviceAt(
          services,
          wanted.replace(/^fwm:/u, 'FWM '),
          protocol as ImportedService['protocol'] | undefined,
        );
  if (found === undefined || found === null) return null;
  if (servers(found) === 0) notes.push(`${found.address} has no real servers: every connection is refused`);
  const twin = services.find(
    (service) => service.address === found.address && service.protocol !== found.protocol,
  );
  if (twin !== undefined && protocol === undefined)
    notes.push(
      `${found.address} is there for ${found.protocol} and ${twin.protocol}: ${found.protocol} was kept; --service ${twin.protocol}:${twin.address} keeps the other one`,
    );
  const others = services.length - 1;
  if (others > 0) {
    const why = source.service === undefined && found.connections > 0 ? ' (it has the most connections)' : '';
    notes.push(`${others} other services: ${found.address} was kept${why}; --service keeps another one`);
  }
  if (found.connections > 0) notes.push('connection counts: a scenario starts with an empty table');
  return found;
}

function servers({ realServers }: ImportedService): number {
  return realServers.length;
}

function pickKernel(source: ImportSource, notes: string[]): string | null {
  const { values } = source.sysctls;
  const release = source.kernel ?? values.get(ELSEWHERE.kernel) ?? source.cluster?.kernel?.value;
  if (release === undefined) return null;
  // Both together are what uname -rv prints, and Debian's version has the point release.
  const version = source.kernel === undefined ? values.get(ELSEWHERE.kernelVersion) : undefined;
  const both = readKernelVersion(`${release} ${version ?? ''}`.trim());
  const reading = both.ok ? both : readKernelVersion(release);
  if (!reading.ok) {
    notes.push(`kernel ${release}: ${reading.hint ?? reading.message}`);
    return null;
  }
  const kernel = reading.value;
  const { system, how, tell } = kernel.source;
  const unsure = tell === null ? '' : `; ${tell} on the node makes sure`;
  notes.push(`kernel ${kernel.text}: ${system}, Linux ${upstreamText(kernel)} (${how})${unsure}`);
  return `"${kernel.text}"`;
}

/** A kernel that cannot be told stays as it is called, so that a run refuses it, and says so beside it. */
function withDoubts(yaml: string): string {
  const doubt = parseScenario(yaml).problems.find(({ code }) => code === 'E_CANNOT_TELL');
  if (doubt === undefined) return yaml;
  const comment = ['cannot tell what this kernel does:', ...(doubt.hint ?? '').split('\n')].map(
    (line) => `# ${line}`,
  );
  return yaml.replace(/^kernel: /mu, `${comment.join('\n')}\nkernel: `);
}

function sysctlLines({ table, sysctls, cluster }: ImportSource, notes: string[]): string[] {
  const elsewhere = new Set<string>(Object.values(ELSEWHERE));
  const lines: string[] = [];
  for (const [key, value] of new Map([
    ...(cluster?.proxy.sysctls ?? []),
    ...(table.sysctls ?? []),
    ...sysctls.values,
  ])) {
    if (elsewhere.has(key)) continue;
    if (/^-?\d+$/u.test(value)) lines.push(`  ${key}: ${value}`);
    else notes.push(`${key} = ${value}: not a whole number`);
  }
  return lines.length === 0 ? [] : ['sysctl:', ...lines.sort()];
}

interface ServiceAround {
  readonly staging: Staging;
  readonly load: ImportedLoad | undefined;
  /** Null for the director's own. */
  readonly path: string | null;
  /** Whether kube-proxy looks after the real servers, which are pods then. */
  readonly pods: boolean;
}

function serviceLines(service: ImportedService, { load, staging, path, pods }: ServiceAround): string[] {
  const time_ms = load?.serviceTime_ms;
  const time =
    staging.serviceTime !== undefined
      ? `${staging.serviceTime}    ${ASSUMED}`
      : time_ms === undefined
        ? "10ms    # assumed; curl -w '%{time_starttransfer}' at the real server tells"
        : `${time_ms}ms    # ${load!.from}`;
  const lines = ['service:', ...addressLines(service)];
  if (path === null) lines.push(`  scheduler: ${service.scheduler}`);
  else lines.push(`  path: ${path}     # kube-proxy's mode`);
  if (service.schedulerFlags.length > 0)
    lines.push(`  schedulerFlags: [${service.schedulerFlags.join(', ')}]`);
  if (service.protocol !== 'tcp') lines.push(`  protocol: ${service.protocol}`);
  if (path === null) lines.push(`  forward: ${service.forward}`);
  if (service.persistent_s > 0) {
    lines.push(`  persistent: ${service.persistent_s}s`);
    if (service.persistentNetmask !== undefined)
      lines.push(`  persistentNetmask: ${service.persistentNetmask}`);
  }
  if (service.onePacket) lines.push('  onePacket: true');
  lines.push(...outsideLines(service, pods));
  lines.push(service.realServers.length === 0 ? '  realServers: []' : '  realServers:');
  for (const server of service.realServers) {
    const doubt = server.assumed === undefined ? '' : `     # assumed: ${server.assumed}`;
    const { address, comment } = serverAddress(service, server.address);
    lines.push(`    - address: ${yamlAddress(address)}${comment}${doubt}`, `      weight: ${server.weight}`);
    if (server.upperThreshold > 0) lines.push(`      upperThreshold: ${server.upperThreshold}`);
    if (server.lowerThreshold > 0) lines.push(`      lowerThreshold: ${server.lowerThreshold}`);
    if (server.isLocal === true && service.outside?.isLocal === true) lines.push('      local: true');
    if (pods && server.gracePeriod_s !== undefined && server.gracePeriod_s !== DEFAULT_GRACE_S)
      lines.push(`      pod: { gracePeriod: ${server.gracePeriod_s}s }`);
    lines.push(`      serviceTime: ${time}`, ...(staging.server ?? []).map((line) => `      ${line}`));
  }
  return lines;
}

/** Who is made up has an address of the service's family. */
function inFamilyOf(service: ImportedService, line: string): string {
  return familyOfService(service) === 6
    ? line.replace('addresses: [192.0.2.1]', 'addresses: ["2001:db8::1"]')
    : line;
}

function addressLines(service: ImportedService): string[] {
  const { mark, targets = [], address } = service;
  if (mark === undefined) return [`  address: ${yamlAddress(address)}`];
  const [first, ...others] = targets.filter((target) => readTarget(target).ok);
  return [
    first === undefined
      ? `  address: ${yamlAddress(MARKED[familyOfService(service)])}    # assumed: nothing told which packets get the mark; iptables-save -t mangle does`
      : `  address: ${yamlAddress(first)}`,
    `  mark: ${mark}`,
    ...(others.length === 0
      ? []
      : [`  targets: [${others.map((target) => JSON.stringify(target)).join(', ')}]`]),
  ];
}

/** A persistent service by mark asks its real servers at the port that the client asked for, whatever theirs. */
function serverAddress(
  { mark, persistent_s }: ImportedService,
  address: string,
): { readonly address: string; readonly comment: string } {
  const isKept = mark !== undefined && persistent_s > 0 && !address.endsWith(':0');
  if (!isKept) return { address, comment: '' };
  const anyPort = `${address.slice(0, address.lastIndexOf(':'))}:0`;
  return { address: anyPort, comment: `     # ${address}: persistent by mark, the port is the client's` };
}

/** Stands for what is marked. */
const MARKED = { 4: '10.96.0.1:80', 6: '[fd00:96::1]:80' } as const;

/** terminationGracePeriodSeconds, and a scenario's pods, where nothing is said. */
const DEFAULT_GRACE_S = 30;

/** Each of these addresses is a service beside: only where kube-proxy is there to make them. */
function outsideLines({ outside }: ImportedService, hasKubeProxy: boolean): string[] {
  if (outside === undefined || !hasKubeProxy) return [];
  const { nodePort, externalIPs, loadBalancerIPs, isLocal } = outside;
  const lines: string[] = [];
  if (nodePort > 0) lines.push(`  nodePort: ${nodePort}`);
  if (externalIPs.length > 0) lines.push(`  externalIPs: [${externalIPs.map(yamlAddress).join(', ')}]`);
  if (loadBalancerIPs.length > 0)
    lines.push(`  loadBalancerIPs: [${loadBalancerIPs.map(yamlAddress).join(', ')}]`);
  if (isLocal) lines.push('  externalTrafficPolicy: Local');
  return lines;
}

/**
 * InActConn of a TCP service is about the connections of the last two minutes, unless so many that source ports may
 * have run out and the number says nothing of the rate.
 */
function loadOf({ protocol, inactive }: ImportedService, notes: string[]): ImportedLoad | undefined {
  if (protocol !== 'tcp' || inactive < TIME_WAIT_S || inactive > MOST_TELLING) return undefined;
  const rate_per_s = Math.round(inactive / TIME_WAIT_S);
  notes.push(
    `InActConn ${inactive}: taken for ${rate_per_s} connections/s, each ${TIME_WAIT_S} s in TIME_WAIT`,
  );
  return { rate_per_s, from: 'assumed: InActConn / 120 s in TIME_WAIT; ipvsadm -Ln --rate tells it' };
}

function durationLine(load: ImportedLoad | undefined, { duration_s }: Staging): string {
  if (duration_s !== undefined) return `duration: ${duration_s}s           ${ASSUMED}`;
  return load?.duration_s === undefined
    ? 'duration: 300s           # assumed: long enough for ports to come round; any will do'
    : `duration: ${load.duration_s}s           # ${load.from}`;
}

function loadLine(load: ImportedLoad | undefined): string {
  if (load?.rate_per_s !== undefined) return `    rate: ${load.rate_per_s}/s     # ${load.from}`;
  if (load?.concurrency !== undefined) return `    concurrency: ${load.concurrency}     # ${load.from}`;
  return '    concurrency: 100     # assumed: as ab -c 100; ipvsadm -Ln --rate tells the rate';
}

/** Where only the client's end was seen, a packet's four ways are taken to be equally long. */
function linkLines(load: ImportedLoad | undefined, staging: Staging): string[] {
  const trip_ns = load?.replay?.trip_ns;
  const isStaged = staging.lines?.some((line) => line.startsWith('links:')) === true;
  if (trip_ns === undefined || trip_ns === null || isStaged) return [];
  return [`links: { delay: ${Math.round(trip_ns / 4)}ns }     # assumed: a quarter of the median handshake`];
}

function replayLines({ rows, hasAddresses }: ImportedReplay, from: string): string[] {
  const client = [
    'clients:',
    '  - name: captured',
    ...(hasAddresses
      ? []
      : ['    addresses: [192.0.2.1]   # assumed: one client, whose log it is; ipvsadm -Lnc lists them']),
  ];
  if (!rows.includes('\n')) return [...client, `    replay: ${JSON.stringify(rows)}     # ${from}`];
  const lines = rows.trimEnd().split('\n');
  return [...client, `    # ${from}`, '    replay: |', ...lines.map((line) => `      ${line}`)];
}

/** Who calls, and how often. */
function callerLines({ load: seen, staging }: ImportSource): string[] {
  const { addresses, load, lines = [] } = staging?.client ?? {};
  if (seen?.replay !== undefined && load === undefined) return replayLines(seen.replay, seen.from);
  return [
    'clients:',
    '  - name: client',
    addresses === undefined
      ? '    addresses: [192.0.2.1]   # assumed: one client; ipvsadm -Lnc lists them'
      : `    addresses: ${addresses}   # as many as there are`,
    load === undefined ? loadLine(seen) : `    ${load}     ${ASSUMED}`,
    ...lines.map((line) => `    ${line}`),
  ];
}

function clientLines(source: ImportSource, notes: string[]): string[] {
  const { ports } = source.staging?.client ?? {};
  const lines = callerLines(source);
  const { values } = source.sysctls;
  const range = ports ?? source.ports ?? values.get(ELSEWHERE.ports);
  const reading = range === undefined ? null : readPorts(range);
  if (reading?.ok) {
    lines.push(`    ports: ${reading.value[0]}-${reading.value[1]}`);
    if (ports === undefined && source.ports === undefined)
      notes.push(`${ELSEWHERE.ports}: taken for the client's, as if it ran on this node`);
  } else if (reading !== null) notes.push(`ports ${range}: ${reading.message}`);
  const reserved = source.reservedPorts ?? values.get(ELSEWHERE.reservedPorts);
  if (reserved !== undefined && PLAIN.test(reserved)) lines.push(`    reservedPorts: "${reserved}"`);
  const number = (name: string): string | null => {
    const value = values.get(name);
    return value !== undefined && /^\d+$/u.test(value) ? value : null;
  };
  const synRetries = number(ELSEWHERE.synRetries);
  if (synRetries !== null) lines.push(`    synRetries: ${synRetries}`);
  const retries2 = number(ELSEWHERE.retries2);
  if (retries2 !== null) lines.push(`    tcpRetries2: ${retries2}`);
  const time = number(ELSEWHERE.keepaliveTime);
  if (time !== null) {
    const interval = number(ELSEWHERE.keepaliveInterval) ?? 75;
    const probes = number(ELSEWHERE.keepaliveProbes) ?? 9;
    lines.push(
      '    # For clients that set SO_KEEPALIVE, with the sysctls of this node:',
      `    # tcpKeepalive: {time: ${time}s, interval: ${interval}s, probes: ${probes}}`,
    );
  }
  return lines;
}
