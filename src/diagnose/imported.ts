/** What `import` makes of evidence: each output to the reader of its format, and all of it to one scenario. */
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
const TABLES: readonly (readonly [title: string, read: (text: string) => ImportedTable])[] = [
  ['ipvsadm -Ln', readIpvsadm],
  ['/proc/net/ip_vs', (text) => readIpvsadm(withDots(text))],
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
  const tables = TABLES.flatMap(([title, read]) =>
    titled(title).map(({ section, text }) => placed(read(text), section)),
  );
  const seen = new Seen(evidence.flatMap(({ recognised }) => recognised.flatMap(({ facts }) => facts)));
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
  return { services, ignored: best.ignored };
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

/** /proc/net/ip_vs has its addresses, ports and marks in hexadecimal. */
function withDots(text: string): string {
  const marks = text.replaceAll(
    /^FWM {2}([\dA-F]{8})\b/gmu,
    (_, mark: string) => `FWM  ${Number.parseInt(mark, 16)}`,
  );
  return marks.replaceAll(
    /\b([\dA-F]{8}):([\dA-F]{4})\b/gu,
    (_, address: string, port: string) =>
      `${formatAddress(Number.parseInt(address, 16))}:${Number.parseInt(port, 16)}`,
  );
}
