/** The report of a check as JSON, for programs. */
import { type CheckReport, countVerdicts } from './check_report.ts';

export function checkJson(report: CheckReport): string {
  return `${JSON.stringify({ ...report, counts: countVerdicts(report) }, null, 2)}\n`;
}
