/**
 * Which part of a sweep this process computes: `--shard 2/4`, or what the engine that started it says. A run
 * belongs to a shard by the hash of its key alone, so nobody has to hand out work.
 */

import { UserError } from '../storage/user_error.ts';
import { hashKey } from './run_key.ts';

export interface Shard {
  /** From 1 to count. */
  readonly index: number;
  readonly count: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

export const MOST_SHARDS = 100_000;

export function shardName(shard: Shard): string {
  return `${shard.index}/${shard.count}`;
}

/** The number of the shard, from 1, that computes the run. */
export function shardOf(key: string, count: number): number {
  return (hashKey(key) % count) + 1;
}

export function parseShard(text: string, origin = '--shard'): Shard {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text.trim());
  const shard = { index: Number(match?.[1]), count: Number(match?.[2]) };
  if (match === null || shard.index < 1 || shard.index > shard.count || shard.count > MOST_SHARDS) {
    throw new UserError(`${origin} must be I/N with I from 1 to N, got "${text}"`, 'for example --shard 2/4');
  }
  return shard;
}

interface Engine {
  readonly name: string;
  /** The variable that says that this engine started us. */
  readonly variable: string;
  read(environment: Environment): Shard;
}

const ENGINES: readonly Engine[] = [
  { name: 'Kubernetes Indexed Job', variable: 'JOB_COMPLETION_INDEX', read: kubernetes },
  { name: 'Slurm job array', variable: 'SLURM_ARRAY_TASK_ID', read: slurm },
  { name: 'GitHub Actions matrix', variable: 'STRATEGY_JOB_INDEX', read: githubMatrix },
];

export interface FoundShard {
  readonly shard: Shard;
  /** Where it was read from, for the first line of the talk. */
  readonly origin: string;
}

/** What the engine around us says; null where there is none. `--shard` is asked before. */
export function shardFromEnvironment(environment: Environment): FoundShard | null {
  const found = ENGINES.filter(({ variable }) => (environment[variable] ?? '') !== '');
  if (found.length === 0) return null;
  if (found.length > 1) {
    const names = found.map(({ variable }) => variable).join(' and ');
    throw new UserError(`${names} are both set: which one cuts this sweep?`, 'say it with --shard I/N');
  }
  const [engine] = found;
  return { shard: engine!.read(environment), origin: `${engine!.name}: ${engine!.variable}` };
}

/** The index counts from 0. Kubernetes does not pass the number of completions on; the manifest has to. */
function kubernetes(environment: Environment): Shard {
  return zeroBased(
    environment,
    'JOB_COMPLETION_INDEX',
    'JOB_COMPLETIONS',
    'the Job has to set it to spec.completions',
  );
}

/** `strategy.job-index` and `strategy.job-total` are contexts; a workflow hands them on under these names. */
function githubMatrix(environment: Environment): Shard {
  return zeroBased(
    environment,
    'STRATEGY_JOB_INDEX',
    'STRATEGY_JOB_TOTAL',
    'the workflow has to set it to strategy.job-total',
  );
}

/**
 * An array may start at 0 or at 1. A lost task is submitted again alone (`--array=2`), and then Slurm counts
 * one task where the sweep has more: that must not be taken for a sweep in one piece.
 */
function slurm(environment: Environment): Shard {
  const id = wholeNumber(environment, 'SLURM_ARRAY_TASK_ID');
  const explicit = (environment.IPVSIM_SHARDS ?? '') !== '';
  const count = explicit
    ? wholeNumber(environment, 'IPVSIM_SHARDS')
    : wholeNumber(environment, 'SLURM_ARRAY_TASK_COUNT');
  const first = explicit ? 0 : wholeNumber(environment, 'SLURM_ARRAY_TASK_MIN', 0);
  const last = explicit ? count - 1 : wholeNumber(environment, 'SLURM_ARRAY_TASK_MAX', first + count - 1);
  if (first > 1 || last - first + 1 !== count) {
    throw new UserError(
      `the Slurm array ${first}-${last} with ${count} ${count === 1 ? 'task' : 'tasks'} is not a whole sweep`,
      'to repeat single tasks of an array from 0, set IPVSIM_SHARDS to the number of all its tasks',
    );
  }
  return checked({ index: id - first + 1, count }, 'SLURM_ARRAY_TASK_ID', id);
}

function zeroBased(environment: Environment, index: string, count: string, hint: string): Shard {
  if ((environment[count] ?? '') === '') throw new UserError(`${index} is set, but ${count} is not`, hint);
  const number = wholeNumber(environment, index);
  return checked({ index: number + 1, count: wholeNumber(environment, count) }, index, number);
}

function checked(shard: Shard, variable: string, value: number): Shard {
  if (shard.index < 1 || shard.index > shard.count || shard.count > MOST_SHARDS) {
    throw new UserError(`${variable}=${value} is outside the ${shard.count} shards of the sweep`);
  }
  return shard;
}

function wholeNumber(environment: Environment, variable: string, otherwise?: number): number {
  const text = environment[variable] ?? '';
  if (text === '' && otherwise !== undefined) return otherwise;
  if (!/^\d{1,6}$/.test(text)) throw new UserError(`${variable} must be a whole number, got "${text}"`);
  return Number(text);
}
