/**
 * The last value that meets a goal: one bisection per seed over the values of a range, then a look at all seeds
 * together. It supposes that the goal is met on one side of the edge and missed on the other, checks that at the
 * end, and says so when it is not the case.
 */
import type { Verdict } from '../measure/result.ts';

export type Judge = (
  value: string,
  seed: string,
) => Promise<Pick<Verdict, 'verdict' | 'measured' | 'message'>>;

export interface EdgeRange {
  readonly count: number;
  at(index: number): string;
}

export interface Probe {
  readonly index: number;
  readonly value: string;
  readonly seed: string;
  readonly verdict: 'pass' | 'fail' | 'unknown';
  readonly measured: number | null;
  readonly message: string;
}

export type SeedEdge =
  | { readonly seed: string; readonly kind: 'edge'; readonly lastGood: number; readonly firstBad: number }
  | { readonly seed: string; readonly kind: 'all good' | 'all bad' }
  | { readonly seed: string; readonly kind: 'unknown'; readonly why: string };

export interface Edge {
  /** 'edge' when every seed has one and all agree on the side. */
  readonly kind: 'edge' | 'all good' | 'all bad' | 'unknown';
  /** Why it is unknown, else empty. */
  readonly reason: string;
  /** On which side the goal is met. */
  readonly goodSide: 'low' | 'high';
  /** The last value that is good with every seed, and the first one after it. */
  readonly lastGood: string | null;
  readonly firstBad: string | null;
  /** Of the seeds: how many meet the goal at lastGood and at firstBad. */
  readonly goodAtLast: number;
  readonly goodAtFirstBad: number;
  /** The edges of the single seeds: their smallest, middle and largest last good value. */
  readonly spread: { readonly low: string; readonly median: string; readonly high: string } | null;
  readonly seeds: readonly SeedEdge[];
  /** Every run that was made, by index and seed. */
  readonly probes: readonly Probe[];
}

/** The runs of one seed go one after the other; `judge` decides how many seeds run at once. */
export async function findEdge(range: EdgeRange, seeds: readonly string[], judge: Judge): Promise<Edge> {
  const probes = new Map<string, Promise<Probe>>();
  const probe = (index: number, seed: string): Promise<Probe> => {
    const key = `${index} ${seed}`;
    const known =
      probes.get(key) ?? judge(range.at(index), seed).then((verdict) => probeOf(range, index, seed, verdict));
    probes.set(key, known);
    return known;
  };
  const edges = await Promise.all(seeds.map((seed) => bisect(range.count, seed, probe)));
  const conclusion = await conclude(range, edges, seeds, probe);
  const made = await Promise.all(probes.values());
  made.sort((a, b) => a.index - b.index || seeds.indexOf(a.seed) - seeds.indexOf(b.seed));
  return { ...conclusion, seeds: edges, probes: made };
}

type ProbeAt = (index: number, seed: string) => Promise<Probe>;

function probeOf(range: EdgeRange, index: number, seed: string, verdict: Awaited<ReturnType<Judge>>): Probe {
  return {
    index,
    value: range.at(index),
    seed,
    verdict: verdict.verdict,
    measured: verdict.measured,
    message: verdict.message,
  };
}

async function bisect(count: number, seed: string, probe: ProbeAt): Promise<SeedEdge> {
  const [low, high] = await Promise.all([probe(0, seed), probe(count - 1, seed)]);
  const lost = [low, high].find(({ verdict }) => verdict === 'unknown');
  if (lost !== undefined) return notJudged(lost);
  if (low.verdict === high.verdict) return { seed, kind: low.verdict === 'pass' ? 'all good' : 'all bad' };
  let good = low.verdict === 'pass' ? 0 : count - 1;
  let bad = low.verdict === 'pass' ? count - 1 : 0;
  while (Math.abs(good - bad) > 1) {
    const middle = Math.floor((good + bad) / 2);
    const between = await probe(middle, seed);
    if (between.verdict === 'unknown') return notJudged(between);
    if (between.verdict === 'pass') good = middle;
    else bad = middle;
  }
  return { seed, kind: 'edge', lastGood: good, firstBad: bad };
}

function notJudged({ seed, value, message }: Probe): SeedEdge {
  return { seed, kind: 'unknown', why: `at ${value} with seed ${seed}: ${message}` };
}

type Conclusion = Omit<Edge, 'seeds' | 'probes'>;

const NOTHING = {
  reason: '',
  goodSide: 'low',
  lastGood: null,
  firstBad: null,
  goodAtLast: 0,
  goodAtFirstBad: 0,
  spread: null,
} as const;

async function conclude(
  range: EdgeRange,
  edges: readonly SeedEdge[],
  seeds: readonly string[],
  probe: ProbeAt,
): Promise<Conclusion> {
  const lost = edges.find((edge) => edge.kind === 'unknown');
  if (lost !== undefined) {
    return { ...NOTHING, kind: 'unknown', reason: `the goal cannot be judged ${lost.why}` };
  }
  if (edges.every(({ kind }) => kind === 'all good')) {
    const last = range.at(range.count - 1);
    return { ...NOTHING, kind: 'all good', lastGood: last, goodAtLast: seeds.length };
  }
  if (edges.every(({ kind }) => kind === 'all bad')) return { ...NOTHING, kind: 'all bad' };
  const found = edges.filter((edge) => edge.kind === 'edge');
  const lowIsGood = found.some(({ lastGood, firstBad }) => lastGood < firstBad);
  const highIsGood = found.some(({ lastGood, firstBad }) => lastGood > firstBad);
  if (lowIsGood && highIsGood) {
    return { ...NOTHING, kind: 'unknown', reason: 'the seeds disagree on which end of the range is good' };
  }
  const goodSide = highIsGood ? 'high' : 'low';
  return await together(range, edges, seeds, probe, goodSide);
}

/** Where every seed is good, and what the seeds say one value further. */
async function together(
  range: EdgeRange,
  edges: readonly SeedEdge[],
  seeds: readonly string[],
  probe: ProbeAt,
  goodSide: 'low' | 'high',
): Promise<Conclusion> {
  const toward = goodSide === 'low' ? 1 : -1;
  const [best, worst] = goodSide === 'low' ? [range.count - 1, -1] : [0, range.count];
  const lasts = edges.map((edge) =>
    edge.kind === 'edge' ? edge.lastGood : edge.kind === 'all good' ? best : worst,
  );
  lasts.sort((a, b) => (a - b) * toward);
  const [last] = lasts as [number];
  if (last === worst) {
    const bad = edges.filter(({ kind }) => kind === 'all bad').length;
    return {
      ...NOTHING,
      kind: 'all bad',
      goodSide,
      reason: `${bad} of ${seeds.length} seeds are bad at every value`,
    };
  }
  const goodAt = async (index: number) => {
    const verdicts = await Promise.all(seeds.map((seed) => probe(index, seed)));
    return verdicts.filter(({ verdict }) => verdict === 'pass').length;
  };
  const goodAtLast = await goodAt(last);
  const goodAtFirstBad = await goodAt(last + toward);
  const ordered = lasts.toSorted((a, b) => a - b);
  const holds = goodAtLast === seeds.length;
  return {
    kind: holds ? 'edge' : 'unknown',
    reason: holds
      ? ''
      : `not monotone: at ${range.at(last)} only ${goodAtLast} of ${seeds.length} seeds are good, though all of them are good further on`,
    goodSide,
    lastGood: range.at(last),
    firstBad: range.at(last + toward),
    goodAtLast,
    goodAtFirstBad,
    spread: {
      low: range.at(ordered[0]!),
      median: range.at(ordered[Math.floor((ordered.length - 1) / 2)]!),
      high: range.at(ordered.at(-1)!),
    },
  };
}

/**
 * What n seeds can say without supposing a distribution. A further seed's edge lies before the worst of n with
 * probability 1/(n+1), each place in the order being as likely; the median of all possible seeds lies outside the
 * range of n only if all n fall on one side of it.
 */
export function edgeConfidence(seeds: number): { readonly nextSeed: number; readonly medianInRange: number } {
  return { nextSeed: seeds / (seeds + 1), medianInRange: 1 - 2 ** (1 - seeds) };
}
