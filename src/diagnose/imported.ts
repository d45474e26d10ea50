/** What `import` makes of evidence: each output to the reader of its format, and all of it to one scenario. */
import { hexEndpoint } from '../evidence/formats/ipvs_table.ts';
import type { Evidence, Recognised } from '../evidence/recognise.ts';
import { type ImportedTable, readIpvsadm } from '../import/ipvsadm.ts';
import { readKeepalived } from '../import/keepalived.ts';
import { type ImportedCluster, readKubernetes } from '../import/kubernetes.ts';
import { withTargets } from '../import/mark_rules.ts';
import { type ImportedLoad, KNOWN_SETTINGS, OF_CLIENTS } from '../import/scenario_yaml.ts';
import { type ImportedSysctls, readSysctls } from '../import/sysctl_text.ts';
import { formatAddress } from '../text/ipv4.ts';
import { reportedLoad } from './reported_load.ts';
import { Seen } from './seen.ts';

export interface ImportedEvidence {
  readonly table: ImportedTable;
  readonly sysctls: ImportedSysctls;
  readonly cluster: ImportedCluster | undefined;
  readonly kernel: string | undefined;
  /** What a load generator did, or IPVS counts; undefined where neither was handed in. */
  readonly load: ImportedLoad | undefined;
  /** Access logs, as text. */
  readonly logs: readonly { readonly file: string; readonly text: string }[];
  readonly seen: Seen;
}

/** The node's own table comes before what was configured; the first of a kind wins. */
const TABLES: readonly (readonly [
  title: string,
  read: (text: string, kernel_hz: number | undefined) => ImportedTable,
])[] = [
  ['ipvsadm -Ln', readIpvsadm],
  ['/proc/net/ip_vs', readProc],
  ['ipvsadm -Sn', readIpvsadm],
  ['keepalived.conf', readKeepalived],
];

/** `texts[i]` is what `evidence[i]` was recognised in. */
export function importedFrom(texts: readonly string[], evidence: readonly Evidence[]): ImportedEvidence {
  const sections = evidence.flatMap(({ recognised }, index) =>
    recognised.map((section) => ({ section, text: linesOf(texts[index]!, section) })),
  );
  const titled = (title: string): readonly { section: Recognised; text: string }[] =>
    sections.filter(({ section }) => section.title === title);
  const seen = new Seen(evidence.flatMap(({ recognised }) => recognised.flatMap(({ facts }) => facts)));
  const hz = seen.kernel?.kernel.source.hz;
  const tables = TABLES.flatMap(([title, read]) =>
    titled(title).map(({ section, text }) => placed(read(text, hz), section)),
  );
  const objects = titled('objects of Kubernetes').map(({ text }) => text);
  // Among settings it stands in two parts, which scenarioFrom puts together.
  const isNamed = titled('the name of a kernel').length > 0;
  return {
    table: withTargets(tableOf(tables), seen.all('mark')),
    sysctls: sysctlsOf(
      titled('sysctl -a')
        .map(({ text }) => text)
        .join('\n'),
      seen,
    ),
    cluster: objects.length === 0 ? undefined : readKubernetes(objects),
    kernel: isNamed ? seen.kernel?.kernel.text : undefined,
    load: reportedLoad(seen),
    logs: titled('access log').map(({ section: { file }, text }) => ({ file, text })),
    seen,
  };
}

function linesOf(text: string, { from, to }: Recognised): string {
  return text
    .split('\n')
    .slice(from - 1, to)
    .join('\n');
}

/** Notes name a line of what was read: in the file it is another one. */
function placed(table: ImportedTable, { file, from }: Recognised): ImportedTable {
  const ignored = table.ignored.map((note) =>
    note.replace(/^line (\d+)/u, (_, line: string) => `${file}:${Number(line) + from - 1}`),
  );
  return { ...table, ignored };
}

/** The first that has services; of the others only who checks its real servers. */
function tableOf(tables: readonly ImportedTable[]): ImportedTable {
  const best = tables.find(({ services }) => services.length > 0);
  if (best === undefined) return { services: [], ignored: tables.flatMap(({ ignored }) => ignored) };
  const checkers = new Map(
    tables
      .flatMap(({ services }) => services)
      .flatMap(({ realServers }) => realServers.map(({ address, checker }) => [address, checker])),
  );
  const services = best.services.map((service) => ({
    ...service,
    realServers: service.realServers.map((server) => ({
      ...server,
      checker: server.checker ?? checkers.get(server.address),
    })),
  }));
  const sysctls = tables.find((table) => table.sysctls !== undefined)?.sysctls;
  return { services, ignored: best.ignored, ...(sysctls === undefined ? {} : { sysctls }) };
}

function sysctlsOf(text: string, seen: Seen): ImportedSysctls {
  const { values, ignored } = readSysctls(text, KNOWN_SETTINGS);
  const all = new Map(values);
  // Of each host its own; and ipvsadm -l --timeout has no sysctls, but a scenario has a name for each.
  for (const key of new Set(seen.all('sysctl').map((fact) => fact.key))) {
    const fact = seen.setting(key, OF_CLIENTS.has(key) ? 'client' : 'director');
    if (KNOWN_SETTINGS.has(key) && fact !== undefined) all.set(key, fact.value);
  }
  return { values: all, ignored };
}

/** HZ of most kernels that are handed out. */
const USUAL_HZ = 250;

/** As ipvsadm prints it: /proc/net/ip_vs has addresses, ports, marks and netmasks in hexadecimal, and times in jiffies. */
function readProc(text: string, kernel_hz: number | undefined): ImportedTable {
  const hz = kernel_hz ?? USUAL_HZ;
  const ignored: string[] = [];
  const lines = text.split('\n').map((line, index, all) => {
    // Of a mark the family of its real servers is told only.
    const isIpv6 = all[index + 1]?.trim().startsWith('-> [') === true;
    const decimal = line
      .replace(
        /^FWM {2}([\dA-F]{8})\b/u,
        (_, mark: string) => `FWM  ${Number.parseInt(mark, 16)}${isIpv6 ? ' IPv6' : ''}`,
      )
      .replace(/\b([\dA-F]{8}):([\dA-F]{4})\b/gu, (_, address: string, port: string) =>
        hexEndpoint(address, port),
      )
      .replace(/\[([\da-f:]{39})\]:([\dA-F]{4})\b/gu, (_, address: string, port: string) =>
        hexEndpoint(address, port),
      );
    return decimal.replace(/ persistent (\d+) ([\dA-F]{8})$/u, (_, jiffies: string, mask: string) => {
      const seconds = Math.round(Number(jiffies) / hz);
      ignored.push(
        `line ${index + 1}: persistent ${jiffies} jiffies: taken for ${seconds} s, as with HZ=${hz}; ipvsadm -Ln has seconds`,
      );
      return ` persistent ${seconds}${netmask(mask, isIpv6 || decimal.includes('['))}`;
    });
  });
  const table = readIpvsadm(lines.join('\n'));
  return { ...table, ignored: [...table.ignored, ...ignored] };
}

/** Of IPv6 it is the length of a prefix, whose bytes a little-endian machine turns round. */
function netmask(hex: string, isIpv6: boolean): string {
  const number = Number.parseInt(hex, 16);
  if (isIpv6) {
    const length = number > 128 ? number / 2 ** 24 : number;
    return length === 128 ? '' : ` mask ${length}`;
  }
  return hex === 'FFFFFFFF' ? '' : ` mask ${formatAddress(number)}`;
}
