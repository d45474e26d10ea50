/**
 * One run of a sweep, a check or a search, from text to figures. A task and its outcome are plain data that
 * cross thread borders; the worker, the main thread and a browser call the same function.
 */
import type { Result, Verdict } from '../measure/result.ts';
import { parseScenario } from '../scenario/parse.ts';
import type { Problem } from '../scenario/text/problem.ts';
import { createRun } from '../simulate.ts';
import { figuresOf, type RunFigures } from './record.ts';

export interface RunTask {
  readonly text: string;
  readonly file: string;
  readonly set: readonly string[];
  readonly seed: string | null;
  /** The run is given up beyond this number of events. */
  readonly maxEvents: number | null;
  /** Whether the whole result is wanted, series included, and not only its figures. */
  readonly whole: boolean;
}

export type RunOutcome =
  | {
      readonly kind: 'done';
      readonly figures: RunFigures;
      readonly verdicts: readonly Verdict[];
      readonly result: Result | null;
    }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }
  | { readonly kind: 'too long'; readonly events: number; readonly at_ns: number; readonly end_ns: number };

export type Execute = (task: RunTask) => Promise<RunOutcome>;

/** Events between two looks at the limit and two breaths of the thread: about 50 ms. */
const SLICE_EVENTS = 50_000;

/** `breathe` lets a thread that has other things to do (a page) do them; a worker needs none. */
export async function executeRun(
  task: RunTask,
  breathe: (() => Promise<void>) | null = null,
): Promise<RunOutcome> {
  const options = { file: task.file, set: task.set, ...(task.seed === null ? {} : { seed: task.seed }) };
  const { scenario, problems } = parseScenario(task.text, options);
  if (scenario === null) return { kind: 'invalid', problems };
  const run = createRun(scenario);
  const limit = task.maxEvents ?? Number.POSITIVE_INFINITY;
  while (!run.advance(Math.min(SLICE_EVENTS, limit - run.events + 1))) {
    if (run.events > limit) {
      return { kind: 'too long', events: run.events, at_ns: run.now_ns, end_ns: run.end_ns };
    }
    if (breathe !== null) await breathe();
  }
  const result = run.result();
  return {
    kind: 'done',
    figures: figuresOf(result),
    verdicts: result.expectations,
    result: task.whole ? result : null,
  };
}

/** Runs on the caller's own thread, which may answer events between slices. */
export const executeHere: Execute = (task) =>
  executeRun(task, () => new Promise((resolve) => setTimeout(resolve, 0)));
