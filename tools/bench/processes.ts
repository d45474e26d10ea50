/** Processes to measure in, and processes to measure. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Spread, spread } from './figures.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What a script of this folder, in a process of its own, printed as a line of JSON. */
export function measureIn<Measured>(script: string, argument: string): Measured {
  console.error(`... ${script} ${argument}`);
  const output = execFileSync(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', `tools/bench/${script}`, argument],
    { cwd: ROOT, encoding: 'utf8' },
  );
  return JSON.parse(output);
}

/** Wall times of a command of ipvsim, its start included, with nobody reading what it prints. */
export function commandTimes_ms(repetitions: number, ...args: string[]): Spread {
  console.error(`... ipvsim ${args.join(' ')}`);
  const times_ms = Array.from({ length: repetitions }, () => {
    const start = process.hrtime.bigint();
    execFileSync(process.execPath, ['dist/cli/main.js', ...args], { cwd: ROOT, stdio: 'ignore' });
    return Number(process.hrtime.bigint() - start) / 1e6;
  });
  return spread(times_ms);
}
