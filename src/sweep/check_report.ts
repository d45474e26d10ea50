/** What a check found, as data; the reporters check_*.ts are pure functions of it. */
import type { Result, Verdict } from '../measure/result.ts';
import type { GoldenVerdict } from './golden.ts';

export const CHECK_SCHEMA = 1;

export type CheckVerdict = 'pass' | 'fail' | 'unknown';

export interface ScenarioCheck {
  /** As given, for annotations and links. */
  readonly file: string;
  readonly name: string;
  readonly seed: string;
  readonly scenarioHash: string;
  readonly verdict: CheckVerdict;
  readonly expectations: readonly Verdict[];
  /** Null when the scenario has no golden. */
  readonly golden: (GoldenVerdict & { readonly file: string }) | null;
  /** Files that show a failure: the drawn difference, the result, the series. */
  readonly artefacts: readonly string[];
  /** What to type to see the run. */
  readonly command: string;
}

export interface CheckReport {
  readonly schema: number;
  readonly ipvsim: string;
  /** Sorted by file. */
  readonly scenarios: readonly ScenarioCheck[];
}

export const VERDICTS: readonly CheckVerdict[] = ['pass', 'fail', 'unknown'];

/** One failure fails; a scenario that has nothing to judge, or cannot be judged, is not passed. */
export function scenarioVerdict(
  expectations: readonly Verdict[],
  golden: GoldenVerdict | null,
): CheckVerdict {
  const verdicts = [
    ...expectations.map(({ verdict }) => verdict),
    ...(golden === null ? [] : [golden.verdict]),
  ];
  if (verdicts.includes('fail')) return 'fail';
  return verdicts.length === 0 || verdicts.includes('unknown') ? 'unknown' : 'pass';
}

export function checkOf(
  file: string,
  command: string,
  result: Result,
  golden: ScenarioCheck['golden'],
  artefacts: readonly string[],
): ScenarioCheck {
  return {
    file,
    name: result.scenario.name,
    seed: result.scenario.seed,
    scenarioHash: result.scenarioHash,
    verdict: scenarioVerdict(result.expectations, golden),
    expectations: result.expectations,
    golden,
    artefacts,
    command,
  };
}

export function countVerdicts(report: CheckReport): Readonly<Record<CheckVerdict, number>> {
  const count = (verdict: CheckVerdict) => report.scenarios.filter((one) => one.verdict === verdict).length;
  return { pass: count('pass'), fail: count('fail'), unknown: count('unknown') };
}

/** A finding that keeps a scenario from passing, with the line of the scenario it stands on (0 for none). */
export interface Finding {
  readonly verdict: 'fail' | 'unknown';
  readonly line: number;
  readonly title: string;
  readonly message: string;
}

export function findings(check: ScenarioCheck): Finding[] {
  const found: Finding[] = [];
  for (const { verdict, expression, line, message } of check.expectations) {
    if (verdict !== 'pass') found.push({ verdict, line, title: expression, message });
  }
  for (const { metric, message } of check.golden?.differences ?? []) {
    found.push({ verdict: 'fail', line: 0, title: `golden ${metric}`, message });
  }
  if (found.length === 0 && check.verdict === 'unknown') {
    found.push({
      verdict: 'unknown',
      line: 0,
      title: 'nothing to check',
      message: 'the scenario has no expect: and no golden; ipvsim check --update writes one',
    });
  }
  return found;
}
