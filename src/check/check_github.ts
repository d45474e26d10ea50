/**
 * The report of a check as GitHub workflow commands: an annotation on the line of each expectation that failed or
 * could not be judged. GitHub shows ten of a kind per step, so the last one says how many there were.
 */
import { annotation } from '../report/forms/github.ts';
import type { Problem } from '../scenario/text/problem.ts';
import type { CheckReport } from './check_report.ts';

const MOST_OF_A_KIND = 10;

interface Annotated {
  readonly level: 'error' | 'warning';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly title: string;
  readonly message: string;
}

export function checkGithub(report: CheckReport): string {
  return annotations(
    report.flatMap(({ file, result, findings }) =>
      findings
        .filter(({ verdict }) => verdict !== 'pass')
        .map(({ verdict, line, expression, message }) => ({
          level: verdict === 'fail' ? 'error' : 'warning',
          file,
          // A golden stands for the scenario as a whole: its first line.
          line: Math.max(1, line),
          column: 1,
          title: `${result.scenario.name}: ${expression}`,
          message,
        })),
    ),
  );
}

/** The mistakes in scenario files, at their places. */
export function problemsGithub(problems: readonly Problem[]): string {
  return annotations(
    problems.map(({ file, line, column, code, message, hint }) => ({
      level: 'error',
      file,
      line,
      column,
      title: code,
      message: hint === null ? message : `${message} (${hint})`,
    })),
  );
}

function annotations(all: readonly Annotated[]): string {
  return [...firstOf(all, 'error'), ...firstOf(all, 'warning')]
    .map(({ level, file, line, column, title, message }) =>
      annotation(level, file, line, column, title, message),
    )
    .join('');
}

function firstOf(all: readonly Annotated[], level: Annotated['level']): Annotated[] {
  const ofLevel = all.filter((one) => one.level === level);
  const rest = ofLevel.length - MOST_OF_A_KIND;
  if (rest <= 0) return ofLevel;
  const last = ofLevel[MOST_OF_A_KIND - 1]!;
  const message = `${last.message}\n... and ${rest} more; the step's log has them all`;
  return [...ofLevel.slice(0, MOST_OF_A_KIND - 1), { ...last, message }];
}
