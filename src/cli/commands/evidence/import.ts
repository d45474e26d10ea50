/** `ipvsim import`: what a real node gave up in, a scenario out, and a list of what was left out or assumed. */

import { basename, dirname, join } from 'node:path';
import { importedFrom } from '../../../diagnose/imported.ts';
import { type Imported, type Observed, withObserved } from '../../../diagnose/observed_load.ts';
import { captureEvidence } from '../../../evidence/capture/capture_facts.ts';
import { recognise } from '../../../evidence/recognise.ts';
import type { Failure } from '../../../import/failures.ts';
import { readIpvsadm } from '../../../import/ipvsadm.ts';
import { isKeepalived, readKeepalived } from '../../../import/keepalived.ts';
import { type ImportedLoad, KNOWN_SETTINGS, scenarioFrom } from '../../../import/scenario_yaml.ts';
import { readSysctls } from '../../../import/sysctl_text.ts';
import { LONGEST_TEXT } from '../../../scenario/parse.ts';
import { readDuration, readRate } from '../../../scenario/units.ts';
import { UserError } from '../../../storage/user_error.ts';
import { writeWhole } from '../../../storage/whole_file.ts';
import { printable, shortened } from '../../../text/terminal.ts';
import { defineCommand } from '../../command.ts';
import { EXIT } from '../../exit_code.ts';
import { parseText, ScenarioProblems } from '../../files/scenario_source.ts';
import { schemaReference } from '../../files/schema_file.ts';
import { readText } from '../../files/text_file.ts';
import type { Terminal } from '../../terminal.ts';
import { readWatched } from './read_watched.ts';

export const command = defineCommand({
  positionals: {
    file: {
      describe:
        'a capture, an access log, ipvsadm -Ln, sysctl -a, uname -a, keepalived.conf, iptables-save, objects of Kubernetes ...; - for stdin',
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
    const load = askedLoad(asked.rate, asked.concurrency);
    const read = await readSources(asked.file, asked, terminal);
    if (read === null) return EXIT.interrupted;
    const { source, notes } = withObserved(read, read, { service, load });
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

/** Files that are told apart by their content, and those of which the user says what they are; null where he ends it. */
async function readSources(
  files: readonly string[],
  { ipvsadm, sysctl }: Named,
  terminal: Terminal,
): Promise<(Imported & Observed) | null> {
  const named = [ipvsadm, sysctl].filter((each) => each !== undefined);
  if (files.length + named.length === 0)
    throw new UserError('import needs a file', 'ipvsadm -Ln > FILE on the node');
  if ([...files, ...named].filter((each) => each === '-').length > 1)
    throw new UserError('standard input can be read only once');
  const handedIn = await readWatched(files, terminal);
  if (handedIn === null) return null;
  const texts = handedIn.flatMap((each) => each.texts.map((text) => ({ ...text, host: each.host })));
  const evidence = texts.map(({ text, label, host }) => recognise(text, label, host));
  const captures = handedIn.flatMap(({ capture }) => capture ?? []);
  const unplaced = [...handedIn, ...evidence, ...captures.map(captureEvidence)].flatMap(
    (each) => each.unplaced,
  );
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
    captures,
    logs: read.logs,
    // What a table leaves out it says itself.
    notes: unplaced.flatMap(({ file, line, why }) => {
      const said = [...read.table.ignored, ...(read.cluster?.table.ignored ?? [])];
      return said.some((note) => note.endsWith(why.slice(why.indexOf(': ') + 2)))
        ? []
        : [`${file}:${line}: ${why}`];
    }),
  };
}

/** A thousand rows or two: more make a scenario that nobody reads. */
const MOST_INLINE = 60_000;

/** Where there is a file for the scenario, many rows get one, too; without one, all that a scenario can hold stand in it. */
function rowsFile(
  load: ImportedLoad | undefined,
  out: string | undefined,
): { readonly name: string; readonly text: string } | null {
  const text = load?.replay?.rows;
  if (text === undefined || text.length <= MOST_INLINE) return null;
  if (out !== undefined) return { name: `${basename(out).replace(/\.ya?ml$/u, '')}.csv`, text };
  // Each line is indented, and the rest of the scenario needs some room.
  const lines = text.split('\n').length;
  if (text.length + 6 * lines + MOST_INLINE <= LONGEST_TEXT) return null;
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
  const [, address, time] = /^([\d.]+:\d+|\[[\da-f:]+\]:\d+)@(.+)$/u.exec(text) ?? [];
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
