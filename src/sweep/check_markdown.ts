/** The report of a check as Markdown, for a pull request or the summary of a CI step. */
import { escapeMarkdown, markdownCode } from '../report/escape.ts';
import {
  type CheckReport,
  type CheckVerdict,
  countVerdicts,
  findings,
  type ScenarioCheck,
} from './check_report.ts';

const SIGNS: Readonly<Record<CheckVerdict, string>> = {
  pass: '✓ pass',
  fail: '✗ **fail**',
  unknown: '? unknown',
};

export function checkMarkdown(report: CheckReport): string {
  const { pass, fail, unknown } = countVerdicts(report);
  const open = report.scenarios.filter(({ verdict }) => verdict !== 'pass');
  return [
    `## ipvsim check: ${pass} passed, ${fail} failed, ${unknown} unknown`,
    '',
    '| scenario | verdict | expectations | golden |',
    '|---|---|---|---|',
    ...report.scenarios.map(row),
    ...open.flatMap(section),
    '',
    `ipvsim ${escapeMarkdown(report.ipvsim)}`,
    '',
  ].join('\n');
}

function row(check: ScenarioCheck): string {
  const held = check.expectations.filter(({ verdict }) => verdict === 'pass').length;
  const expectations =
    check.expectations.length === 0 ? 'none' : `${held} of ${check.expectations.length} hold`;
  const cells = [markdownCode(check.name), SIGNS[check.verdict], expectations, goldenCell(check)];
  return `| ${cells.join(' | ')} |`;
}

function goldenCell({ golden }: ScenarioCheck): string {
  if (golden === null) return 'none';
  const { compared, differences } = golden;
  return differences.length === 0
    ? `${compared} series agree`
    : `${differences.length} of ${compared} differ`;
}

function section(check: ScenarioCheck): string[] {
  return [
    '',
    `### ${SIGNS[check.verdict]} ${markdownCode(check.file)}`,
    '',
    ...findings(check).map(({ line, title, message }) => {
      const place = line > 0 ? `line ${line}: ` : '';
      return `- ${place}${markdownCode(title)}: ${escapeMarkdown(message)}`;
    }),
    ...(check.artefacts.length === 0 ? [] : [`- drawn in ${check.artefacts.map(markdownCode).join(', ')}`]),
    `- repeat with ${markdownCode(check.command)}`,
  ];
}
