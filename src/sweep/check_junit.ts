/**
 * The report of a check as JUnit XML: a test case per scenario. CI servers keep one failure per test case, so all
 * findings of a scenario stand in one. What cannot be judged is an error: a skipped test would count as well.
 */
import { escapeXml } from '../report/escape.ts';
import { type CheckReport, countVerdicts, findings, type ScenarioCheck } from './check_report.ts';

export function checkJunit(report: CheckReport): string {
  const { fail, unknown } = countVerdicts(report);
  const counts = `tests="${report.scenarios.length}" failures="${fail}" errors="${unknown}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="ipvsim check" ${counts}>`,
    `  <testsuite name="ipvsim ${escapeXml(report.ipvsim)}" ${counts} skipped="0">`,
    ...report.scenarios.map(testCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(check: ScenarioCheck): string {
  const place = check.file.replace(/\.ya?ml$/i, '').replaceAll(/[/\\]/g, '.');
  const open = `    <testcase name="${escapeXml(check.name)}" classname="${escapeXml(place)}" file="${escapeXml(check.file)}"`;
  const found = findings(check);
  const output = `      <system-out>${escapeXml(systemOut(check))}</system-out>`;
  if (check.verdict === 'pass') return [`${open}>`, output, '    </testcase>'].join('\n');
  const element = check.verdict === 'fail' ? 'failure' : 'error';
  const first = found.find(({ verdict }) => verdict === check.verdict) ?? found[0]!;
  const more = found.length === 1 ? '' : ` (and ${found.length - 1} more)`;
  const lines = found.map(
    ({ line, title, message }) => `${check.file}${line > 0 ? `:${line}` : ''}: ${title}: ${message}`,
  );
  return [
    `${open}>`,
    `      <${element} message="${escapeXml(`${first.title}: ${first.message}${more}`)}" type="${check.verdict}">${escapeXml(lines.join('\n'))}</${element}>`,
    output,
    '    </testcase>',
  ].join('\n');
}

function systemOut(check: ScenarioCheck): string {
  const shown = check.artefacts.map((file) => `see ${file}`);
  return [`seed ${check.seed}, scenario ${check.scenarioHash}`, `repeat: ${check.command}`, ...shown].join(
    '\n',
  );
}
