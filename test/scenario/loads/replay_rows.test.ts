/** Rows of connections: what they say, what they leave out, and what is wrong with them, by line and column. */
import { describe, expect, test } from 'vitest';
import { NOT_SAID, readReplayRows, writeReplayRows } from '../../../src/scenario/loads/replay_rows.ts';
import { expectReading } from '../../../src/scenario/reading.ts';

const read = (text: string) => expectReading(readReplayRows(text), 'rows');

test('columns in any order; what is left out is as elsewhere; rows come in the order of their starts', () => {
  const rows = read('port,start_s,closes\r\n40000,2,client\n\n,0.5,\n40002,1.25,server\n');
  expect([...rows.start_ns]).toEqual([0.5e9, 1.25e9, 2e9]);
  expect([...rows.port]).toEqual([0, 40002, 40000]);
  expect([...rows.closes]).toEqual([0, 1, 2]);
  expect([...rows.requests]).toEqual([1, 1, 1]);
  expect([...rows.service_ns]).toEqual([NOT_SAID, NOT_SAID, NOT_SAID]);
  expect(rows.addresses).toEqual([]);
});

test('what is written is read again, and says nothing of what no row knows', () => {
  const rows = [
    { start_ns: 1_000_000_001, address: '10.0.0.1', port: 40000, requests: 2, service_ns: 1_500 },
    { start_ns: 2e9, address: '10.0.0.2', closes: 'client' },
  ] as const;
  const text = writeReplayRows(rows);
  expect(text.split('\n')[0]).toBe('start_s,address,port,requests,service_ms,closes');
  const again = read(text);
  expect([...again.start_ns]).toEqual([1_000_000_001, 2e9]);
  expect([...again.service_ns]).toEqual([1_500, NOT_SAID]);
  expect(again.addresses).toEqual(['10.0.0.1', '10.0.0.2']);
});

describe('is refused', () => {
  test.each([
    ['start_s', 'has no rows'],
    ['start,port\n1,2', '"start" is none of its columns'],
    ['port\n1', 'needs the column start_s'],
    ['start_s,start_s\n1,1', 'a column twice'],
    ['start_s,port\n1', 'has 1 values in line 2, and its header 2'],
    ['start_s,port\n1,2\nx,3', 'a number such as 1.25 in line 3, column start_s'],
    ['start_s\n-1', 'a number such as 1.25 in line 2'],
    ['start_s\n1e3', 'a number such as 1.25 in line 2'],
    ['start_s\n9999999', 'at most a week in line 2'],
    ['start_s,port\n1,65536', 'a whole number from 0 to 65535 in line 2, column port'],
    ['start_s,requests\n1,0', 'a whole number from 1 to 1000000'],
    ['start_s,address\n1,', 'an address in line 2, column address'],
    ['start_s,closes\n1,nobody', 'server, client or nothing'],
  ])('%j: %s', (text, message) => {
    expect(readReplayRows(text)).toMatchObject({ ok: false, message: expect.stringContaining(message) });
  });
});
