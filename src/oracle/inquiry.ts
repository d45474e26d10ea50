/**
 * An inquiry: packet scripts put to a real kernel in batches, each divergence asked again, and those that stay
 * shrunk to the shortest script that still diverges.
 */
import type { PacketScript } from '../script/packet_script.ts';
import { planOf } from '../script/plan.ts';
import { shrink } from '../script/shrink.ts';
import { type Answer, ask, type Kernel, waits_s } from './ask.ts';

/** More scripts in one kernel get into each other's way: it has one processor. */
const BATCH = 60;
/** Kernels at the same time. */
const KERNELS = 2;

export interface Finding {
  readonly script: PacketScript;
  readonly answer: Answer;
  /** For a divergence: the shortest script that still diverges, and what the kernel said to it. */
  readonly shortest: { readonly script: PacketScript; readonly answer: Answer } | null;
  /** It diverged once and, asked again, did not: the clock of a busy machine, not a rule. */
  readonly unrepeated: boolean;
}

export interface InquiryOptions {
  readonly signal: AbortSignal;
  readonly shrinks: boolean;
  /** Told after each batch. */
  progress(done: number, all: number, words: string): void;
}

export async function inquire(
  kernel: Kernel,
  scripts: readonly PacketScript[],
  options: InquiryOptions,
): Promise<Finding[]> {
  const answers = await askAll(kernel, scripts, options, 'asking the kernel');
  const doubtful = [...answers.keys()].filter((index) => diverges(answers[index]!));
  const again = await askAll(
    kernel,
    doubtful.map((index) => scripts[index]!),
    options,
    'asking again',
  );
  const findings: Finding[] = [];
  for (const [index, script] of scripts.entries()) {
    const second = again[doubtful.indexOf(index)];
    const answer = second ?? answers[index]!;
    const unrepeated = second !== undefined && !diverges(second);
    const shortest =
      second !== undefined && diverges(second) && options.shrinks && !options.signal.aborted
        ? await shortestOf(kernel, script, second, options)
        : null;
    findings.push({ script, answer, shortest, unrepeated });
  }
  return findings;
}

export function diverges(answer: Answer): boolean {
  return answer.kind === 'recorded' && answer.replay.divergences.length > 0;
}

async function shortestOf(kernel: Kernel, script: PacketScript, first: Answer, options: InquiryOptions) {
  let answer = first;
  const release = first.kind === 'recorded' ? first.kernel : '';
  const found = await shrink(script, release, async (candidates) => {
    const answers = await askAll(
      kernel,
      candidates,
      options,
      `shrinking, ${candidates[0]!.steps.length} steps`,
    );
    const least = candidates.map((candidate) => candidate.steps.length);
    const index = answers.findIndex(
      (each, i) => diverges(each) && least[i] === Math.min(...least.filter((_, j) => diverges(answers[j]!))),
    );
    if (index >= 0) answer = answers[index]!;
    return answers.map(diverges);
  });
  return { script: found, answer };
}

async function askAll(
  kernel: Kernel,
  scripts: readonly PacketScript[],
  { signal, progress }: InquiryOptions,
  words: string,
): Promise<Answer[]> {
  const batches: PacketScript[][] = [];
  for (let from = 0; from < scripts.length; from += BATCH) batches.push(scripts.slice(from, from + BATCH));
  const answers: Answer[][] = [];
  let next = 0;
  let done = 0;
  const work = async () => {
    while (next < batches.length && !signal.aborted) {
      const index = next++;
      answers[index] = await ask(kernel, batches[index]!, signal);
      done += batches[index]!.length;
      progress(done, scripts.length, words);
    }
  };
  await Promise.all(Array.from({ length: KERNELS }, work));
  return batches.flatMap((batch, index) => answers[index] ?? batch.map(() => INTERRUPTED));
}

const INTERRUPTED: Answer = { kind: 'failed', reason: 'interrupted' };

/** How long the kernel has to be waited for, in seconds, were nothing asked twice. */
export function expected_s(scripts: readonly PacketScript[]): number {
  const waits = scripts.map((script) => waits_s(planOf(script)));
  const batches: number[] = [];
  for (let from = 0; from < waits.length; from += BATCH) {
    batches.push(
      Math.max(...waits.slice(from, from + BATCH)) + BOOT_S + Math.min(BATCH, waits.length) * SETUP_S,
    );
  }
  return batches.reduce((sum, each) => sum + each, 0) / Math.min(KERNELS, batches.length || 1);
}

const BOOT_S = 4;
const SETUP_S = 0.7;
