/** The limit beside which the steady case is held: limit.c, the least work of a request, compiled where it runs. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('limit.c', import.meta.url));
const FOLDER = fileURLToPath(new URL('../../out/bench/', import.meta.url));
const PROGRAM = join(FOLDER, 'limit');

/** As many requests at once as the steady case has, each served for as long as there. */
const LOAD = { requests: 1_000_000, concurrency: 120, service_us: 60_000 };

/** What runs the loop and gives its requests per second of processor time; null where there is no C compiler. */
export function compileBareLoop(): (() => number) | null {
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
  } catch {
    return null;
  }
  mkdirSync(FOLDER, { recursive: true });
  execFileSync('cc', ['-O2', '-o', PROGRAM, SOURCE], { stdio: 'inherit' });
  const load = Object.values(LOAD).map(String);
  return () => Number(execFileSync(PROGRAM, load, { encoding: 'utf8' }));
}
