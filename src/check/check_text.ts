/** The report of a check for the terminal: a line per scenario, and under it what did not hold. */
import { type Look, PLAIN, paint, printable, sign, wrap } from '../report/text.ts';
import { tally, VERDICT_SIGN, VERDICT_STYLE } from '../report/verdicts.ts';
import { type CheckReport, countVerdicts, type ScenarioCheck } from './check_report.ts';

/** When one series of a golden differs, most do. */
const MOST_GOLDEN = 5;

export function checkText(report: CheckReport, look: Look = PLAIN): string {
  const { pass, fail, unknown } = countVerdicts(report);
  const counts = [`${pass} passed`];
  if (fail > 0) counts.push(`${fail} failed`);
  if (unknown > 0) counts.push(`${unknown} unknown`);
  const noun = report.length === 1 ? 'scenario' : 'scenarios';
  const lines = report.flatMap((check) => scenarioLines(check, look));
  return `${[...lines, '', `${report.length} ${noun}: ${counts.join(', ')}`].join('\n')}\n`;
}

function scenarioLines(check: ScenarioCheck, look: Look): string[] {
  const { file, verdict, result, findings, artefacts, command } = check;
  const mark = paint(look, VERDICT_STYLE[verdict], sign(look, VERDICT_SIGN[verdict]));
  const head = `${mark} ${printable(result.scenario.name)}  ${paint(look, 'dim', judged(check))}`.trimEnd();
  if (verdict === 'pass') return [head];
  const open = findings.filter((finding) => finding.verdict !== 'pass');
  const expectations = result.expectations.filter((expectation) => expectation.verdict !== 'pass').length;
  const shown = open.slice(0, expectations + MOST_GOLDEN);
  const details = shown.map(({ verdict: own, line, expression, message }) => {
    const place = line > 0 ? `${file}:${line}` : file;
    const first = `  ${paint(look, VERDICT_STYLE[own], sign(look, VERDICT_SIGN[own]))} `;
    return wrap(`${printable(place)}  ${printable(expression)}: ${printable(message)}`, look.columns, first);
  });
  const more = open.length - shown.length;
  if (more > 0) details.push(sign(look, `    … and ${more} more, in the other reports`));
  const see = artefacts.map((artefact) => `    see ${printable(artefact)}`);
  return [head, ...details, ...see, `    repeat: ${printable(command)}`];
}

function judged({ result, golden }: ScenarioCheck): string {
  const parts = [tally(result.expectations)];
  if (golden !== null) {
    parts.push(`${golden.compared - golden.differences.length} of ${golden.compared} golden series agree`);
  }
  return parts.filter((part) => part !== '').join(', ');
}
