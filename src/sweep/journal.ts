/**
 * The memory of a sweep on disk. Every finished run is one append of one whole line, so that the process may be
 * killed at any moment: what was finished stays, and what was torn is computed again.
 */
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { takeLock } from '../storage/lock.ts';
import { makeFolder } from '../storage/make_folder.ts';
import { systemError } from '../storage/system_error.ts';
import { UserError } from '../storage/user_error.ts';
import { writeAll, writeWhole } from '../storage/whole_file.ts';
import {
  headDifferences,
  JOURNAL_FILE,
  type JournalContents,
  journalLine,
  readJournal,
} from './journal_format.ts';
import type { Plan, SweepHead } from './plan.ts';
import type { RunRecord } from './record.ts';
import { shardName } from './shard.ts';

export interface Journal {
  /** The finished runs, by key. Grows with append(). */
  readonly records: ReadonlyMap<string, RunRecord>;
  /** Lines that were there but damaged; their runs are computed again. */
  readonly damaged: readonly number[];
  append(record: RunRecord): void;
  /** Rewrites the file in the plan's order: finished journals of the same sweep are the same bytes. */
  finish(): void;
  /** Leaves the file as it is and gives the folder free. */
  close(): void;
}

/** A machine that loses power may lose the runs of this long; a killed process loses none. */
const FLUSH_INTERVAL_MS = 1000;

/** Opens or continues the journal in `folder`. A folder that holds one is only continued on request. */
export function openJournal(folder: string, plan: Plan, resume: boolean): Journal {
  const path = join(folder, JOURNAL_FILE);
  createFolder(folder);
  const release = takeLock(folder);
  try {
    const found = existsSync(path) ? readJournal(readBytes(path), path) : null;
    if (found?.head) checkContinuation(folder, plan, found.head, found.records, resume);
    const file = prepareFile(path, plan, found);
    return journalOver(file, path, plan, found, release);
  } catch (error) {
    release();
    throw error;
  }
}

/** Reads a journal without changing it; null where the folder has none, or none with a head. */
export function readJournalIn(folder: string): (JournalContents & { readonly head: SweepHead }) | null {
  const path = join(folder, JOURNAL_FILE);
  if (!existsSync(path)) return null;
  const contents = readJournal(readBytes(path), path);
  return contents.head === null ? null : { ...contents, head: contents.head };
}

function createFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw systemError(`create the folder ${folder}`, error);
  }
}

/** A million runs stay below. */
const LARGEST_MIB = 1536;

function readBytes(path: string): Buffer {
  try {
    const { size } = statSync(path);
    if (size > LARGEST_MIB * 1024 ** 2) throw new UserError(`${path} is larger than ${LARGEST_MIB} MiB`);
    return readFileSync(path);
  } catch (error) {
    throw systemError(`read ${path}`, error);
  }
}

/** The grid may have grown since; what was computed must still be a part of it. */
function checkContinuation(
  folder: string,
  plan: Plan,
  head: SweepHead,
  records: ReadonlyMap<string, RunRecord>,
  resume: boolean,
): void {
  if (!resume) {
    throw new UserError(
      `${folder} already holds a sweep`,
      'continue it with --resume, or choose another --out',
    );
  }
  const shard = (one: SweepHead) =>
    one.shard === null ? 'the whole sweep' : `shard ${shardName(one.shard)}`;
  if (shard(plan.head) !== shard(head)) {
    throw new UserError(
      `${folder} holds ${shard(head)}, not ${shard(plan.head)}`,
      'every shard needs its own --out',
    );
  }
  const grown = { ...head, dimensions: plan.head.dimensions, seeds: plan.head.seeds };
  const differences = headDifferences(plan.head, grown);
  const keys = new Set(plan.runs.map(({ key }) => key));
  if (differences.length === 0 && ![...records.keys()].every((key) => keys.has(key))) {
    differences.push(...headDifferences(plan.head, head));
  }
  if (differences.length > 0) {
    throw new UserError(
      `${folder} holds another sweep: it differs in ${differences.join(' and ')}`,
      'choose another --out, or repeat what the folder was made with',
    );
  }
}

/** Cuts a torn tail off; a journal without the head this plan needs is written anew, with the runs it had. */
function prepareFile(path: string, plan: Plan, found: JournalContents | null): number {
  const head = journalLine(plan.head);
  if (found === null || found.head === null || journalLine(found.head) !== head) {
    const kept = found === null ? [] : [...found.records.values()].map(journalLine);
    writeWhole(path, head + kept.join(''));
    return openToAppend(path, null);
  }
  return openToAppend(path, found.intact);
}

function openToAppend(path: string, length: number | null): number {
  try {
    const file = openSync(path, 'a');
    if (length !== null) ftruncateSync(file, length);
    return file;
  } catch (error) {
    throw systemError(`write ${path}`, error);
  }
}

function journalOver(
  file: number,
  path: string,
  plan: Plan,
  found: JournalContents | null,
  release: () => void,
): Journal {
  const records = new Map(found?.records);
  let flushed_ms = Date.now();
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    fdatasyncSync(file);
    closeSync(file);
    release();
  };
  return {
    records,
    damaged: found?.damaged ?? [],
    append(record) {
      try {
        writeAll(file, Buffer.from(journalLine(record)));
        if (Date.now() - flushed_ms >= FLUSH_INTERVAL_MS) {
          fdatasyncSync(file);
          flushed_ms = Date.now();
        }
      } catch (error) {
        throw systemError(`write ${path}`, error);
      }
      records.set(record.key, record);
    },
    finish() {
      writeWhole(path, journalText(plan, records));
      close();
    },
    close,
  };
}

export function journalText(plan: Plan, records: ReadonlyMap<string, RunRecord>): string {
  const lines = plan.runs
    .filter(({ key }) => records.has(key))
    .map(({ key }) => journalLine(records.get(key)!));
  return journalLine(plan.head) + lines.join('');
}
