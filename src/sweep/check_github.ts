/**
 * The report of a check as GitHub workflow commands: an annotation on the line of each expectation that failed or
 * could not be judged. GitHub shows ten of a kind per step, so the last one says how many there were.
 */
import type { Problem } from '../scenario/problem.ts';
import { type CheckReport, findings } from './check_report.ts';

const MOST_OF_A_KIND = 10;

interface Annotation {
  readonly kind: 'error' | 'warning';
  readonly file: string;
  readonly line: number;
  readonly column?: number;
  readonly title: string;
  readonly message: string;
}

export function checkGithub(report: CheckReport): string {
  const annotations = report.scenarios.flatMap((check) =>
    findings(check).map(
      ({ verdict, line, title, message }): Annotation => ({
        kind: verdict === 'fail' ? 'error' : 'warning',
        file: check.file,
        line: Math.max(1, line),
        title: `${check.name}: ${title}`,
        message,
      }),
    ),
  );
  return lines(annotations);
}

/** The mistakes in scenario files, at their places. */
export function problemsGithub(problems: readonly Problem[]): string {
  return lines(
    problems.map(({ file, line, column, code, message, hint }) => ({
      kind: 'error',
      file,
      line,
      column,
      title: code,
      message: hint === null ? message : `${message} (${hint})`,
    })),
  );
}

function lines(annotations: readonly Annotation[]): string {
  const ofKind = (kind: Annotation['kind']) => {
    const all = annotations.filter((one) => one.kind === kind);
    if (all.length <= MOST_OF_A_KIND) return all;
    const shown = all.slice(0, MOST_OF_A_KIND - 1);
    const next = all[MOST_OF_A_KIND - 1]!;
    const rest = all.length - MOST_OF_A_KIND;
    return [
      ...shown,
      { ...next, message: `${next.message}\n... and ${rest} more; the step's log has them all` },
    ];
  };
  return [...ofKind('error'), ...ofKind('warning')].map((one) => `${command(one)}\n`).join('');
}

function command({ kind, file, line, column, title, message }: Annotation): string {
  const place = column === undefined ? `line=${line}` : `line=${line},col=${column}`;
  return `::${kind} file=${property(file)},${place},title=${property(title)}::${data(message)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
