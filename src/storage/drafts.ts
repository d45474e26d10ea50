/**
 * Names of files that are not whole yet. Each says whose it is, so that what a killed process left can be told from
 * what a live one is writing, and does not lie about for ever.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isAlive } from './processes.ts';

const HOST = hostname()
  .replace(/[^A-Za-z0-9-]/g, '-')
  .slice(0, 64);
const DRAFT = /^\..+\.([A-Za-z0-9-]*)\.(\d{1,10})\.part$/;
/** A draft of another machine that shares the folder: no file takes that long to write. */
const LEFT_AFTER_MS = 24 * 3600e3;

export function draftName(path: string): string {
  return join(dirname(path), `.${basename(path).slice(0, 80)}.${HOST}.${process.pid}.part`);
}

/** Removes the drafts in `folder` whose process has ended. */
export function clearLeftDrafts(folder: string): void {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    const [, host, pid] = DRAFT.exec(name) ?? [];
    if (pid === undefined || Number(pid) === process.pid) continue;
    const path = join(folder, name);
    const isLeft = host === HOST ? !isAlive(Number(pid)) : isOld(path);
    if (!isLeft) continue;
    try {
      rmSync(path, { force: true });
    } catch {
      // Somebody else's, and they will see to it.
    }
  }
}

function isOld(path: string): boolean {
  const there = statSync(path, { throwIfNoEntry: false });
  return there !== undefined && Date.now() - there.mtimeMs > LEFT_AFTER_MS;
}
