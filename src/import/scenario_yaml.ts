/**
 * The scenario that pasted text amounts to, as YAML for people to go on with. What the text cannot know (the
 * load, how long a request takes, who the clients are) is written down as an assumption.
 */

import { upstreamText } from '../kernel/release/release.ts';
import { readKernelVersion } from '../scenario/kernel_version.ts';
import { parseScenario } from '../scenario/parse.ts';
import { readPorts } from '../scenario/units.ts';
import type { ImportedService, ImportedTable } from './ipvsadm.ts';
import type { ImportedSysctls } from './sysctl_text.ts';

export interface ImportSource {
  readonly table: ImportedTable;
  readonly sysctls: ImportedSysctls;
  /** Given on the command line; they win over what the sysctls say. */
  readonly kernel?: string | undefined;
  readonly ports?: string | undefined;
  /** The service to keep, as `10.96.0.1:80` or `udp:10.96.0.1:53`; the one with the most connections when left out. */
  readonly service?: string | undefined;
  /** What is known of the load; a guess stands for what is not. */
  readonly load?: ImportedLoad | undefined;
  /** What the editor modeline points at. */
  readonly schema: string;
}

export interface ImportedLoad {
  /** New connections per second; wins over concurrency. */
  readonly rate_per_s?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly duration_s?: number | undefined;
  readonly serviceTime_ms?: number | undefined;
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

/** Null when there is no service to keep. */
export function scenarioFrom(source: ImportSource): ImportedScenario | null {
  const notes = [...source.table.ignored, ...source.sysctls.ignored];
  const service = pickService(source, notes);
  if (service === null) return null;
  const kernel = pickKernel(source, notes);
  const load = source.load ?? loadOf(service, notes);
  const yaml = [
    `# yaml-language-server: $schema=${source.schema}`,
    '# Written by ipvsim import. Values marked "assumed" were not in the imported text.',
    'name: imported',
    `title: Imported from ipvsadm, service ${service.address}`,
    durationLine(load),
    ...(kernel === null
      ? ['# kernel: 5.4            # not in the imported text: uname -r tells it']
      : [`kernel: ${kernel}`]),
    "conntrackHooks: true     # assumed: a rule with -m conntrack or NAT is loaded, as kube-proxy's",
    ...sysctlLines(source.sysctls, notes),
    ...serviceLines(service, load),
    ...clientLines({ ...source, load }, notes),
    '',
  ].join('\n');
  return { yaml: withDoubts(yaml), notes };
}

function pickService(source: ImportSource, notes: string[]): ImportedService | null {
  const { services } = source.table;
  const [, protocol, wanted] = /^(?:(tcp|udp):)?(.*)$/u.exec(source.service ?? '') ?? [];
  const candidates =
    source.service === undefined
      ? services.toSorted((a, b) => b.connections - a.connections || servers(b) - servers(a))
      : services.filter(
          (service) =>
            service.address === wanted && (protocol === undefined || service.protocol === protocol),
        );
  const found = candidates[0];
  if (found === undefined) return null;
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
  const release = source.kernel ?? values.get(ELSEWHERE.kernel);
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

function sysctlLines(sysctls: ImportedSysctls, notes: string[]): string[] {
  const elsewhere = new Set<string>(Object.values(ELSEWHERE));
  const lines: string[] = [];
  for (const [key, value] of sysctls.values) {
    if (elsewhere.has(key)) continue;
    if (/^-?\d+$/u.test(value)) lines.push(`  ${key}: ${value}`);
    else notes.push(`${key} = ${value}: not a whole number`);
  }
  return lines.length === 0 ? [] : ['sysctl:', ...lines.sort()];
}

function serviceLines(service: ImportedService, load: ImportedLoad | undefined): string[] {
  const time_ms = load?.serviceTime_ms;
  const time = time_ms === undefined ? '10ms    # assumed' : `${time_ms}ms    # ${load!.from}`;
  const lines = ['service:', `  address: ${service.address}`, `  scheduler: ${service.scheduler}`];
  if (service.schedulerFlags.length > 0)
    lines.push(`  schedulerFlags: [${service.schedulerFlags.join(', ')}]`);
  if (service.protocol !== 'tcp') lines.push(`  protocol: ${service.protocol}`);
  lines.push(`  forward: ${service.forward}`);
  if (service.persistent_s > 0) lines.push(`  persistent: ${service.persistent_s}s`);
  if (service.onePacket) lines.push('  onePacket: true');
  lines.push(service.realServers.length === 0 ? '  realServers: []' : '  realServers:');
  for (const server of service.realServers) {
    lines.push(`    - address: ${server.address}`, `      weight: ${server.weight}`);
    if (server.upperThreshold > 0) lines.push(`      upperThreshold: ${server.upperThreshold}`);
    if (server.lowerThreshold > 0) lines.push(`      lowerThreshold: ${server.lowerThreshold}`);
    lines.push(`      serviceTime: ${time}`);
  }
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

function durationLine(load: ImportedLoad | undefined): string {
  return load?.duration_s === undefined
    ? 'duration: 300s           # assumed'
    : `duration: ${load.duration_s}s           # ${load.from}`;
}

function loadLine(load: ImportedLoad | undefined): string {
  if (load?.rate_per_s !== undefined) return `    rate: ${load.rate_per_s}/s     # ${load.from}`;
  if (load?.concurrency !== undefined) return `    concurrency: ${load.concurrency}     # ${load.from}`;
  return '    concurrency: 100     # assumed: as ab -c 100';
}

function clientLines(source: ImportSource, notes: string[]): string[] {
  const lines = ['clients:', '  - name: client', '    addresses: [192.0.2.1]   # assumed'];
  lines.push(loadLine(source.load));
  const { values } = source.sysctls;
  const range = source.ports ?? values.get(ELSEWHERE.ports);
  const reading = range === undefined ? null : readPorts(range);
  if (reading?.ok) {
    lines.push(`    ports: ${reading.value[0]}-${reading.value[1]}`);
    if (source.ports === undefined)
      notes.push(`${ELSEWHERE.ports}: taken for the client's, as if it ran on this node`);
  } else if (reading !== null) notes.push(`ports ${range}: ${reading.message}`);
  const reserved = values.get(ELSEWHERE.reservedPorts);
  if (reserved !== undefined && reserved !== '') lines.push(`    reservedPorts: "${reserved}"`);
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
