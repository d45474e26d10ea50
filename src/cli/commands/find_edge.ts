/** `ipvsim find-edge`: the last value of a key that meets a goal, by bisection, and how sure that is. */

import { UserError } from '../../storage/user_error.ts';
import { type Edge, findEdge, type Judge } from '../../sweep/edge.ts';
import { parseRange, type Range, splitVary } from '../../sweep/grid.ts';
import { type EdgeQuestion, edgeText } from '../../sweep/output/edge_text.ts';
import { outcomeError } from '../../sweep/sweep.ts';
import { jsonText } from '../../text/escape.ts';
import { VERSION } from '../../version.ts';
import { defineCommand } from '../command.ts';
import { EXIT, type ExitCode } from '../exit_code.ts';
import { parseOrThrow, readScenarioText } from '../files/scenario_source.ts';
import type { NamedText } from '../files/text_file.ts';
import { LIMIT_OPTIONS, type Limits, limitsOf, refuseBeyond } from '../limits.ts';
import { type WorkerPool, withWorkers } from '../run_pool.ts';
import { JOBS_OPTION, SCENARIO, SCENARIO_OPTIONS } from '../scenario_options.ts';

const EXIT_CODES: Readonly<Record<Edge['kind'], ExitCode>> = {
  edge: EXIT.ok,
  'all good': EXIT.ok,
  'all bad': EXIT.failed,
  unknown: EXIT.unknown,
};

export const command = defineCommand({
  positionals: { scenario: SCENARIO },
  options: {
    vary: {
      type: 'text',
      value: 'KEY=LO..HI',
      describe: 'where to search; LO..HI:STEP and LO..HI*FACTOR set the grain',
      offers: SCENARIO_OPTIONS.set.offers,
    },
    goal: { type: 'text', value: 'EXPR', describe: 'what must hold, written like an expectation' },
    seeds: {
      type: 'count',
      minimum: 1,
      maximum: 1000,
      default: 1,
      describe: 'seeds to ask; five or more give a confidence',
    },
    seed: { type: 'text', value: 'SEED', describe: "instead of the scenario's seed" },
    set: { ...SCENARIO_OPTIONS.set, describe: 'change the scenario for all runs' },
    ...JOBS_OPTION,
    format: {
      type: 'text',
      choices: ['table', 'json'],
      default: 'table',
      describe: 'how to print the answer',
    },
    ...LIMIT_OPTIONS,
  },
  examples: [
    [
      "find-edge k8s-71114 --vary clients.0.concurrency=1..300 --goal 'p50(connect) < 100ms' --seeds 5",
      'the largest concurrency without the cliff',
    ],
  ],
  notes: [
    'The goal has to be met on one side of the edge and missed on the other; where the runs show otherwise, that is said, with exit code 3.',
    'Exit code 0: there is an edge, or the goal is met everywhere; 1: it is met nowhere.',
  ],
  async run(args, terminal) {
    const { key, spec, range } = searchRange(args.vary);
    if (args.goal === undefined) {
      throw new UserError('find-edge needs --goal EXPR', "for example --goal 'p99(connect) < 100ms'");
    }
    // The goal takes the place of the scenario's expectations, and is checked as they are.
    const set = [...args.set, `expect=[${jsonText(args.goal)}]`];
    const source = await readScenarioText(args.scenario);
    const ends = [0, range.count - 1].map((index) =>
      parseOrThrow(source, { set: [...set, `${key}=${range.at(index)}`], seed: args.seed }),
    );
    const limits = limitsOf(args);
    refuseBeyond(ends, limits, args.jobs);
    const [{ name, seed }] = ends as [(typeof ends)[0]];
    const seeds = Array.from({ length: args.seeds }, (_, index) =>
      index === 0 ? seed : `${seed}/${index + 1}`,
    );
    const asked = seeds.length === 1 ? '1 seed' : `${seeds.length} seeds`;
    terminal.say(`ipvsim ${VERSION} · ${name} · ${key}=${spec} · ${asked}`);
    const search: Search = { source, set, key, range, seeds, limits };
    const most = seeds.length * (Math.ceil(Math.log2(range.count)) + 3);
    const edge = await withWorkers(
      { jobs: args.jobs, runs: most, what: `searching ${key}`, limits },
      terminal,
      (pool) => searchWith(pool, search, most),
    );
    if (edge === null) return EXIT.interrupted;
    const question: EdgeQuestion = {
      key,
      goal: args.goal,
      low: range.at(0),
      high: range.at(range.count - 1),
    };
    const answer =
      args.format === 'json'
        ? JSON.stringify({ schema: 1, ...question, ...edge })
        : edgeText(question, edge, terminal);
    await terminal.print(answer);
    return EXIT_CODES[edge.kind];
  },
});

function searchRange(vary: string | undefined): { key: string; spec: string; range: Range } {
  if (vary === undefined)
    throw new UserError('find-edge needs --vary KEY=LO..HI', 'for example clients.0.concurrency=1..300');
  const { key, spec } = splitVary(vary);
  const range = parseRange(key, spec);
  if (range === null || range.count < 2)
    throw new UserError(`--vary ${vary} is not a range`, `for example ${key}=1..100`);
  if (key === 'expect' || key === 'seed') throw new UserError(`there is no edge in ${key}`);
  return { key, spec, range };
}

interface Search {
  readonly source: NamedText;
  readonly set: readonly string[];
  readonly key: string;
  readonly range: Range;
  readonly seeds: readonly string[];
  readonly limits: Limits;
}

/** Null when the user stopped it. */
function searchWith(pool: WorkerPool, search: Search, most: number): Promise<Edge | null> {
  let done = 0;
  const judge: Judge = async (value, seed) => {
    const outcome = await pool.execute({
      text: search.source.text,
      file: search.source.label,
      beside: search.source.beside,
      set: [...search.set, `${search.key}=${value}`],
      seed,
      maxEvents: search.limits.maxEvents,
      whole: false,
    });
    pool.count(++done, most);
    if (outcome.kind !== 'done') throw outcomeError(outcome, search.source.text);
    return outcome.verdicts[0]!;
  };
  const stopped = new Promise<null>((resolve) => {
    pool.interrupt.signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  return Promise.race([findEdge(search.range, search.seeds, judge), stopped]);
}
