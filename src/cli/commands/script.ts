/** `ipvsim script`: a packet script on the model, with the tables after each step, and its expectations judged. */
import { RecordingError } from '../../conform/recording.ts';
import { printable } from '../../report/text.ts';
import { type PerformedStep, perform } from '../../script/perform.ts';
import { scriptText } from '../../script/script_text.ts';
import { UserError } from '../../storage/user_error.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit_code.ts';
import { loadScript, type ScriptFile } from '../files/script_file.ts';

/** A script that names no kernel is about all of them; this is the one that most recordings are of. */
const USUAL_KERNEL = '6.1';

export const command = defineCommand({
  positionals: {
    file: { describe: 'packet scripts, - for standard input, or shipped names', count: 'many', minimum: 1 },
  },
  options: {
    kernel: {
      type: 'text',
      value: 'RELEASE',
      describe: "instead of the script's own, as uname -r prints it",
    },
    format: { type: 'text', describe: 'form of the output', choices: ['text', 'json'], default: 'text' },
  },
  examples: [
    ['script time-wait-mode-1', 'a SYN that meets TIME_WAIT, packet by packet'],
    ['script time-wait-mode-1 --kernel 5.4', 'the same before the repair of 5.9'],
    ['script mine.pkt', 'your own; docs/packet_scripts.md has the words'],
  ],
  notes: [
    'Exit code 0 means that every expectation held, 1 that one did not, 2 that a script cannot be understood.',
    'ipvsim oracle puts the same scripts to a real kernel.',
  ],
  async run({ file: files, kernel, format }, terminal) {
    const performed: {
      readonly file: ScriptFile;
      readonly kernel: string;
      readonly steps: readonly PerformedStep[];
    }[] = [];
    for (const source of files) {
      const file = await loadScript(source);
      const release = kernel ?? file.script.kernel ?? USUAL_KERNEL;
      performed.push({ file, kernel: release, steps: carryOut(file, release) });
    }
    const failed = performed
      .flatMap(({ steps }) => steps)
      .flatMap(({ judgements }) => judgements)
      .filter(({ holds }) => !holds);
    if (format === 'json') await terminal.print(JSON.stringify(performed.map(jsonOf), null, 2));
    else {
      for (const { file, kernel, steps } of performed) {
        const { title } = file.script;
        await terminal.print(
          `${terminal.paint('bold', printable(title || file.label))} (kernel ${kernel})\n`,
        );
        await terminal.print(`${scriptText(steps, terminal)}\n`);
      }
      await terminal.print(summary(performed.map(({ steps }) => steps)));
    }
    return failed.length > 0 ? EXIT.failed : EXIT.ok;
  },
});

function carryOut(file: ScriptFile, kernel: string): readonly PerformedStep[] {
  try {
    return perform(file.script, kernel);
  } catch (error) {
    if (error instanceof RecordingError) throw new UserError(`${file.label}:${error.line}: ${error.message}`);
    throw error;
  }
}

function summary(scripts: readonly (readonly PerformedStep[])[]): string {
  const judgements = scripts.flat().flatMap((step) => step.judgements);
  const held = judgements.filter(({ holds }) => holds).length;
  const steps = scripts.reduce((sum, script) => sum + script.length, 0);
  return `${steps} steps, ${held} of ${judgements.length} expectations held`;
}

function jsonOf({
  file,
  kernel,
  steps,
}: {
  file: ScriptFile;
  kernel: string;
  steps: readonly PerformedStep[];
}): object {
  return {
    file: file.label,
    title: file.script.title,
    kernel,
    steps: steps.map(({ planned, outcome, events, judgements }) => ({
      line: planned.line,
      at_ns: planned.at_ns,
      ...planned.action,
      frames: outcome.frames,
      decisions: events.filter((event) => event.kind !== 'packet'),
      connections: outcome.state.ipvs,
      conntracks: outcome.state.ct,
      realServers: outcome.state.rs,
      expectations: judgements,
    })),
  };
}
