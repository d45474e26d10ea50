/**
 * The reference output of every shipped scenario, made by the command that users type: `npm run results
 * [NAME...]` runs `ipvsim run NAME --out results/NAME`. Understand the differences before committing them.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../', import.meta.url));
export const REFERENCE_FILES = ['series.csv', 'summary.txt', 'result.json'] as const;

export function shippedNames(): readonly string[] {
  return readdirSync(`${root}scenarios`)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.length > 2 ? process.argv.slice(2) : shippedNames();
  for (const name of names) {
    const args = ['dist/cli/main.js', 'run', name, '--out', `results/${name}`, '--quiet'];
    const { status } = spawnSync(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    process.stdout.write(`${name}: ${status === 0 ? 'every expectation holds' : `exit code ${status}`}\n`);
  }
}
