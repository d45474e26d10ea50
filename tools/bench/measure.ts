/** The measuring: whole runs, the growth of the tables, the yardstick by itself, and whole commands. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bundleCore } from '../bundle_core.ts';
import { compileBareLoop } from './bare_loop.ts';
import { CASES } from './cases.ts';
import { type Spread, spread, spreads } from './figures.ts';
import { pushPoll_ns } from './push_poll.ts';
import type { CaseFigure, CaseRun } from './run_case.ts';
import type { GrowthFigure, GrowthRun } from './run_growth.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Measured extends CaseSummaries {
  readonly push_poll: readonly PushPollTimes[];
  readonly growth: readonly GrowthSummary[];
  readonly commands: CommandTimes;
}

export type CaseSummary = { readonly what: string; readonly runs: number } & CaseRun['counts'] &
  Readonly<Record<CaseFigure, Spread>>;

export interface CaseSummaries {
  readonly cases: Readonly<Record<string, CaseSummary>>;
  /** Time of a packet in c-million over that in c-small-table. */
  readonly million_to_small: Spread;
  /** Null where there is no C compiler. */
  readonly bare_loop: BareLoopSummary | null;
}

export interface BareLoopSummary {
  readonly requests_per_cpu_s: Spread;
  /** Requests per second of processor time of a-mode0-steady over those of the bare loop. */
  readonly steady_share: Spread;
}

/** Every case several times, each run in a process of its own. */
export function measureCases(repetitions: number): CaseSummaries {
  // Round by round, so that a slow minute of the machine does not fall on one case alone, and so that runs to be
  // compared follow each other.
  const bareLoop = compileBareLoop();
  const bare: number[] = [];
  const rounds = Array.from({ length: repetitions }, () => {
    if (bareLoop !== null) bare.push(bareLoop());
    return Object.fromEntries(CASES.map(({ name }) => [name, measureIn<CaseRun>('run_case.ts', name)]));
  });
  const summaries = CASES.map(({ name, what }): [string, CaseSummary] => {
    const { counts } = rounds[0]![name]!;
    const measured = spreads(rounds.map((round) => round[name]!.measured));
    return [name, { what, runs: repetitions, ...counts, ...measured }];
  });
  const ratios = rounds.map(
    (round) => round['c-million']!.measured.packet_ns / round['c-small-table']!.measured.packet_ns,
  );
  const shares = bare.map(
    (requests, round) => rounds[round]!['a-mode0-steady']!.measured.requests_per_cpu_s / requests,
  );
  return {
    cases: Object.fromEntries(summaries),
    million_to_small: spread(ratios),
    bare_loop: bareLoop === null ? null : { requests_per_cpu_s: spread(bare), steady_share: spread(shares) },
  };
}

export type GrowthSummary = { readonly runs: number } & GrowthRun['counts'] &
  Readonly<Record<GrowthFigure, Spread>>;

const SIZES = [10_000, 100_000, 1_000_000, 10_000_000];

/** The growth of the director's tables to several sizes, each run in a process of its own. */
export async function measureGrowth(largest: number, repetitions: number): Promise<readonly GrowthSummary[]> {
  await bundleCore('tools/bench/director_growth.ts', 'out/bench/director_growth.js');
  return SIZES.filter((size) => size <= largest).map((size) => {
    // Sixty million packets take a minute: once is enough.
    const runs = Array.from({ length: size > 1_000_000 ? 1 : repetitions }, () =>
      measureIn<GrowthRun>('run_growth.ts', String(size)),
    );
    return { runs: runs.length, ...runs[0]!.counts, ...spreads(runs.map(({ measured }) => measured)) };
  });
}

export interface PushPollTimes {
  readonly pending: number;
  readonly ns: Spread;
}

const PENDING = [20, 1000, 30_000, 1_000_000];

/** The yardstick by itself, from a queue that fits into the nearest cache to one that fits into none. */
export function measurePushPoll(): readonly PushPollTimes[] {
  return PENDING.map((pending) => ({ pending, ns: pushPoll_ns(pending) }));
}

export interface CommandTimes {
  readonly help_ms: Spread;
  /** 300 s of the seed case in mode 0, 600 000 requests. */
  readonly seed_case_ms: Spread;
  /** The scenarios of `npm start`, on all cores. */
  readonly demo_ms: Spread;
}

const STARTS = 10;

/** What a user waits for: whole commands, by the clock on the wall. */
export function measureCommands(repetitions: number): CommandTimes {
  return {
    help_ms: commandTimes_ms(STARTS, '--help'),
    seed_case_ms: commandTimes_ms(repetitions, 'run', 'k8s-cliff-mode0', '--quiet'),
    demo_ms: commandTimes_ms(repetitions, 'demo', '--quiet', '--out', 'out/bench/demo'),
  };
}

/** What a script of this folder, in a process of its own, printed as a line of JSON. */
function measureIn<Measured>(script: string, argument: string): Measured {
  console.error(`... ${script} ${argument}`);
  const output = execFileSync(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', `tools/bench/${script}`, argument],
    { cwd: ROOT, encoding: 'utf8' },
  );
  return JSON.parse(output);
}

/** Wall times of a command of ipvsim, its start included, with nobody reading what it prints. */
function commandTimes_ms(repetitions: number, ...args: string[]): Spread {
  console.error(`... ipvsim ${args.join(' ')}`);
  const times_ms = Array.from({ length: repetitions }, () => {
    const start = process.hrtime.bigint();
    execFileSync(process.execPath, ['dist/cli/main.js', ...args], { cwd: ROOT, stdio: 'ignore' });
    return Number(process.hrtime.bigint() - start) / 1e6;
  });
  return spread(times_ms);
}
