/** What the tests of docs/cluster share: a folder to work in, `ipvsim` on the PATH, and the sweep in one piece. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { MAIN } from '../cli/spawn.ts';

export const DOCS = fileURLToPath(new URL('../../docs/cluster/', import.meta.url));
const SMALL = fileURLToPath(new URL('../sweep/small.yaml', import.meta.url));

export interface Place {
  readonly folder: string;
  readonly scenario: string;
  /** With `ipvsim`, on one thread where nothing else is said, and nothing of the caller's but PATH and HOME. */
  readonly env: Readonly<Record<string, string>>;
  remove(): void;
}

export function makePlace(name: string): Place {
  const folder = mkdtempSync(join(tmpdir(), `ipvsim-${name}-`));
  const bin = join(folder, 'node_modules', '.bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'ipvsim'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(join(bin, 'ipvsim'), 0o755);
  const scenario = join(folder, 'scenario.yaml');
  // The files vary up to 200 workers: slower answers make as many requests as the small scenario has.
  // Only some points have a cliff: what is expected here holds at all of them.
  const text = readFileSync(SMALL, 'utf8').replaceAll('20ms', '200ms');
  writeFileSync(scenario, text.replace(/^expect:\n.*/ms, 'expect: [total(completed) >= 1]\n'));
  return {
    folder,
    scenario,
    env: { PATH: `${bin}:${process.env.PATH}`, HOME: process.env.HOME ?? folder, IPVSIM_JOBS: '1' },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs a command to its end; its talk is part of the failure. */
export function succeed(
  place: Place,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): string {
  const [command, ...args] = words;
  const options = { cwd: place.folder, env: { ...place.env, ...env }, encoding: 'utf8' } as const;
  const { status, stdout, stderr, error } = spawnSync(command!, args, options);
  expect(error).toBeUndefined();
  expect(status, `${words.join(' ')}\n${stderr}`).toBe(0);
  return stdout;
}

export function expectSameFolders(one: string, other: string): void {
  const names = readdirSync(one).sort();
  expect(readdirSync(other).sort()).toEqual(names);
  for (const name of names) {
    expect(readFileSync(join(other, name)).equals(readFileSync(join(one, name))), name).toBe(true);
  }
}
