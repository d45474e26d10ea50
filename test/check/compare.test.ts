import { describe, expect, test } from 'vitest';
import { compareRuns, parseTolerances } from '../../src/check/compare.ts';
import { compareText } from '../../src/check/compare_text.ts';
import type { RunFigures } from '../../src/sweep/record.ts';

function run(metrics: Record<string, number | null>, drops: Record<string, number> = {}): RunFigures {
  return { scenarioHash: '', metrics, drops, errors: {} };
}
const row = (before: RunFigures[], after: RunFigures[], metric: string, ...tolerances: string[]) =>
  compareRuns(before, after, parseTolerances(tolerances)).find((each) => each.metric === metric);

describe('figures', () => {
  test('means, their difference, and the spread of the pairs', () => {
    const before = [run({ rps: 100 }), run({ rps: 110 }), run({ rps: 120 })];
    const after = [run({ rps: 90 }), run({ rps: 112 }), run({ rps: 119 })];
    expect(row(before, after, 'rps')).toEqual({
      metric: 'rps',
      before: 110,
      after: 107,
      difference: -3,
      spread: [-10, 2],
      tolerance: 'exact',
      within: false,
      change: null,
    });
  });

  test('one pair has no spread; what neither side has is no row', () => {
    expect(row([run({ rps: 1 })], [run({ rps: 1 })], 'rps')).toMatchObject({ spread: null, within: true });
    expect(
      row([run({ rps: 1, cliff_recovery_s: null })], [run({ rps: 1 })], 'cliff_recovery_s'),
    ).toBeUndefined();
  });

  test('a value that one side lacks is a difference', () => {
    expect(row([run({ cliff_first_drop_s: 16 })], [run({})], 'cliff_first_drop_s')).toMatchObject({
      before: 16,
      after: null,
      difference: null,
      within: false,
    });
  });

  test('a drop reason that one side does not have counts as zero there', () => {
    expect(row([run({}, { old_conntrack: 5 })], [run({}, {})], 'drops[old_conntrack]')).toMatchObject({
      before: 5,
      after: 0,
      within: false,
    });
  });
});

describe('better and worse', () => {
  test.each([
    ['rps', 100, 90, 'worse'],
    ['rps', 90, 100, 'better'],
    ['failed', 0, 3, 'worse'],
    ['connect_p99_ms', 3000, 1, 'better'],
    ['total_p50_ms', 1, 2, 'worse'],
    ['syn_dropped', 5, 0, 'better'],
    ['cliff_first_drop_s', 16, null, 'better'],
    ['cliff_first_drop_s', null, 16, 'worse'],
    ['cliff_first_drop_s', 16, 20, 'better'],
    ['cliff_rps_after', null, 100, null],
    ['cliff_recovery_s', 100, 200, null],
    ['rps', 100, 100, null],
  ])('%s from %s to %s is %s', (metric, before, after, change) => {
    expect(row([run({ [metric]: before })], [run({ [metric]: after })], metric)?.change).toBe(change);
  });

  test('fewer drops and errors are better; seeds that disagree say neither', () => {
    expect(row([run({}, { old_conntrack: 5 })], [run({}, {})], 'drops[old_conntrack]')?.change).toBe(
      'better',
    );
    const [before, after] = [
      [run({ rps: 10 }), run({ rps: 10 })],
      [run({ rps: 5 }), run({ rps: 11 })],
    ];
    expect(row(before, after, 'rps')?.change).toBeNull();
  });

  test('stand beside the figures and below the table', () => {
    const rows = compareRuns(
      [run({ rps: 100, failed: 0 })],
      [run({ rps: 102, failed: 1 })],
      parseTolerances([]),
    );
    const text = compareText(rows, { before: 'a', after: 'b', seeds: 1 });
    expect(text).toMatch(/^rps .* ✗ better$/m);
    expect(text).toMatch(/^failed .* ✗ worse$/m);
    expect(text).toContain('✗ 2 of 2 beyond tolerance: 1 worse, 1 better');
  });
});

describe('tolerances', () => {
  const [before, after] = [[run({ rps: 100, failed: 0 })], [run({ rps: 102, failed: 1 })]];

  test.each([
    [[], 'rps', false],
    [['2%'], 'rps', true],
    [['1.9%'], 'rps', false],
    [['1% or 2'], 'rps', true],
    [['exact', 'rps=5%'], 'rps', true],
    [['exact', 'rps=5%'], 'failed', false],
    [['rps=5%'], 'failed', true],
    [['r*=5%'], 'rps', true],
  ])('%j on %s: %j', (texts, metric, expected) => {
    expect(row(before, after, metric, ...texts)!.within).toBe(expected);
  });

  test('an unknown metric and a bad tolerance are told', () => {
    expect(() => parseTolerances(['rsp=2%'])).toThrowError(
      expect.objectContaining({ message: '--tolerance: no metric is called rsp', hint: 'did you mean rps?' }),
    );
    expect(() => parseTolerances(['2 percent'])).toThrowError('a tolerance is like 2%');
  });
});

test('as text: aligned, within 80 columns, what is beyond marked by a sign', () => {
  const rows = compareRuns(
    [run({ rps: 338.56, complete: 101_568 }), run({ rps: 338.56, complete: 101_500 })],
    [run({ rps: 1997.2, complete: 599_160 }), run({ rps: 1997.2, complete: 599_000 })],
    parseTolerances([]),
  );
  const text = compareText(rows, { before: 'a.yaml', after: 'b.yaml', seeds: 2 });
  expect(text).toBe(`before: a.yaml
after:  b.yaml
2 pairs of runs with the same seed: means, and the differences of the pairs

           before    after  difference                       by seed
rps         338.6    1 997      +1 659  +490 %          all the same  ✗ better
complete  101 534  599 080    +497 546  +490 %  +497 500 .. +497 592  ✗ better

✗ 2 of 2 beyond tolerance: 0 worse, 2 better`);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});
