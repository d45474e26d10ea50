/**
 * One run of a sweep, a check or a search, from text to figures. A task and its outcome are plain data that
 * cross thread borders; the worker, the main thread and a browser call the same function.
 */
import type { Result, Verdict } from '../measure/result.ts';
import { type GivenUp, runInSlices } from '../run_slices.ts';
import type { Beside } from '../scenario/beside.ts';
import { parseScenario } from '../scenario/parse.ts';
import type { Problem } from '../scenario/text/problem.ts';
import { createRun } from '../simulate.ts';
import { figuresOf, type RunFigures } from './record.ts';

export interface RunTask {
  readonly text: string;
  readonly file: string;
  /** Files that the text names. */
  readonly beside?: Beside | undefined;
  readonly set: readonly string[];
  readonly seed: string | null;
  /** An earlier end of the run; absent for the scenario's own. */
  readonly until_ns?: number;
  /** The run is given up beyond this number of events, */
  readonly maxEvents: number | null;
  /** and where the process holds more than this; absent for no limit. */
  readonly maxMemory_bytes?: number;
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
  | { readonly kind: 'given up'; readonly givenUp: GivenUp };

export type Execute = (task: RunTask) => Promise<RunOutcome>;

/** What the place where the run is computed has to offer. */
export interface Place {
  /** Lets a thread that has other things to do (a page) do them; a worker needs none. */
  breathe?(): Promise<void>;
  /** What the process holds now, where that can be known. */
  usedBytes?(): number;
  now_ms(): number;
}

export async function executeRun(task: RunTask, place: Place): Promise<RunOutcome> {
  const { file, set, seed, beside = {} } = task;
  const options = { file, set, beside, ...(seed === null ? {} : { seed }) };
  const { scenario: whole, problems } = parseScenario(task.text, options);
  if (whole === null) return { kind: 'invalid', problems };
  const scenario = task.until_ns === undefined ? whole : { ...whole, duration_ns: task.until_ns };
  const run = createRun(scenario);
  const { maxEvents, maxMemory_bytes: most_bytes } = task;
  const { usedBytes } = place;
  const memory =
    most_bytes === undefined || usedBytes === undefined
      ? null
      : { most_bytes, used_bytes: () => usedBytes() };
  const turn = async () => {
    await place.breathe?.();
    return false;
  };
  const givenUp = await runInSlices(run, { maxEvents, memory }, { turn, now_ms: () => place.now_ms() });
  if (givenUp !== null) return { kind: 'given up', givenUp };
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
  executeRun(task, {
    breathe: () => new Promise((resolve) => setTimeout(resolve, 0)),
    now_ms: () => performance.now(),
  });
