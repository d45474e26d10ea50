/**
 * The text of a journal. A line is the CRC-32 of its JSON, a space, the JSON; the first line is the head, every
 * other one a finished run. A process that dies while it writes leaves a torn last line, which is no loss but
 * that run; a line whose checksum is wrong is treated as if it had never been written.
 */
import { crc32 } from 'node:zlib';
import { UserError } from '../storage/user_error.ts';
import { gridSize } from './grid.ts';
import { headSchema, recordSchema, wrongIn } from './journal_schema.ts';
import { JOURNAL_SCHEMA, type SweepHead } from './plan.ts';
import type { RunRecord } from './record.ts';

export const JOURNAL_FILE = 'journal.ndjson';

export interface JournalContents {
  /** Null when the process died before it had written the head. */
  readonly head: SweepHead | null;
  /** By run key; the first line of a key counts. */
  readonly records: ReadonlyMap<string, RunRecord>;
  /** Length in bytes up to the end of the last whole line. */
  readonly intact: number;
  /** Numbers of damaged lines before the tail, from 1. */
  readonly damaged: readonly number[];
}

export function journalLine(value: SweepHead | RunRecord): string {
  const json = JSON.stringify(value);
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}

/** `file` is for messages. Throws when the file is no journal, or one of a version this one cannot read. */
export function readJournal(bytes: Buffer, file: string): JournalContents {
  const records = new Map<string, RunRecord>();
  const damaged: number[] = [];
  let head: SweepHead | null = null;
  let start = 0;
  for (let number = 1; ; number++) {
    const end = bytes.indexOf(0x0a, start);
    if (end === -1) break;
    const value = readLine(bytes.toString('utf8', start, end));
    if (number === 1) head = readHead(value, file);
    else if (value === null) damaged.push(number);
    else addRecord(records, value, `${file}:${number}`);
    start = end + 1;
  }
  return { head, records, intact: start, damaged };
}

function readLine(line: string): unknown {
  const json = line.slice(9);
  if (line[8] !== ' ' || Number.parseInt(line.slice(0, 8), 16) !== crc32(json)) return null;
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function addRecord(records: Map<string, RunRecord>, value: unknown, where: string): void {
  const wrong = wrongIn(recordSchema, value);
  if (wrong !== null) throw new UserError(`${where} holds what no run writes: ${wrong}`);
  const record = value as RunRecord;
  if (!records.has(record.key)) records.set(record.key, record);
}

function readHead(value: unknown, file: string): SweepHead {
  const head = value as SweepHead | null;
  if (head === null || typeof head !== 'object' || typeof head.schema !== 'number') {
    throw new UserError(`${file} is not a journal of ipvsim, or its first line is damaged`);
  }
  if (head.schema !== JOURNAL_SCHEMA) {
    throw new UserError(
      `${file} has journal schema ${head.schema}; this version of ipvsim reads ${JOURNAL_SCHEMA}`,
      `it was written by ipvsim ${String(head.ipvsim)}`,
    );
  }
  const wrong = wrongIn(headSchema, head);
  if (wrong !== null) throw new UserError(`${file} begins with what no sweep writes: ${wrong}`);
  gridSize(head.dimensions, head.seeds);
  return head;
}

/** What is different between two sweeps, in words; empty when their runs are the same. */
export function headDifferences(a: SweepHead, b: SweepHead): string[] {
  const differences: string[] = [];
  const compare = (what: string, one: unknown, other: unknown) => {
    if (JSON.stringify(one) === JSON.stringify(other)) return;
    differences.push(`${what} (${describe(one)} here, ${describe(other)} there)`);
  };
  compare('the version of ipvsim', a.ipvsim, b.ipvsim);
  compare('the scenario', a.scenario, b.scenario);
  if (a.scenario === b.scenario) compare("the scenario's content", a.scenarioHash, b.scenarioHash);
  compare('the seed', a.seed, b.seed);
  compare('the number of seeds', a.seeds, b.seeds);
  const describeKeys = (head: SweepHead) => head.dimensions.map(({ key }) => key).join(', ') || 'nothing';
  compare('what is varied', describeKeys(a), describeKeys(b));
  for (const { key, values } of a.dimensions) {
    const other = b.dimensions.find((dimension) => dimension.key === key);
    if (other !== undefined) compare(`the values of ${key}`, values.join(','), other.values.join(','));
  }
  return differences;
}

function describe(value: unknown): string {
  const text = String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
