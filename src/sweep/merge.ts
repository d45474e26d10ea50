/**
 * The shards of a sweep put together. The merged folder has the bytes that the sweep would have had in one
 * piece; anything that would make that untrue is named instead: a lost shard, one that came twice, one that
 * has not finished, one of another sweep.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { systemError } from '../storage/system_error.ts';
import { UserError } from '../storage/user_error.ts';
import { readJournalIn } from './journal.ts';
import { headDifferences, JOURNAL_FILE } from './journal_format.ts';
import { type Plan, planOf, type SweepHead } from './plan.ts';
import type { RunRecord } from './record.ts';
import { shardName } from './shard.ts';

interface Part {
  readonly folder: string;
  readonly head: SweepHead;
  readonly records: ReadonlyMap<string, RunRecord>;
  readonly damaged: readonly number[];
}

export interface Merged {
  readonly plan: Plan;
  readonly records: ReadonlyMap<string, RunRecord>;
}

export type MergeOutcome =
  | { readonly merged: Merged; readonly complaints: readonly [] }
  | { readonly merged: null; readonly complaints: readonly string[] };

/**
 * A folder is a shard's, or holds the folders of shards. All complaints come at once. `out` is where the whole
 * will be written: never over one of its parts.
 */
export function mergeFolders(folders: readonly string[], out: string): MergeOutcome {
  const parts = folders.flatMap(shardFolders).map(readPart);
  const overwritten = parts.find(({ folder }) => resolve(folder) === resolve(out));
  if (overwritten !== undefined && parts.length > 1) {
    throw new UserError(
      `${out} is one of the shards`,
      'the whole needs a folder of its own: choose another --out',
    );
  }
  const complaints = [...foreignParts(parts), ...missingOrTwice(parts), ...unfinishedParts(parts)];
  if (complaints.length > 0) return { merged: null, complaints };
  const plan = planOf({ ...parts[0]!.head, shard: null });
  const records = new Map(parts.flatMap((part) => [...part.records]));
  const lost = plan.runs.find(({ key }) => !records.has(key));
  if (lost !== undefined) throw new Error(`invariant: every run belongs to one shard, ${lost.key} to none`);
  return { merged: { plan, records }, complaints: [] };
}

function shardFolders(folder: string): string[] {
  if (existsSync(join(folder, JOURNAL_FILE))) return [folder];
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch (error) {
    throw systemError(`read ${folder}`, error);
  }
  const inside = names
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(path, JOURNAL_FILE)));
  if (inside.length === 0) throw new UserError(`${folder} holds no ${JOURNAL_FILE}, and no folder with one`);
  return inside;
}

function readPart(folder: string): Part {
  const contents = readJournalIn(folder);
  if (contents === null) {
    throw new UserError(
      `the journal in ${folder} has no head yet`,
      'its sweep was killed at once; run it again',
    );
  }
  return { folder, head: contents.head, records: contents.records, damaged: contents.damaged };
}

/** Of lost shards. */
const MOST_NAMED = 20;

/** The first folder says which sweep it is. */
function foreignParts(parts: readonly Part[]): string[] {
  const [first] = parts;
  return parts.slice(1).flatMap((part) => {
    const differences = headDifferences(first!.head, part.head);
    if (pieces(part) !== pieces(first!)) {
      differences.push(`the number of shards (${pieces(first!)} here, ${pieces(part)} there)`);
    }
    if (differences.length === 0) return [];
    return [
      `foreign: ${part.folder} is not of the sweep of ${first!.folder}; they differ in ${differences.join(', ')}`,
    ];
  });
}

const pieces = (part: Part) => part.head.shard?.count ?? 1;

function missingOrTwice(parts: readonly Part[]): string[] {
  const count = pieces(parts[0]!);
  const complaints: string[] = [];
  const missing: number[] = [];
  for (let index = 1; index <= count; index++) {
    const holders = parts.filter((part) => pieces(part) === count && (part.head.shard?.index ?? 1) === index);
    const where = holders.map(({ folder }) => folder).join(' and ');
    if (holders.length === 0) missing.push(index);
    if (holders.length > 1) complaints.push(`duplicate: shard ${index}/${count} is in ${where}`);
  }
  if (missing.length > 0) {
    const more = missing.length - MOST_NAMED;
    const shown = missing.slice(0, MOST_NAMED).map((index) => `${index}/${count}`);
    const names = `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    complaints.push(
      `lost: ${missing.length === 1 ? 'shard' : 'shards'} ${names}: no folder holds ${missing.length === 1 ? 'it' : 'them'}`,
    );
  }
  return complaints;
}

function unfinishedParts(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => {
    const plan = planOf(part.head);
    const keys = new Set(plan.runs.map(({ key }) => key));
    const missing = plan.runs.filter(({ key }) => !part.records.has(key)).length;
    const strange = [...part.records.keys()].filter((key) => !keys.has(key));
    const name =
      part.head.shard === null ? part.folder : `shard ${shardName(part.head.shard)} (${part.folder})`;
    const complaints: string[] = [];
    if (missing > 0) {
      const damage = part.damaged.length === 0 ? '' : `, of which ${part.damaged.length} damaged`;
      complaints.push(
        `unfinished: ${name} lacks ${missing} of its ${plan.runs.length} runs${damage}; --resume computes them`,
      );
    }
    if (strange.length > 0)
      complaints.push(`foreign: ${name} holds a run that is not its own: ${strange[0]}`);
    return complaints;
  });
}
