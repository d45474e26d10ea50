/** --max-events and --max-memory: what would take too long or too much is refused before it starts. */
import { availableParallelism, freemem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { checkPoints } from '../check/check_points.ts';
import { count } from '../report/numbers.ts';
import type { RunLimits } from '../run_slices.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { UserError } from '../storage/user_error.ts';
import { type Estimate, estimate } from '../sweep/estimate.ts';
import type { Plan } from '../sweep/plan.ts';
import { parseQuantity, quantityValue } from '../sweep/quantity.ts';
import type { SweepSource } from '../sweep/sweep.ts';
import type { CountOption, TextOption } from './command.ts';
import { ScenarioProblems } from './files/scenario_source.ts';

export const LIMIT_OPTIONS = {
  'max-events': {
    type: 'count',
    minimum: 1,
    describe: 'refuse, and give up, runs of more events than this',
  },
  'max-memory': {
    type: 'text',
    value: 'SIZE',
    describe: 'refuse runs that together need more, like 2GiB (default: what is free)',
  },
} as const satisfies Record<string, CountOption | TextOption>;

/** About four hours on one core; nobody waits for that by mistake. */
const MOST_EVENTS = 50e9;

export interface Limits {
  /** Also the point at which a run under way is given up; null leaves it alone. */
  readonly maxEvents: number | null;
  readonly memory_bytes: number;
  /** What the process may hold, with all that it holds already. */
  readonly most_bytes: number;
  readonly memoryFrom: 'asked' | 'free';
}

export function limitsOf(args: {
  readonly 'max-events': number | undefined;
  readonly 'max-memory': string | undefined;
}): Limits {
  const asked = args['max-memory'];
  const memory_bytes = asked === undefined ? freeMemory() : parseSize(asked);
  return {
    maxEvents: args['max-events'] ?? null,
    memory_bytes,
    most_bytes: asked === undefined ? memory_bytes + process.memoryUsage.rss() : memory_bytes,
    memoryFrom: asked === undefined ? 'free' : 'asked',
  };
}

/** For commands without these options. */
export function defaultLimits(): Limits {
  return limitsOf({ 'max-events': undefined, 'max-memory': undefined });
}

/** The same for a run under way: memory is looked at as the process holds it, not only estimated. */
export function runLimits({ maxEvents, most_bytes }: Limits): RunLimits {
  return { maxEvents, memory: { most_bytes, used_bytes: () => process.memoryUsage.rss() } };
}

/** A container may have less than the machine. */
function freeMemory(): number {
  const constrained = process.constrainedMemory();
  const left = constrained > 0 ? constrained - process.memoryUsage.rss() : Number.POSITIVE_INFINITY;
  return Math.min(freemem(), left);
}

const SIZES: ReadonlyMap<string, number> = new Map([
  ['MB', 1e6],
  ['GB', 1e9],
  ['TB', 1e12],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
  ['TiB', 1024 ** 4],
]);

function parseSize(text: string): number {
  const size = parseQuantity(text);
  const scale = size === null ? undefined : SIZES.get(size.unit);
  if (size === null || scale === undefined || size.digits <= 0) {
    throw new UserError(
      `--max-memory must be a size with a unit, like 2GiB or 500MB (got ${JSON.stringify(text)})`,
    );
  }
  return quantityValue(size) * scale;
}

/** Throws when a scenario is beyond a limit, or as many at once as there are jobs. */
export function refuseBeyond(scenarios: readonly Scenario[], limits: Limits, jobs: number | undefined): void {
  refuseEstimates(
    scenarios.map((scenario) => ({ name: scenario.name, ...estimate(scenario) })),
    limits,
    Math.min(jobs ?? availableParallelism(), scenarios.length),
  );
}

/** The same for all points of a sweep; mistakes in them are thrown first. */
export function refuseGridBeyond(
  plan: Plan,
  source: SweepSource,
  limits: Limits,
  jobs: number | undefined,
): void {
  const { problems, estimates } = checkPoints(plan, source);
  if (problems.length > 0) throw new ScenarioProblems(problems, source.text);
  if (estimates.length === 0) return;
  refuseEstimates(estimates, limits, Math.min(jobs ?? availableParallelism(), plan.runs.length));
}

/** Measured: an entry as an object, its line and the text that it becomes a part of. */
const BYTES_PER_PRINTED_ENTRY = 1600;
/** Of what V8 gives to objects; the run has some of it already. */
const HEAP_SHARE = 0.8;

/** A table that grows over what may be held while it is printed would end the process without a word. */
export function refuseToPrint(entries: number, limits: Limits): void {
  const heap_bytes = getHeapStatistics().heap_size_limit * HEAP_SHARE;
  const most_bytes = Math.min(limits.most_bytes - process.memoryUsage.rss(), heap_bytes);
  if (entries * BYTES_PER_PRINTED_ENTRY <= most_bytes) return;
  throw new UserError(
    `${count(entries)} entries need about ${mebibytes(entries * BYTES_PER_PRINTED_ENTRY)} to be printed; ${mebibytes(Math.max(0, most_bytes))} may be used`,
    'an earlier --at, fewer clients or ports, or a higher --max-memory',
  );
}

interface NamedEstimate extends Estimate {
  readonly name: string;
}

function refuseEstimates(estimates: readonly NamedEstimate[], limits: Limits, jobs: number): void {
  const maxEvents = limits.maxEvents ?? MOST_EVENTS;
  const longest = estimates.reduce((a, b) => (b.events > a.events ? b : a));
  if (longest.events > maxEvents) {
    throw new UserError(
      `${longest.name} would take about ${roughly(longest.events)} events for ${roughly(longest.requests)} requests; the limit is ${roughly(maxEvents)}`,
      'a shorter duration, a lower rate or a higher --max-events',
    );
  }
  const largest = estimates.toSorted((a, b) => b.memory_bytes - a.memory_bytes).slice(0, jobs);
  const together = largest.reduce((sum, { memory_bytes }) => sum + memory_bytes, 0);
  if (together <= limits.memory_bytes) return;
  const who =
    largest.length === 1 ? largest[0]!.name : `${largest.length} runs at once, like ${largest[0]!.name},`;
  const limit = limits.memoryFrom === 'free' ? 'are free' : 'is the limit';
  throw new UserError(
    `${who} would need about ${mebibytes(together)}; ${mebibytes(limits.memory_bytes)} ${limit}`,
    largest.length === 1
      ? 'fewer clients or ports, a shorter duration, or a higher --max-memory'
      : 'fewer --jobs, or a higher --max-memory',
  );
}

function roughly(value: number): string {
  if (!Number.isFinite(value)) return 'endless';
  if (value >= 1e9) return `${Number((value / 1e9).toPrecision(2))} billion`;
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(2))} million`;
  return count(value);
}

function mebibytes(bytes: number): string {
  return bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
