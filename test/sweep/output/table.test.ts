/** The table of a sweep in its forms: CSV, Parquet, heat map, terminal. */
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { heatMap } from '../../../src/sweep/output/heat_map.ts';
import { sweepCsv } from '../../../src/sweep/output/sweep_csv.ts';
import { sweepParquet } from '../../../src/sweep/output/sweep_parquet.ts';
import { sweepText } from '../../../src/sweep/output/sweep_text.ts';
import { type Column, dimensionNumbers, sweepColumns } from '../../../src/sweep/output/table.ts';
import type { RunRecord } from '../../../src/sweep/record.ts';
import { aHead, aPlan, recordsOf } from '../a_sweep.ts';

const plan = aPlan();
const records = recordsOf(plan);
const columns = sweepColumns(plan.head, records);

async function readParquet(list: readonly Column[]) {
  const bytes = sweepParquet(list);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  return await parquetReadObjects({ file });
}

describe('columns', () => {
  test('what was varied comes first, with a number beside what has a unit', () => {
    expect(columns.slice(0, 6).map(({ name, kind }) => [name, kind])).toEqual([
      ['clients.0.rate', 'text'],
      ['clients.0.rate_per_s', 'integer'],
      ['kernel', 'text'],
      ['seed', 'text'],
      ['repetition', 'integer'],
      ['scenario_hash', 'text'],
    ]);
    expect(columns.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['complete', 'rps', 'drops[old_conntrack]']),
    );
  });

  test('numbers, units and names that look like numbers', () => {
    const numbers = (key: string, ...values: string[]) => dimensionNumbers({ key, values });
    expect(numbers('clients.0.concurrency', '50', '100')!.suffix).toBe('');
    expect([...numbers('links.delay', '500us', '2ms')!.byText.values()]).toEqual([500, 2000]);
    expect(numbers('links.delay', '500us', '2ms')!.suffix).toBe('us');
    expect(numbers('kernel', '5.4', '5.10')).toBeNull();
    expect(numbers('clients.0.kernel', '5.4')).toBeNull();
    expect(numbers('service.scheduler', 'rr', 'wrr')).toBeNull();
    expect(numbers('a', '10ms', '5/s')).toBeNull();
  });
});

describe('csv', () => {
  const lines = sweepCsv(columns).trimEnd().split('\n');

  test('a row per run in the order of the grid', () => {
    expect(lines).toHaveLength(13);
    expect(lines[0]!.split(',').slice(0, 5).join()).toBe(
      'clients.0.rate,clients.0.rate_per_s,kernel,seed,repetition',
    );
    expect(lines[1]!).toMatch(/^100\/s,100,5\.10,ipvsim,0,/);
    expect(lines[2]!).toMatch(/^100\/s,100,5\.10,ipvsim\/2,1,/);
    expect(lines[12]!).toMatch(/^400\/s,400,4\.19,ipvsim\/2,1,/);
  });

  test('nothing to say is an empty cell; quotes where needed', () => {
    const at = lines[0]!.split(',').indexOf('cliff_first_drop_s');
    const cells = lines.slice(1).map((line) => line.split(',')[at]);
    expect(new Set(cells)).toEqual(new Set(['', '16.5']));
    expect(sweepCsv([{ name: 'a,b', kind: 'text', values: ['x"y', '=1+1'] }])).toBe(
      '"a,b"\n"x""y"\n\'=1+1\n',
    );
    expect(sweepCsv([{ name: 'a', kind: 'integer', values: [-1] }])).toBe('a\n-1\n');
  });

  test('no runs make a header', () => {
    expect(sweepCsv(sweepColumns(plan.head, [])).split('\n')).toHaveLength(2);
  });
});

test('parquet holds the same rows with their types', async () => {
  const rows = await readParquet(columns);
  expect(rows).toHaveLength(12);
  for (const [index, row] of rows.entries()) {
    for (const { name, kind, values } of columns) {
      const value = values[index] ?? null;
      const expected = kind === 'integer' && value !== null ? BigInt(value) : value;
      expect(row[name] ?? null, name).toEqual(expected);
    }
  }
  expect(Buffer.from(sweepParquet(columns)).equals(Buffer.from(sweepParquet(columns)))).toBe(true);
});

describe('heat map', () => {
  const map = (
    change: Parameters<typeof aPlan>[0],
    change_records: (record: RunRecord) => RunRecord = (one) => one,
  ) => {
    const own = aPlan(change);
    const rows = recordsOf(own).map(change_records);
    const column = sweepColumns(own.head, rows).find(({ name }) => name === 'rps');
    return heatMap(own.head, rows, column);
  };

  test('a cell per pair, with the mean of its seeds', () => {
    const rps = new Map([
      ['5.10', 3],
      ['4.19', 990],
    ]);
    const svg = map({}, (record) => {
      const spread = record.repetition === 0 ? -1 : 1;
      return { ...record, metrics: { ...record.metrics, rps: rps.get(record.values[1]!)! + spread } };
    })!;
    expect(svg.match(/<title>clients\.0\.rate=/g)).toHaveLength(6);
    expect(svg).toContain('<title>clients.0.rate=200/s, kernel=5.10: 3</title>');
    expect(svg).toContain('<title>clients.0.rate=400/s, kernel=4.19: 990</title>');
  });

  test('a pair without a value is hatched', () => {
    const svg = map({}, (record) =>
      record.values[0] === '100/s' ? { ...record, metrics: { ...record.metrics, rps: null } } : record,
    )!;
    expect(svg.match(/class="none"/g)).toHaveLength(2);
    expect(svg).toContain('kernel=4.19: no value');
  });

  test('is as wide as its title', () => {
    const key = 'service.realServers.0.serviceTime.exponential';
    const svg = map({ dimensions: [{ key, values: ['1ms', '2ms'] }, aHead().dimensions[1]!] })!;
    const [, wide] = /viewBox="0 0 (\d+)/.exec(svg)!;
    const [, title] = /<text class="head" x="16"[^>]*>([^<]*)</.exec(svg)!;
    expect(title).toContain(key);
    // Bold monospace at 14 px.
    expect(16 + title!.length * 8.43).toBeLessThan(Number(wide));
  });

  test('what comes from outside is escaped', () => {
    const svg = map({ dimensions: [{ key: 'title', values: ['<b>', 'a&"b'] }, aHead().dimensions[1]!] })!;
    expect(svg).toContain('title=&lt;b&gt;');
    expect(svg).not.toContain('<b>');
  });

  test('only for two keys', () => {
    expect(map({ dimensions: [aHead().dimensions[0]!] })).toBeNull();
    const three = [...aHead().dimensions, { key: 'hz', values: ['100', '250'] }];
    expect(map({ dimensions: three })).toBeNull();
  });
});

test('the terminal gets a line per point', () => {
  const text = sweepText(plan.head, records);
  const lines = text.trimEnd().split('\n');
  expect(lines).toHaveLength(7);
  expect(lines[0]).toMatch(/^0\.rate +kernel +requests +connect p50 +p99 +failed +first drop +expect$/);
  expect(lines[1]).toMatch(/^ *100\/s +5\.10 +\S.*± /);
  const wide = aPlan({
    dimensions: [{ key: 'hz', values: Array.from({ length: 60 }, (_, index) => String(index)) }],
  });
  expect(sweepText(wide.head, recordsOf(wide))).toContain('20 more points in sweep.csv');
});
