/** `ipvsim import`: pasted production text in, a scenario out, and a list of what was left out. */

import { readIpvsadm } from '../../../import/ipvsadm.ts';
import { isKeepalived, readKeepalived } from '../../../import/keepalived.ts';
import { ELSEWHERE, type ImportedLoad, scenarioFrom } from '../../../import/scenario_yaml.ts';
import { readSysctls } from '../../../import/sysctl_text.ts';
import { SYSCTLS } from '../../../scenario/sysctl.ts';
import { readRate } from '../../../scenario/units.ts';
import { UserError } from '../../../storage/user_error.ts';
import { writeWhole } from '../../../storage/whole_file.ts';
import { printable, shortened } from '../../../text/terminal.ts';
import { defineCommand } from '../../command.ts';
import { EXIT } from '../../exit_code.ts';
import { parseText, ScenarioProblems } from '../../files/scenario_source.ts';
import { schemaReference } from '../../files/schema_file.ts';
import { readText } from '../../files/text_file.ts';

export const command = defineCommand({
  positionals: {},
  options: {
    ipvsadm: {
      type: 'text',
      value: 'FILE',
      describe: 'ipvsadm -Ln, ipvsadm-save -n or keepalived.conf; - for stdin',
    },
    sysctl: { type: 'text', value: 'FILE', describe: 'output of sysctl -a; - for stdin' },
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
    ip_local_port_range: { type: 'text', value: 'A-B', describe: "the clients' source ports" },
    out: { type: 'text', value: 'FILE', describe: 'write the scenario there instead of to standard output' },
  },
  examples: [
    ['import --ipvsadm ln.txt --sysctl sysctl.txt > mine.yaml', 'then: ipvsim run mine.yaml'],
    ['import --ipvsadm keepalived.conf --rate 500/s', 'the virtual servers, and the load that they get'],
    ['import --ipvsadm ln.txt --kernel 3.10.0-1127.el7', 'name the kernel when the sysctls do not'],
  ],
  async run(asked, terminal) {
    const { ipvsadm, sysctl, service, kernel, ip_local_port_range: ports, out } = asked;
    if (ipvsadm === undefined)
      throw new UserError('import needs --ipvsadm FILE', 'ipvsadm -Ln > FILE on the node');
    if (ipvsadm === '-' && sysctl === '-')
      throw new UserError('only one of the two can come from standard input');
    const known = new Set([...SYSCTLS.map((info) => info.name), ...Object.values(ELSEWHERE)]);
    const load = askedLoad(asked.rate, asked.concurrency);
    const { text } = await readText(ipvsadm);
    const table = isKeepalived(text) ? readKeepalived(text) : readIpvsadm(text);
    const sysctls = readSysctls(sysctl === undefined ? '' : (await readText(sysctl)).text, known);
    const schema = schemaReference('scenario', '.');
    const imported = scenarioFrom({ table, sysctls, kernel, ports, service, load, schema });
    if (imported === null) {
      for (const note of firstOf(table.ignored)) terminal.complain(`ignored: ${note}`);
      const which = service === undefined ? 'no TCP or UDP service' : `no service ${service}`;
      throw new UserError(
        `${which} in ${ipvsadm}`,
        'it should hold what ipvsadm -Ln or ipvsadm-save -n prints',
      );
    }
    for (const note of firstOf(imported.notes)) terminal.say(`ignored or assumed: ${note}`);
    // What a kernel does not have, or a value out of range, is told in terms of the scenario just made.
    const made = { text: imported.yaml, label: 'imported scenario' };
    const { problems } = parseText(made, {});
    // What this kernel does is for whoever has the node to find out: the file says how.
    const wrong = problems.filter(({ code }) => code !== 'E_CANNOT_TELL');
    if (wrong.length > 0) throw new ScenarioProblems(wrong, made.text);
    for (const { message, hint } of problems) terminal.say(`open: ${message}\n${hint ?? ''}`);
    if (out === undefined) await terminal.print(imported.yaml);
    else writeWhole(out, imported.yaml);
    return EXIT.ok;
  },
});

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
