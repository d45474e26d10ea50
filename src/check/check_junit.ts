/** The report of a check as JUnit XML: a suite per scenario, a test case per expectation and golden series. */
import { renderJunit } from '../report/forms/junit.ts';
import type { CheckReport } from './check_report.ts';

export function checkJunit(report: CheckReport): string {
  return renderJunit(
    report.map(({ file, result, findings }) => ({
      file,
      result,
      more: findings.slice(result.expectations.length),
    })),
  );
}
