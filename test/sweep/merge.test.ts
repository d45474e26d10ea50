/** Merging shards: the whole again, byte for byte, and a name for everything that is in the way of it. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { journalText, openJournal } from '../../src/sweep/journal.ts';
import { JOURNAL_FILE } from '../../src/sweep/journal_format.ts';
import { mergeFolders as mergeInto } from '../../src/sweep/merge.ts';
import { writeSweepFiles } from '../../src/sweep/output/output.ts';
import type { SweepHead } from '../../src/sweep/plan.ts';
import { aPlan, recordsOf } from './a_sweep.ts';

const mergeFolders = (folders: readonly string[]) => mergeInto(folders, join(folder, 'merged'));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ipvsim-merge-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeShard(name: string, change: Partial<SweepHead>, runs = Number.POSITIVE_INFINITY): string {
  const plan = aPlan(change);
  const path = join(folder, 'shards', name);
  const journal = openJournal(path, plan, false);
  for (const record of recordsOf(plan).slice(0, runs)) journal.append(record);
  if (runs >= plan.runs.length) journal.finish();
  else journal.close();
  return path;
}

const shards = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    writeShard(`s${index + 1}`, { shard: { index: index + 1, count } }),
  );

describe('merge', () => {
  test.each([1, 2, 3, 7, 40])('%i shards make the whole again', (count) => {
    const whole = aPlan();
    const { merged, complaints } = mergeFolders(
      count === 1 ? [writeShard('all', {})] : shards(count).toReversed(),
    );
    expect(complaints).toEqual([]);
    const expected = new Map(recordsOf(whole).map((record) => [record.key, record]));
    expect(journalText(merged!.plan, merged!.records)).toBe(journalText(whole, expected));
    expect(merged!.plan.head.shard).toBeNull();
  });

  test('a folder of shards stands for all of them', () => {
    shards(3);
    mkdirSync(join(folder, 'shards', 'logs'));
    expect(mergeFolders([join(folder, 'shards')]).merged!.records.size).toBe(12);
  });

  test('lost, duplicate, unfinished and foreign shards are all named at once', () => {
    const [one, two] = shards(4);
    const twice = join(folder, 'copy');
    mkdirSync(twice);
    writeFileSync(join(twice, JOURNAL_FILE), readFileSync(join(two!, JOURNAL_FILE)));
    const short = writeShard('short', { shard: { index: 3, count: 4 } }, 0);
    const foreign = writeShard('foreign', { shard: { index: 4, count: 5 }, seed: 'other' });
    const { merged, complaints } = mergeFolders([one!, two!, twice, short, foreign]);
    expect(merged).toBeNull();
    expect(complaints).toEqual([
      `foreign: ${foreign} is not of the sweep of ${one}; they differ in the seed (ipvsim here, other there), the number of shards (4 here, 5 there)`,
      `duplicate: shard 2/4 is in ${two} and ${twice}`,
      'lost: shard 4/4: no folder holds it',
      expect.stringMatching(
        /^unfinished: shard 3\/4 \(.*short\) lacks \d of its \d runs; --resume computes them$/,
      ),
    ]);
  });

  test('several lost shards are named together', () => {
    const [one] = shards(4);
    expect(mergeFolders([one!]).complaints).toEqual(['lost: shards 2/4, 3/4, 4/4: no folder holds them']);
  });

  test('a run in the wrong shard is foreign', () => {
    const [one, two] = shards(2);
    const stolen = readFileSync(join(one!, JOURNAL_FILE), 'utf8').split('\n')[1]!;
    writeFileSync(join(two!, JOURNAL_FILE), `${readFileSync(join(two!, JOURNAL_FILE), 'utf8')}${stolen}\n`);
    expect(mergeFolders([one!, two!]).complaints).toEqual([expect.stringContaining('foreign: shard 2/2')]);
  });

  test('the whole is not written over a part', () => {
    const [one, two] = shards(2);
    expect(() => mergeInto([one!, two!], join(two!, '..', 's1'))).toThrow('is one of the shards');
  });

  test('what holds no journal is a clear error', () => {
    expect(() => mergeFolders([folder])).toThrow('holds no journal.ndjson, and no folder with one');
    expect(() => mergeFolders([join(folder, 'nowhere')])).toThrow(
      /cannot read .*: no such file or directory/,
    );
    writeFileSync(join(folder, JOURNAL_FILE), '');
    expect(() => mergeFolders([folder])).toThrow('has no head yet');
  });
});

test('files are written whole, under their names only', () => {
  const plan = aPlan();
  const written = writeSweepFiles(join(folder, 'out'), plan.head, recordsOf(plan), 'rps');
  expect(written).toEqual(['sweep.csv', 'sweep.parquet', 'heat_map.svg']);
  expect(readdirSync(join(folder, 'out')).sort()).toEqual(['heat_map.svg', 'sweep.csv', 'sweep.parquet']);
});
