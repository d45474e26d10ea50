/** Every case several times, each run in a process of its own. */
import { CASES } from './cases.ts';
import { type Spread, spread, spreads } from './figures.ts';
import { measureIn } from './processes.ts';
import type { CaseFigure, CaseRun } from './run_case.ts';

export type CaseSummary = { readonly what: string; readonly runs: number } & CaseRun['counts'] &
  Readonly<Record<CaseFigure, Spread>>;

export interface CaseSummaries {
  readonly cases: Readonly<Record<string, CaseSummary>>;
  /** Time of a packet in c-million over that in c-small-table. */
  readonly million_to_small: Spread;
}

export function measureCases(repetitions: number): CaseSummaries {
  // Round by round, so that a slow minute of the machine does not fall on one case alone, and so that runs to be
  // compared follow each other.
  const rounds = Array.from({ length: repetitions }, () =>
    Object.fromEntries(CASES.map(({ name }) => [name, measureIn<CaseRun>('run_case.ts', name)])),
  );
  const summaries = CASES.map(({ name, what }): [string, CaseSummary] => {
    const { counts } = rounds[0]![name]!;
    const measured = spreads(rounds.map((round) => round[name]!.measured));
    return [name, { what, runs: repetitions, ...counts, ...measured }];
  });
  const ratios = rounds.map(
    (round) => round['c-million']!.measured.packet_ns / round['c-small-table']!.measured.packet_ns,
  );
  return { cases: Object.fromEntries(summaries), million_to_small: spread(ratios) };
}
