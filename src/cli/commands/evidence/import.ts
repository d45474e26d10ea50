/** `ipvsim import`: what a real node gave up in, a scenario out, and a list of what was left out or assumed. */

import { basename, dirname, join } from 'node:path';
import { capturedLoad, servicesCalled, tableOf } from '../../../diagnose/captured_load.ts';
import { type ImportedEvidence, importedFrom } from '../../../diagnose/imported.ts';
import { loggedLoad, upstreamsOf } from '../../../diagnose/logged_load.ts';
import { recognise } from '../../../evidence/recognise.ts';
import type { Failure } from '../../../import/failures.ts';
import { type ImportedTable, readIpvsadm } from '../../../import/ipvsadm.ts';
import { isKeepalived, readKeepalived } from '../../../import/keepalived.ts';
import {
  type ImportedLoad,
  type ImportSource,
  KNOWN_SETTINGS,
  scenarioFrom,
} from '../../../import/scenario_yaml.ts';
import { readSysctls } from '../../../import/sysctl_text.ts';
import { readDuration, readRate } from '../../../scenario/units.ts';
import { UserError } from '../../../storage/user_error.ts';
import { writeWhole } from '../../../storage/whole_file.ts';
import { printable, shortened } from '../../../text/terminal.ts';
import { defineCommand } from '../../command.ts';
import { EXIT } from '../../exit_code.ts';
import type { Capture } from '../../files/capture_file.ts';
import { type HandedIn, readAllEvidence } from '../../files/evidence_files.ts';
import { parseText, ScenarioProblems } from '../../files/scenario_source.ts';
import { schemaReference } from '../../files/schema_file.ts';
import { readText } from '../../files/text_file.ts';
import { listenForInterrupt } from '../../interrupt.ts';
import { watching } from './watching.ts';

export const command = defineCommand({
  positionals: {
    file: {
      describe:
        'a capture, an access log, ipvsadm -Ln, sysctl -a, uname -a, keepalived.conf, objects of Kubernetes ...; - for stdin',
      count: 'many',
    },
  },
  options: {
    ipvsadm: {
      type: 'text',
      value: 'FILE',
      describe: 'a file that is ipvsadm -Ln, ipvsadm-save -n or keepalived.conf, whatever it looks like',
    },
    sysctl: { type: 'text', value: 'FILE', describe: 'a file that is the output of sysctl -a' },
    service: {
      type: 'text',
      value: '[tcp:|udp:]VIP:PORT',
      describe: 'the service to keep [the busiest]',
    },
    rate: {
      type: 'text',
      value: 'N/s',
      describe: 'connections per second, whatever happens to those before',
    },
    concurrency: { type: 'count', minimum: 1, maximum: 100_000, describe: 'connections at once, as ab -c' },
    kernel: { type: 'text', value: 'RELEASE', describe: "the node's uname -r or uname -a" },
    kubernetes: { type: 'text', value: 'RELEASE', describe: 'its kube-proxy looks after the table' },
    ip_local_port_range: { type: 'text', value: 'A-B', describe: "the clients' source ports" },
    ip_local_reserved_ports: { type: 'text', value: 'A-B,C', describe: 'those of them that are never taken' },
    fails: {
      type: 'list',
      value: 'ADDRESS:PORT@TIME',
      describe: 'that real server goes silent then, and is taken out when its checker notices',
    },
    out: { type: 'text', value: 'FILE', describe: 'write the scenario there instead of to standard output' },
  },
  examples: [
    ['import ln.txt sysctl.txt uname.txt > mine.yaml', 'in any order; then: ipvsim run mine.yaml'],
    [
      'import client.pcap ln.txt sysctl.txt uname.txt --out mine.yaml',
      'the connections of a capture, for: ipvsim run mine.yaml --set net.ipv4.vs.conn_reuse_mode=0',
    ],
    ['import node.tar', 'what ipvsim collect gathered'],
    ['import services.yaml proxy.yaml --service 10.96.0.10:80', 'objects of Kubernetes'],
    [
      'import keepalived.conf --rate 500/s --fails 10.1.0.5:8443@30s',
      'the virtual servers, their load, and a real server that dies',
    ],
  ],
  notes: [
    'Files are told apart by their content, as ipvsim diagnose does. What was not in them is marked "assumed" in the scenario, with what tells it.',
  ],
  async run(asked, terminal) {
    const {
      service,
      kernel,
      ip_local_port_range: ports,
      ip_local_reserved_ports: reservedPorts,
      out,
    } = asked;
    const failures = asked.fails.map(readFailure);
    const interrupt = listenForInterrupt(terminal);
    const read = await readSources(asked.file, asked, watching(terminal, interrupt)).finally(() =>
      interrupt.release(),
    );
    if (interrupt.asked) return EXIT.interrupted;
    const { captures, logs } = read;
    const seen =
      captures.length > 0
        ? withCapture(read, captures, service)
        : logs.length > 0
          ? withLogs(read, logs, service)
          : read;
    const load = askedLoad(asked.rate, asked.concurrency);
    const { source, notes } = load === undefined ? seen : withLoad(load, seen, read);
    const imported = scenarioFrom({
      ...source,
      kernel: kernel ?? source.kernel,
      kubernetes: asked.kubernetes,
      ports,
      reservedPorts,
      service,
      load: placed(source.load, out),
      failures,
    });
    if (imported === null) {
      for (const note of firstOf([
        ...notes,
        ...source.table.ignored,
        ...(source.cluster?.table.ignored ?? []),
      ]))
        terminal.complain(`ignored: ${note}`);
      const which = service === undefined ? 'no TCP or UDP service' : `no service ${service}`;
      const where = [asked.ipvsadm ?? [], asked.file].flat().join(', ');
      throw new UserError(
        `${which} in ${where}`,
        'it should hold what ipvsadm -Ln or ipvsadm-save -n prints, a keepalived.conf, or objects of Kubernetes',
      );
    }
    for (const note of firstOf([...notes, ...imported.notes])) terminal.say(`ignored or assumed: ${note}`);
    // What a kernel does not have, or a value out of range, is told in terms of the scenario just made.
    const rows = rowsFile(source.load, out);
    const beside = rows === null ? {} : { [rows.name]: rows.text };
    const made = { text: imported.yaml, label: 'imported scenario', beside };
    const { problems } = parseText(made, {});
    // What this kernel does is for whoever has the node to find out: the file says how.
    const wrong = problems.filter(({ code }) => code !== 'E_CANNOT_TELL');
    if (wrong.length > 0) throw new ScenarioProblems(wrong, made.text);
    for (const { message, hint } of problems) terminal.say(`open: ${message}\n${hint ?? ''}`);
    if (out === undefined) await terminal.print(imported.yaml);
    else {
      if (rows !== null) writeWhole(join(dirname(out), rows.name), rows.text);
      writeWhole(out, imported.yaml);
    }
    return EXIT.ok;
  },
});

interface Named {
  readonly ipvsadm?: string | undefined;
  readonly sysctl?: string | undefined;
}

/** Files that are told apart by their content, and those of which the user says what they are. */
async function readSources(
  files: readonly string[],
  { ipvsadm, sysctl }: Named,
  progress: Parameters<typeof readAllEvidence>[1],
): Promise<Read> {
  const named = [ipvsadm, sysctl].filter((each) => each !== undefined);
  if (files.length + named.length === 0)
    throw new UserError('import needs a file', 'ipvsadm -Ln > FILE on the node');
  if ([...files, ...named].filter((each) => each === '-').length > 1)
    throw new UserError('standard input can be read only once');
  const handedIn: readonly HandedIn[] = await readAllEvidence(files, progress);
  const texts = handedIn.flatMap((each) => each.texts.map((text) => ({ ...text, host: each.host })));
  const evidence = texts.map(({ text, label, host }) => recognise(text, label, host));
  const unplaced = [...handedIn, ...evidence].flatMap((each) => each.unplaced);
  const read = importedFrom(
    texts.map(({ text }) => text),
    evidence,
  );
  const text = ipvsadm === undefined ? '' : (await readText(ipvsadm)).text;
  const table = isKeepalived(text) ? readKeepalived(text) : readIpvsadm(text);
  return {
    source: {
      ...read,
      table: ipvsadm === undefined ? read.table : table,
      sysctls:
        sysctl === undefined ? read.sysctls : readSysctls((await readText(sysctl)).text, KNOWN_SETTINGS),
      schema: schemaReference('scenario', '.'),
    },
    // What a table leaves out it says itself.
    captures: handedIn.flatMap(({ capture }) => capture ?? []),
    logs: read.logs,
    notes: unplaced.flatMap(({ file, line, why }) => {
      const said = [...read.table.ignored, ...(read.cluster?.table.ignored ?? [])];
      return said.some((note) => note.endsWith(why.slice(why.indexOf(': ') + 2)))
        ? []
        : [`${file}:${line}: ${why}`];
    }),
  };
}

interface Read {
  readonly source: ImportSource;
  readonly notes: readonly string[];
  readonly captures: readonly Capture[];
  readonly logs: ImportedEvidence['logs'];
}

/** What is known besides captures and logs. */
type Known = Pick<Read, 'source' | 'notes'>;

/** What was asked for takes the place of what was seen. */
function withLoad(load: ImportedLoad, seen: Known, { notes, captures }: Read): Known {
  const isReplay = seen.source.load?.replay !== undefined;
  return {
    source: { ...seen.source, load },
    notes: isReplay
      ? [
          ...notes,
          ...captures.flatMap((capture) => capture.notes),
          `the load is that of ${load.from}: no connection is replayed`,
        ]
      : seen.notes,
  };
}

/** The connections of the capture that has most of them, and the services that they went to where no table tells. */
function withCapture(
  { source, notes }: Known,
  captures: readonly Capture[],
  wanted: string | undefined,
): Known {
  const [capture, ...others] = captures.toSorted((a, b) => b.flows.length - a.flows.length);
  const { file, flows, summary } = capture!;
  const called = servicesCalled(flows);
  const { table, service } = tableWith(source, called, wanted);
  const load = service === undefined ? null : capturedLoad(flows, service, summary);
  const saw = `${file}: ${summary.packets} packets, ${flows.length} connections`;
  const all = [
    ...notes,
    ...captures.flatMap((one) => one.notes),
    ...others.map((other) => `${other.file}: only the connections of ${file} are replayed`),
  ];
  if (load === null) {
    const busiest = called.services.slice(0, 3).map(({ address }) => address);
    const went = busiest.length === 0 ? 'none began in it' : `they went to ${busiest.join(', ')}`;
    return { source: { ...source, table }, notes: [...all, `${saw}; ${went}, and none is replayed`] };
  }
  return {
    source: {
      ...source,
      table: { ...table, services: table.services.filter(({ address }) => address === service) },
      load: {
        replay: load.replay,
        duration_s: load.duration_s,
        from: `${load.connections} connections to ${service} in ${file}`,
      },
    },
    notes: [...all, `${saw}; those to ${service} are replayed`, ...load.notes],
  };
}

/** The table of services, or where there is none what was called; and which of those that were called is kept. */
function tableWith(
  source: ImportSource,
  called: ImportedTable,
  wanted: string | undefined,
): { readonly table: ImportedTable; readonly service: string | undefined } {
  const table = source.table.services.length === 0 && source.cluster === undefined ? called : source.table;
  const known = [...table.services, ...(source.cluster?.table.services ?? [])];
  const service =
    wanted?.replace(/^tcp:/u, '') ??
    called.services.find(({ address }) => known.some((one) => one.address === address))?.address;
  return { table, service };
}

/** The connects that logs time, to the upstream that most of them name; to the service that is kept, where they name none. */
function withLogs({ source, notes }: Known, logs: Read['logs'], wanted: string | undefined): Known {
  const text = logs.map((log) => log.text).join('\n');
  const upstreams = upstreamsOf(text);
  // Whoever names the service of a log that does not needs no table besides.
  const named =
    upstreams.length > 0 || wanted === undefined
      ? upstreams
      : [{ address: wanted.replace(/^tcp:/u, ''), connections: 0 }];
  const called = tableOf(named.map((each) => ({ ...each, servers: [] })));
  const { table, service } = tableWith(source, called, wanted);
  const files = [...new Set(logs.map(({ file }) => file))].join(', ');
  const isElsewhere = service === undefined && upstreams.length > 0;
  const load = isElsewhere ? null : loggedLoad(text, service ?? null);
  if (load === null) {
    const went = upstreams.slice(0, 3).map(({ address }) => address);
    const why = isElsewhere
      ? `its requests went to ${went.join(', ')}, which is no service here`
      : 'a connection needs a line with a time and with upstream_connect_time or the like';
    return { source, notes: [...notes, `${files}: ${why}: none is replayed`] };
  }
  const to = service === undefined ? '' : ` to ${service}`;
  return {
    source: {
      ...source,
      table:
        service === undefined
          ? table
          : { ...table, services: table.services.filter(({ address }) => address === service) },
      load: {
        replay: load.replay,
        duration_s: load.duration_s,
        from: `${load.connections} connections${to} in ${files}`,
      },
    },
    notes: [...notes, `${files}: ${load.connections} connections${to} are replayed`, ...load.notes],
  };
}

/** Rows that a scenario can hold by itself; more of them stand in a file beside it. */
const MOST_INLINE = 60_000;
/** What a scenario can hold at all. */
const MOST_TEXT = 900_000;

/** Where there is a file for the scenario, many rows get one, too. */
function rowsFile(
  load: ImportedLoad | undefined,
  out: string | undefined,
): { readonly name: string; readonly text: string } | null {
  const text = load?.replay?.rows;
  if (text === undefined || text.length <= MOST_INLINE) return null;
  if (out !== undefined) return { name: `${basename(out).replace(/\.ya?ml$/u, '')}.csv`, text };
  if (text.length <= MOST_TEXT) return null;
  throw new UserError(
    'these are more connections than a scenario can hold',
    '--out mine.yaml writes them to mine.csv beside it',
  );
}

function placed(load: ImportedLoad | undefined, out: string | undefined): ImportedLoad | undefined {
  const file = rowsFile(load, out);
  return file === null ? load : { ...load!, replay: { ...load!.replay!, rows: file.name } };
}

function readFailure(text: string): Failure {
  const [, address, time] = /^([\d.]+:\d+)@(.+)$/u.exec(text) ?? [];
  const reading = time === undefined ? null : readDuration(time);
  if (address === undefined || reading === null || !reading.ok)
    throw new UserError(
      `--fails ${text}: must be ADDRESS:PORT@TIME`,
      'for example --fails 10.1.0.5:8443@30s',
    );
  return { address, at_s: reading.value / 1e9 };
}

function askedLoad(rate: string | undefined, concurrency: number | undefined): ImportedLoad | undefined {
  if (rate !== undefined && concurrency !== undefined)
    throw new UserError('import takes one of --rate and --concurrency, not both');
  if (concurrency !== undefined) return { concurrency, from: '--concurrency' };
  if (rate === undefined) return undefined;
  const reading = readRate(rate);
  if (!reading.ok) throw new UserError(`--rate ${rate}: ${reading.message}`, reading.hint ?? null);
  return { rate_per_s: reading.value, from: '--rate' };
}

const MOST_NOTES = 100;

/** A text of another kind has a note for each of its lines. */
function firstOf(notes: readonly string[]): readonly string[] {
  const shown = notes.slice(0, MOST_NOTES).map((note) => printable(shortened(note, 200)));
  const more = notes.length - MOST_NOTES;
  return more > 0 ? [...shown, `and ${more} more`] : shown;
}
