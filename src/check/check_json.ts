/** The report of a check as JSON, for programs. */
import { jsonText } from '../text/escape.ts';
import { VERSION } from '../version.ts';
import { type CheckReport, countVerdicts } from './check_report.ts';

export const CHECK_SCHEMA = 1;

export function checkJson(report: CheckReport): string {
  const scenarios = report.map(({ file, result, verdict, findings, golden, artefacts, command }) => ({
    file,
    name: result.scenario.name,
    seed: result.scenario.seed,
    scenarioHash: result.scenarioHash,
    verdict,
    findings,
    golden,
    artefacts,
    command,
  }));
  const document = { schema: CHECK_SCHEMA, ipvsim: VERSION, counts: countVerdicts(report), scenarios };
  return `${jsonText(document)}\n`;
}
