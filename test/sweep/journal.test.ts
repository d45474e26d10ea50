/** The journal: whatever moment the writer dies at, what was finished is there and the rest is computed again. */
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Journal, openJournal, readJournalIn } from '../../src/sweep/journal.ts';
import { JOURNAL_FILE, journalLine, readJournal } from '../../src/sweep/journal_format.ts';
import type { RunRecord } from '../../src/sweep/record.ts';
import { aHead, aPlan, recordsOf } from './a_sweep.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ipvsim-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, JOURNAL_FILE);
const plan = aPlan();
const records = recordsOf(plan);

/** Writes, then drops the journal without finishing it, as a killed process does. */
function write(list: readonly RunRecord[], resume = false): void {
  const journal = openJournal(folder, plan, resume);
  for (const record of list) journal.append(record);
  journal.close();
}

function resumed<T>(look: (journal: Journal) => T): T {
  const journal = openJournal(folder, plan, true);
  try {
    return look(journal);
  } finally {
    journal.close();
  }
}

describe('journal', () => {
  test('what was appended is there after a resume', () => {
    write(records.slice(0, 5));
    expect(resumed(({ records: found }) => [...found.values()])).toEqual(records.slice(0, 5));
  });

  test('torn at any byte, it keeps every whole line and can be written on', () => {
    write(records.slice(0, 3));
    const bytes = readFileSync(file());
    const ends = [...bytes.entries()].filter(([, byte]) => byte === 0x0a).map(([index]) => index + 1);
    for (let length = 0; length <= bytes.length; length++) {
      if (length % 101 !== 0 && ends.every((end) => Math.abs(end - length) > 12)) continue;
      writeFileSync(file(), bytes.subarray(0, length));
      const whole = Math.max(0, ends.filter((end) => end <= length).length - 1);
      const journal = openJournal(folder, plan, true);
      expect(journal.records.size, `cut at ${length}`).toBe(whole);
      journal.append(records[7]!);
      journal.close();
      const { head, records: found, damaged } = readJournal(readFileSync(file()), 'j');
      expect(head).toEqual(plan.head);
      expect([...found.keys()]).toEqual([...records.slice(0, whole), records[7]!].map(({ key }) => key));
      expect(damaged).toEqual([]);
    }
  });

  test('a damaged line in the middle is counted and forgotten', () => {
    write(records.slice(0, 3));
    const text = readFileSync(file(), 'utf8').split('\n');
    text[2] = text[2]!.replace(/"seed":"i/, '"seed":"I');
    writeFileSync(file(), text.join('\n'));
    resumed((journal) => {
      expect(journal.damaged).toEqual([3]);
      expect([...journal.records.keys()]).toEqual([records[0]!.key, records[2]!.key]);
    });
  });

  test('finished journals are the same bytes in whatever order the runs ended', () => {
    const finish = (list: readonly RunRecord[]) => {
      const journal = openJournal(folder, plan, false);
      for (const record of list) journal.append(record);
      journal.finish();
      const bytes = readFileSync(file());
      rmSync(file());
      return bytes;
    };
    const bytes = finish(records);
    expect(finish(records.toReversed()).equals(bytes)).toBe(true);
    expect(bytes.toString()).toBe(journalLine(plan.head) + records.map(journalLine).join(''));
  });

  test('a folder that holds a sweep is only continued on request', () => {
    write(records.slice(0, 1));
    expect(() => openJournal(folder, plan, false)).toThrow('already holds a sweep');
    expect(existsSync(join(folder, 'journal.lock'))).toBe(false);
  });

  test('resume without anything there begins', () => {
    expect(resumed(({ records: found }) => found.size)).toBe(0);
    expect(readJournalIn(folder)?.head).toEqual(plan.head);
  });

  test('a grid may grow; what was computed is not computed again', () => {
    write(records);
    const grown = aPlan({
      seeds: 3,
      dimensions: [
        { key: 'clients.0.rate', values: ['50/s', '100/s', '200/s', '400/s'] },
        aHead().dimensions[1]!,
      ],
    });
    const journal = openJournal(folder, grown, true);
    expect(journal.records.size).toBe(12);
    expect(grown.runs.filter(({ key }) => !journal.records.has(key))).toHaveLength(12);
    journal.close();
    expect(readJournalIn(folder)!.head).toEqual(grown.head);
    expect(readJournalIn(folder)!.records.size).toBe(12);
  });

  test.each([
    ['another scenario', { scenario: 'other' }, 'the scenario (other here, small there)'],
    ['another content', { scenarioHash: 'ff' }, "the scenario's content"],
    ['another version', { ipvsim: '9.9.9' }, 'the version of ipvsim (9.9.9 here, 0.1.0 there)'],
    ['fewer values', { dimensions: [aHead().dimensions[0]!] }, 'what is varied'],
    ['fewer seeds', { seeds: 1 }, 'the number of seeds (1 here, 2 there)'],
    ['a shard of it', { shard: { index: 1, count: 2 } }, 'holds the whole sweep, not shard 1/2'],
  ])('%s is another sweep', (_, change, message) => {
    write(records);
    expect(() => openJournal(folder, aPlan(change), true)).toThrow(message);
    expect(readJournalIn(folder)!.records.size).toBe(12);
  });

  test('what is no journal is not touched', () => {
    writeFileSync(file(), 'something else\n');
    expect(() => openJournal(folder, plan, true)).toThrow('is not a journal of ipvsim');
    expect(readFileSync(file(), 'utf8')).toBe('something else\n');
    writeFileSync(file(), journalLine({ ...plan.head, schema: 2 }));
    expect(() => openJournal(folder, plan, true)).toThrow('has journal schema 2');
  });

  test('an unwritable folder is a clear error', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => openJournal(join(folder, 'file'), plan, false)).toThrow(
      /cannot create the folder .*: file already exists/,
    );
  });

  test('a lost tail of zeros, as after a power cut, is cut off', () => {
    write(records.slice(0, 2));
    const { size } = { size: readFileSync(file()).length };
    appendFileSync(file(), Buffer.alloc(100));
    expect(resumed(({ records: found }) => found.size)).toBe(2);
    expect(readFileSync(file()).length).toBe(size);
    truncateSync(file(), 0);
    expect(resumed(({ records: found }) => found.size)).toBe(0);
  });
});

describe('lock', () => {
  test('a live process keeps others out, a dead one does not', () => {
    // Process 1 lives as long as the machine does.
    writeFileSync(join(folder, 'journal.lock'), `${hostname()} 1\n`);
    expect(() => openJournal(folder, plan, true)).toThrow('is being written by process 1');
    for (const stale of [`${hostname()} 999999999\n`, 'another-host 1\n', '']) {
      writeFileSync(join(folder, 'journal.lock'), stale);
      resumed(() =>
        expect(readFileSync(join(folder, 'journal.lock'), 'utf8')).toBe(`${hostname()} ${process.pid}\n`),
      );
      expect(existsSync(join(folder, 'journal.lock'))).toBe(false);
    }
  });
});
