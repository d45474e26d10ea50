/** Workflow commands of GitHub Actions: annotations that point at the `expect:` line in the scenario file. */
import type { Verdict } from '../../measure/result.ts';
import { escapeCommand, escapeCommandProperty } from '../../text/escape.ts';

export interface Annotated {
  /** The scenario's file; without it the annotations stand in the log, at no line. */
  readonly file?: string | undefined;
  /** Name of the scenario, for the title. */
  readonly name: string;
  readonly verdicts: readonly Verdict[];
}

/** One line per expectation that failed (error) or cannot be judged (warning); nothing for those that hold. */
export function renderGithub(annotated: readonly Annotated[]): string {
  return annotated
    .flatMap(({ file, name, verdicts }) =>
      verdicts
        .filter(({ verdict }) => verdict !== 'pass')
        .map(({ verdict, expression, line, message }) =>
          annotation(
            verdict === 'fail' ? 'error' : 'warning',
            file,
            line,
            1,
            name,
            `${expression}: ${message}`,
          ),
        ),
    )
    .join('');
}

/** `::error file=...,line=...::message`, with a line end. Line 0 means that there is none to point at. */
export function annotation(
  level: 'error' | 'warning' | 'notice',
  file: string | undefined,
  line: number,
  column: number,
  title: string,
  message: string,
): string {
  const place = file === undefined ? [] : [`file=${escapeCommandProperty(file)}`];
  if (file !== undefined && line > 0) place.push(`line=${line}`, `col=${column}`);
  const properties = [...place, `title=${escapeCommandProperty(title)}`];
  return `::${level} ${properties.join(',')}::${escapeCommand(message)}\n`;
}
