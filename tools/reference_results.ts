/**
 * The reference output of every shipped scenario: what `ipvsim run NAME --out results/NAME` writes. Run as
 * `npm run results [NAME...]` after a change of the model, and understand the differences before committing.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Result } from '../src/measure/result.ts';
import { renderWideCsv } from '../src/report/csv.ts';
import { renderJson } from '../src/report/json.ts';
import { renderSummary } from '../src/report/summary.ts';
import { PLAIN } from '../src/report/text.ts';
import { parseScenario } from '../src/scenario/parse.ts';
import { simulate } from '../src/simulate.ts';

export const root = fileURLToPath(new URL('../', import.meta.url));

export function shippedNames(): readonly string[] {
  return readdirSync(`${root}scenarios`)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

export function runShipped(name: string): Result {
  const file = `scenarios/${name}.yaml`;
  const { scenario, problems } = parseScenario(readFileSync(`${root}${file}`, 'utf8'), { file });
  if (scenario === null) throw new RangeError(problems.map(({ message }) => message).join('; '));
  return simulate(scenario);
}

/** File name to content. */
export function referenceFiles(name: string, result: Result): Readonly<Record<string, string>> {
  return {
    'series.csv': renderWideCsv(result),
    'summary.txt': renderSummary(result, { look: PLAIN, command: `ipvsim run ${name}` }),
    'result.json': renderJson(result),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.length > 2 ? process.argv.slice(2) : shippedNames();
  for (const name of names) {
    const result = runShipped(name);
    mkdirSync(`${root}results/${name}`, { recursive: true });
    for (const [file, content] of Object.entries(referenceFiles(name, result))) {
      writeFileSync(`${root}results/${name}/${file}`, content);
    }
    const failed = result.expectations.filter(({ verdict }) => verdict !== 'pass').length;
    process.stdout.write(
      `${name}: ${result.expectations.length - failed} of ${result.expectations.length} expectations hold\n`,
    );
  }
}
