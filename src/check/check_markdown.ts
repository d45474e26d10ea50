/** The report of a check as Markdown, for a pull request or the summary of a CI step. */

import { tally, VERDICT_SIGN } from '../report/verdicts.ts';
import { escapeMarkdown, markdownCode } from '../text/escape.ts';
import { VERSION } from '../version.ts';
import { type CheckReport, type CheckVerdict, countVerdicts, type ScenarioCheck } from './check_report.ts';

export function checkMarkdown(report: CheckReport): string {
  const { pass, fail, unknown } = countVerdicts(report);
  return [
    `## ipvsim check: ${pass} passed, ${fail} failed, ${unknown} unknown`,
    '',
    '| scenario | verdict | expectations | golden |',
    '|---|---|---|---|',
    ...report.map(row),
    ...report.filter(({ verdict }) => verdict !== 'pass').flatMap(section),
    '',
    `ipvsim ${VERSION}`,
    '',
  ].join('\n');
}

function said(verdict: CheckVerdict): string {
  return `${VERDICT_SIGN[verdict]} ${verdict}`;
}

function row({ result, verdict, golden }: ScenarioCheck): string {
  const cells = [
    markdownCode(result.scenario.name),
    said(verdict),
    tally(result.expectations) || 'none',
    goldenCell(golden),
  ];
  return `| ${cells.join(' | ')} |`;
}

function goldenCell(golden: ScenarioCheck['golden']): string {
  if (golden === null) return 'none';
  const { compared, differences } = golden;
  return differences.length === 0
    ? `${compared} series agree`
    : `${differences.length} of ${compared} differ`;
}

function section({ file, verdict, findings, artefacts, command }: ScenarioCheck): string[] {
  const open = findings.filter((finding) => finding.verdict !== 'pass');
  return [
    '',
    `### ${said(verdict)}: ${markdownCode(file)}`,
    '',
    ...open.map(({ verdict: own, line, expression, message }) => {
      const place = line > 0 ? `line ${line}: ` : '';
      return `- ${VERDICT_SIGN[own]} ${place}${markdownCode(expression)}: ${escapeMarkdown(message)}`;
    }),
    ...(artefacts.length === 0 ? [] : [`- see ${artefacts.map(markdownCode).join(', ')}`]),
    `- repeat with ${markdownCode(command)}`,
  ];
}
