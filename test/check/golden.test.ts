/** Golden series: tolerances, what differs and where, and files that are no goldens. */
import { describe, expect, test } from 'vitest';
import {
  compareGolden,
  formatGolden,
  goldenOf,
  goldenPath,
  newColumns,
  parseGolden,
} from '../../src/check/golden.ts';
import { parseTolerance, toleranceFor, within } from '../../src/check/tolerance.ts';
import { aResult } from '../sweep/a_result.ts';

const withTolerances = (tolerances: Record<string, string>, columns: Record<string, (number | null)[]>) =>
  parseGolden(
    JSON.stringify({ schema: 1, scenario: 'small', tolerances, totals: {}, series: columns }),
    'f.json',
  );

describe('tolerance', () => {
  test('relative, absolute, either', () => {
    const either = parseTolerance('2% or 5', 'here');
    expect(either).toEqual({ text: '2% or 5', relative: 0.02, absolute: 5 });
    expect(within(either, 1000, 1020)).toBe(true);
    expect(within(either, 1000, 1021)).toBe(false);
    expect(within(either, 0, 5)).toBe(true);
    expect(within(either, 0, 5.1)).toBe(false);
    expect(within(parseTolerance('10%', 'here'), 0.3, 0.33)).toBe(true);
    expect(within(parseTolerance('exact', 'here'), 1, 1 + Number.EPSILON)).toBe(false);
    expect(within(either, null, null)).toBe(true);
    expect(within(either, null, 0)).toBe(false);
    for (const text of ['', '2 percent', '-1', '2% and 5', '%']) {
      expect(() => parseTolerance(text, 'here'), text).toThrow('here: a tolerance is like');
    }
  });

  test('the own name wins over the longest pattern', () => {
    const tolerances = new Map(
      Object.entries({ '*': '1', 'connect_*': '2', 'connect_p*': '3', qps: '4' }).map(([key, text]) => [
        key,
        parseTolerance(text, key),
      ]),
    );
    const text = (metric: string) => toleranceFor(tolerances, metric).text;
    expect(['qps', 'connect_p99_ms', 'connect_max_ms', 'failed'].map(text)).toEqual(['4', '3', '2', '1']);
    expect(toleranceFor(new Map(), 'qps').text).toBe('exact');
  });
});

describe('golden', () => {
  test('what is written is read back, and the same run agrees with it', () => {
    const golden = goldenOf(aResult(), null);
    const read = parseGolden(formatGolden(golden), 'f.json');
    expect(read).toEqual(golden);
    expect(compareGolden(read, aResult())).toEqual({ verdict: 'pass', compared: 16, differences: [] });
  });

  test('a difference names the metric, how many rows, and the worst of them', () => {
    const golden = withTolerances({ '*': '1%' }, { qps: [100, 100, 100, 400] });
    const { verdict, differences } = compareGolden(golden, aResult());
    expect(verdict).toBe('fail');
    expect(differences).toEqual([
      {
        metric: 'qps',
        tolerance: '1%',
        differing: 3,
        rows: 4,
        worst: { at_s: 4, golden: 400, measured: 100 },
        message: 'differs in 3 of 4 rows, most at 4 s: 400 -> 100 (tolerance 1%)',
      },
    ]);
  });

  test('null is a value of its own, and a longer run differs', () => {
    const nulls = compareGolden(
      withTolerances({ '*': '1000' }, { connect_p50_ms: [0.2, 0.2, 0.2, 0.2] }),
      aResult(),
    );
    expect(nulls.differences[0]).toMatchObject({
      differing: 1,
      worst: { at_s: 3, golden: 0.2, measured: null },
    });
    const shorter = compareGolden(withTolerances({ '*': '1000' }, { qps: [100, 102, 98] }), aResult());
    expect(shorter.differences[0]).toMatchObject({ differing: 1, rows: 4 });
    expect(shorter.differences[0]!.message).toContain('(3 rows then, 4 now)');
  });

  test('a column that the run has no more is a difference; one deleted by hand is not missed', () => {
    const golden = withTolerances({ '*': 'exact' }, { gone: [1, 2, 3, 4] });
    expect(compareGolden(golden, aResult()).differences[0]!.message).toContain('no such column');
    const chosen = withTolerances({ qps: '5%' }, { qps: [1, 1, 1, 1] });
    const updated = goldenOf(aResult(), chosen);
    expect(Object.keys(updated.series)).toEqual(['qps']);
    expect(updated.tolerances.get('qps')!.text).toBe('5%');
    expect(newColumns(updated, aResult())).toEqual(['time_s', 'connect_p50_ms']);
  });

  test('totals are compared like a series of one row', () => {
    const golden = goldenOf(aResult(), null);
    const { differences } = compareGolden(
      golden,
      aResult({ totals: { ...aResult().totals, complete: 399 } }),
    );
    expect(differences.map(({ message }) => message)).toEqual(['differs: 400 -> 399 (tolerance exact)']);
  });

  test.each([
    ['not json', 'is not JSON'],
    ['[]', 'is not a golden'],
    ['{"schema":2}', 'has golden schema 2'],
    ['{"schema":1}', 'needs tolerances, totals and series'],
    ['{"schema":1,"tolerances":{"*":"x"},"totals":{},"series":{}}', 'tolerance of *: a tolerance is like'],
    ['{"schema":1,"tolerances":{},"totals":{},"series":{"a":["1"]}}', 'series a must be a list'],
    ['{"schema":1,"tolerances":{},"totals":{"a":"1"},"series":{}}', 'totals a must be a number'],
  ])('%s is refused', (text, message) => {
    expect(() => parseGolden(text, 'f.json')).toThrow(message);
  });

  test('it stands beside the scenario', () => {
    expect(goldenPath('scenarios/a.yaml')).toBe('scenarios/a.golden.json');
    expect(goldenPath('b.yml')).toBe('b.golden.json');
  });
});
