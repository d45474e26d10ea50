/** What a check found, as data; the reporters check_*.ts are pure functions of it. */
import type { Result, Verdict } from '../measure/result.ts';
import { overall } from '../report/verdicts.ts';
import type { GoldenVerdict } from './golden.ts';

export type CheckVerdict = Verdict['verdict'];

export interface ScenarioCheck {
  /** As given, for annotations and links. */
  readonly file: string;
  readonly result: Result;
  readonly verdict: CheckVerdict;
  /** The scenario's expectations, then its golden, each with what was found. */
  readonly findings: readonly Verdict[];
  /** Null when the scenario has no golden. */
  readonly golden: GoldenVerdict | null;
  /** Files that show a failure: the drawn difference, the result, the series. */
  readonly artefacts: readonly string[];
  /** What to type to see the run. */
  readonly command: string;
}

/** Sorted by file. */
export type CheckReport = readonly ScenarioCheck[];

/** One failure fails; a scenario that has nothing to judge, or cannot be judged, has not passed. */
export function checkOf(
  file: string,
  command: string,
  result: Result,
  golden: GoldenVerdict | null,
  artefacts: readonly string[],
): ScenarioCheck {
  const judged = [...result.expectations, ...goldenFindings(golden)];
  const findings = judged.length === 0 ? [NOTHING_TO_CHECK] : judged;
  return { file, result, verdict: overall(findings), findings, golden, artefacts, command };
}

const NOTHING_TO_CHECK: Verdict = {
  expression: 'nothing to check',
  line: 0,
  verdict: 'unknown',
  measured: null,
  message: 'the scenario has no expect: and no golden; ipvsim check --update writes one',
};

/** One finding per metric that differs, or one that says that all agree. */
function goldenFindings(golden: GoldenVerdict | null): Verdict[] {
  if (golden === null) return [];
  if (golden.verdict === 'pass') {
    const message = `${golden.compared} series agree`;
    return [{ expression: 'golden', line: 0, verdict: 'pass', measured: null, message }];
  }
  return golden.differences.map(({ metric, worst, message }) => ({
    expression: `golden ${metric}`,
    line: 0,
    verdict: 'fail',
    measured: worst.measured,
    message,
  }));
}

export function countVerdicts(report: CheckReport): Readonly<Record<CheckVerdict, number>> {
  const count = (verdict: CheckVerdict) => report.filter((one) => one.verdict === verdict).length;
  return { pass: count('pass'), fail: count('fail'), unknown: count('unknown') };
}
