/** `ipvsim oracle`: packet scripts on a real kernel, compared with the model step by step. */
import { appendFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { divergenceText, type Paint, plural } from '../../conform/report.ts';
import { formatRecording } from '../../conform/write_recording.ts';
import type { Answer } from '../../oracle/ask.ts';
import { diverges, expected_s, type Finding, inquire } from '../../oracle/inquiry.ts';
import { DEBIAN_KERNEL, hasTimeTravel, kernelRelease, missingPackages } from '../../oracle/uml.ts';
import { printable } from '../../report/text.ts';
import { formatScript } from '../../script/format_script.ts';
import { judgeStep } from '../../script/judge.ts';
import type { PacketScript } from '../../script/packet_script.ts';
import { planOf } from '../../script/plan.ts';
import { randomScript } from '../../script/random_script.ts';
import { makeFolder } from '../../storage/make_folder.ts';
import { systemError } from '../../storage/system_error.ts';
import { UserError } from '../../storage/user_error.ts';
import { writeWhole } from '../../storage/whole_file.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit_code.ts';
import { loadScript } from '../files/script_file.ts';
import { listenForInterrupt } from '../interrupt.ts';
import { showProgress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';

interface Question {
  readonly name: string;
  readonly script: PacketScript;
}

export const command = defineCommand({
  positionals: {
    file: { describe: 'packet scripts, or names of shipped ones', count: 'many', minimum: 0 },
  },
  options: {
    random: { type: 'count', describe: 'ask so many random scripts instead', minimum: 1, maximum: 10_000 },
    seed: { type: 'text', describe: 'of the random scripts', default: 'ipvsim' },
    steps: {
      type: 'count',
      describe: 'packets and commands in a random script',
      minimum: 1,
      maximum: 500,
      default: 40,
    },
    wait: {
      type: 'count',
      describe: 'seconds that a random script waits at most',
      minimum: 0,
      maximum: 3600,
      default: 150,
    },
    kernel: { type: 'text', value: 'PATH', describe: 'a user-mode Linux to ask', default: DEBIAN_KERNEL },
    out: { type: 'text', value: 'DIR', describe: 'write recordings and diverging scripts there' },
    tally: { type: 'text', value: 'FILE', describe: 'add a line of what was compared to this file' },
    'no-shrink': { type: 'flag', describe: 'leave diverging scripts as long as they are' },
    format: { type: 'text', describe: 'form of the output', choices: ['text', 'json'], default: 'text' },
  },
  examples: [
    ['oracle time-wait-mode-1', 'one script, on the model and on the real kernel'],
    ['oracle --random 100 --seed today --out out/oracle', 'a hundred random scripts'],
    ['oracle mine.pkt --kernel ~/linux/linux', "a kernel of one's own; docs/oracle.md says how to build it"],
  ],
  notes: [
    'The kernel is user-mode Linux: an ordinary process without network that sees the files of this machine read-only.',
    'Exit code 0 means no divergence, 1 a divergence or an expectation that did not hold, 3 that there is no kernel to ask.',
  ],
  async run(
    { file, random, seed, steps, wait, kernel: path, out, tally, 'no-shrink': noShrink, format },
    terminal,
  ) {
    const missing = await missingPackages(path);
    if (missing.length > 0) {
      terminal.complain(
        `no kernel to ask: install ${missing.join(' ')} (apt-get install ${missing.join(' ')})`,
      );
      return EXIT.unknown;
    }
    const timeTravel = await hasTimeTravel(path);
    const questions = await questionsOf(file, random, { seed, limits: { steps, wait_s: wait }, path });
    const scripts = questions.map(({ script }) => script);
    const time = timeTravel ? 'its time is virtual' : `about ${Math.ceil(expected_s(scripts))} s`;
    terminal.say(`Asking ${basename(path)} about ${plural(scripts.length, 'script')}: ${time}.`);
    const interrupt = listenForInterrupt(terminal);
    const progress = showProgress(terminal);
    let findings: Finding[];
    try {
      findings = await inquire({ path, timeTravel }, scripts, {
        signal: interrupt.signal,
        shrinks: !noShrink,
        progress: (done, all, words) => progress.update(done / all, words),
      });
    } finally {
      progress.clear();
      interrupt.release();
    }
    if (out !== undefined) save(out, questions, findings);
    if (tally !== undefined && !interrupt.asked) {
      const question =
        random === undefined
          ? file.join(' ')
          : `--random ${random} --seed ${seed} --steps ${steps} --wait ${wait}`;
      appendLine(tally, JSON.stringify({ question, ...countOf(findings) }));
    }
    if (format === 'json')
      await terminal.print(
        JSON.stringify(
          findings.map((each, i) => jsonOf(questions[i]!, each)),
          null,
          2,
        ),
      );
    else {
      for (const [index, finding] of findings.entries()) {
        const text = textOf(questions[index]!, finding, random !== undefined, terminal);
        if (text !== '') await terminal.print(text);
      }
      await terminal.print(summary(findings));
    }
    if (interrupt.asked) return EXIT.interrupted;
    if (findings.some(({ answer }) => answer.kind === 'failed')) return EXIT.wrong;
    return findings.some((finding) => diverges(finding.answer) || unfulfilled(finding).length > 0)
      ? EXIT.failed
      : EXIT.ok;
  },
});

async function questionsOf(
  files: readonly string[],
  random: number | undefined,
  { seed, limits, path }: { seed: string; limits: { steps: number; wait_s: number }; path: string },
): Promise<Question[]> {
  if ((random === undefined) === (files.length === 0)) {
    throw new UserError('nothing to ask, or too much', 'give packet scripts, or --random COUNT');
  }
  if (random === undefined) {
    const loaded = await Promise.all(files.map((file) => loadScript(file)));
    return loaded.map(({ script, label }) => ({ name: basename(label).replace(/\.pkt$/, ''), script }));
  }
  const release = await kernelRelease(path);
  return Array.from({ length: random }, (_, index) => ({
    name: `random-${seed}-${index + 1}`,
    script: randomScript(seed, index + 1, release, limits),
  }));
}

/** Expectations that the real kernel did not meet; those of a script for another kernel are not its business. */
function unfulfilled({ script, answer }: Finding) {
  if (answer.kind !== 'recorded' || isForAnother(script, answer.kernel)) return [];
  const { steps } = answer.recording;
  const { steps: planned } = planOf(script);
  return planned
    .flatMap((step, index) => {
      const { out, ipvs = [], rs = {}, ct = [] } = steps[index]!;
      return judgeStep(step, { frames: out, state: { ipvs, rs, ct } });
    })
    .filter(({ holds }) => !holds);
}

function isForAnother({ kernel }: PacketScript, release: string): boolean {
  return kernel !== null && !release.startsWith(kernel.split('.').slice(0, 2).join('.'));
}

function textOf(question: Question, finding: Finding, isRandom: boolean, terminal: Terminal): string {
  const { answer, shortest, unrepeated, script } = finding;
  const name = printable(question.name);
  if (answer.kind === 'failed') return terminal.paint('red', `${name}: ${printable(answer.reason)}`);
  const missed = unfulfilled(finding);
  const lines: string[] = [];
  if (!isRandom || diverges(answer) || unrepeated) lines.push(headline(name, answer, unrepeated));
  if (!isRandom && isForAnother(script, answer.kernel)) {
    lines.push(`  its expectations are about kernel ${script.kernel} and were not judged`);
  }
  lines.push(
    ...missed.map(({ line, text, found }) =>
      terminal.paint('red', `  line ${line}: expected ${text}; the kernel: ${printable(found)}`),
    ),
  );
  if (!diverges(answer)) return lines.join('\n');
  const shown = shortest?.answer.kind === 'recorded' ? shortest.answer : answer;
  const paint: Paint = (side, line) => terminal.paint(side === 'recorded' ? 'red' : 'green', line);
  lines.push(divergenceText(shown.recording, shown.replay, paint));
  if (shortest !== null)
    lines.push('', 'The shortest script that still diverges:', '', formatScript(shortest.script).trimEnd());
  return lines.join('\n');
}

function headline(name: string, answer: Extract<Answer, { kind: 'recorded' }>, unrepeated: boolean): string {
  const { steps, divergences } = answer.replay;
  const doubt = unrepeated ? ' (one at first that did not come again)' : '';
  return `${name}: ${plural(steps, 'step')} on ${answer.kernel}, ${plural(divergences.length, 'divergence')}${doubt}`;
}

/** What was compared, in numbers. */
function countOf(findings: readonly Finding[]) {
  const recorded = findings.flatMap(({ answer }) => (answer.kind === 'recorded' ? [answer] : []));
  return {
    kernel: recorded[0]?.kernel ?? null,
    scripts: recorded.length,
    steps: recorded.reduce((sum, { replay }) => sum + replay.steps, 0),
    diverging: recorded.filter(diverges).length,
    unrepeated: findings.filter(({ unrepeated }) => unrepeated).length,
  };
}

function summary(findings: readonly Finding[]): string {
  const { scripts, steps, diverging, unrepeated } = countOf(findings);
  const doubt = unrepeated === 0 ? '' : `, ${unrepeated} that did not come again`;
  return `${plural(scripts, 'script')}, ${plural(steps, 'step')}, ${diverging} diverging${doubt}`;
}

function appendLine(path: string, line: string): void {
  try {
    appendFileSync(path, `${line}\n`);
  } catch (error) {
    throw systemError(`write ${path}`, error);
  }
}

function save(folder: string, questions: readonly Question[], findings: readonly Finding[]): void {
  makeFolder(folder);
  for (const [index, { answer, shortest, script }] of findings.entries()) {
    const name = questions[index]!.name.replace(/[^\w.-]/g, '_');
    if (answer.kind === 'recorded')
      writeWhole(join(folder, `${name}.jsonl`), formatRecording(answer.written));
    if (diverges(answer)) writeWhole(join(folder, `${name}.pkt`), formatScript(shortest?.script ?? script));
  }
}

function jsonOf({ name }: Question, finding: Finding): object {
  const { answer, shortest, unrepeated } = finding;
  if (answer.kind === 'failed') return { name, failed: answer.reason };
  return {
    name,
    kernel: answer.kernel,
    steps: answer.replay.steps,
    divergences: answer.replay.divergences,
    unrepeated,
    unfulfilled: unfulfilled(finding),
    shortest: shortest === null ? null : formatScript(shortest.script),
  };
}
