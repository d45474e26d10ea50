/** Expectations as trees, and which part of a wrong one is marked. */
import { describe, expect, it } from 'vitest';
import { type Expression, readExpectation } from '../../../src/scenario/expect/expect.ts';

function read(text: string): Expression {
  const reading = readExpectation(text);
  if (!reading.ok) throw new Error(`${text}: ${reading.message}`);
  return reading.value;
}

describe('what is read', () => {
  it.each([
    ['min(qps, 30s..60s) >= 4500', 'min', 'qps'],
    ['max( active_conn )<5', 'max', 'active_conn'],
    ['total(completed) == 46848 +- 1%', 'sum', 'completed'],
    ['total(rps) > 5', 'value', 'rps'],
    ['rps > 5', 'value', 'rps'],
    ['completed == 5', 'value', 'completed'],
    ['value(cliff.entries) == 32256', 'value', 'cliff.entries'],
    ['count(drop.old_conntrack) == 0', 'count', 'drop.old_conntrack'],
    ['sum(error.ECONNREFUSED, 1s..2s) == 0', 'sum', 'error.ECONNREFUSED'],
    ['count(connect, 900ms..1500ms) > 5', 'count', 'connect'],
    ['p99.9(connect) < 5ms', 'p', 'connect'],
    ['p(95, total) < 5ms', 'p', 'total'],
    ['share(connect, 900ms..1.5s) in 20%..30%', 'share', 'connect'],
    ['last(inact_conn[10.244.1.5:8080], 1s..2s) != 3', 'last', 'inact_conn'],
  ])('%s', (text, func, metric) => {
    const expression = read(text);
    expect([expression.func, expression.metric.name]).toEqual([func, metric]);
  });

  it('windows belong to series, ranges to histograms', () => {
    expect(read('min(qps, 1m..1m30s) > 5').window).toEqual({ from_ns: 60e9, to_ns: 90e9 });
    expect(read('min(qps) > 5')).toMatchObject({ window: null, range: null });
    expect(read('count(connect, 900ms..1.5s) > 5')).toMatchObject({
      window: null,
      range: { from_ms: 900, to_ms: 1500 },
    });
    expect(read('mean(qps, 0.5s..1.5s) > 5').window).toEqual({ from_ns: 5e8, to_ns: 15e8 });
  });

  it('percentiles', () => {
    expect(read('p50(connect) < 5ms').percentile).toBe(50);
    expect(read('p99.9(connect) < 5ms').percentile).toBe(99.9);
    expect(read('p(95, qps, 1s..2s) < 5')).toMatchObject({ percentile: 95, window: { from_ns: 1e9 } });
    expect(read('min(qps) < 5').percentile).toBeNull();
  });

  it('a column of one real server', () => {
    expect(read('max(requests[10.244.1.5:8080]) < 5').server).toBe('10.244.1.5:8080');
    expect(read('max(active_conn) < 5').server).toBeNull();
  });

  it('values in the unit of the left side', () => {
    const value = (text: string): unknown => read(text).condition;
    expect(value('p50(connect) < 1.5s')).toEqual({ kind: 'compare', operator: '<', value: 1500 });
    expect(value('p50(connect) < 500us')).toMatchObject({ value: 0.5 });
    expect(value('mean(connect_p50_ms) < 5')).toMatchObject({ value: 5 });
    expect(value('mean(connect_p50_ms) < 5s')).toMatchObject({ value: 5000 });
    expect(value('cliff.recovery_s in 124s..2.5m')).toEqual({ kind: 'between', low: 124, high: 150 });
    expect(value('min(qps) > 5k')).toMatchObject({ value: 5000 });
    expect(value('min(qps) > 200/s')).toMatchObject({ value: 200 });
    expect(value('total(completed) == 1M')).toMatchObject({ value: 1e6 });
    expect(value('share(connect, 1s..2s) > 25%')).toMatchObject({ value: 0.25 });
    expect(value('share(connect, 1s..2s) > 0.25')).toMatchObject({ value: 0.25 });
    expect(value('total(completed) == 1000 +- 1%')).toEqual({
      kind: 'near',
      equal: true,
      value: 1000,
      tolerance: 10,
    });
    expect(value('total(completed) != 1000 ± 5')).toEqual({
      kind: 'near',
      equal: false,
      value: 1000,
      tolerance: 5,
    });
    expect(value('p50(connect) == 1s +- 5ms')).toMatchObject({ value: 1000, tolerance: 5 });
    expect(value('share(connect, 1s..2s) == 30% +- 2%')).toMatchObject({ value: 0.3, tolerance: 0.02 });
  });
});

describe('what is not', () => {
  // The marks stand under the part that is meant.
  it.each([
    ['', '^', 'ends where a function, like min(qps, 30s..60s) >= 1990 should stand'],
    ['min(qsp) > 5', '    ^^^', 'has an unknown metric: qsp'],
    ['mni(qps) > 5', '^^^', 'has an unknown function: mni'],
    ['p0(qps) > 5', '^^', 'has an unknown function: p0'],
    ['p(100, connect) > 5ms', '  ^^^', 'must have a percentile between 0 and 100'],
    ['qps > 5', '^^^', 'has qps without a function'],
    ['connect < 5ms', '^^^^^^^', 'has connect without a function'],
    ['requests > 5', '^^^^^^^^', 'has requests where a function and "(" should stand'],
    ['sum(requests) > 5', '    ^^^^^^^^', 'has requests without a real server'],
    ['min(qps[10.0.0.1:80]) > 5', '    ^^^^^^^^^^^^^^^^', 'has an unknown metric: qps[10.0.0.1:80]'],
    ['min(qps', '       ^', 'ends where ")" should stand'],
    ['min(qps) 5', '         ^', 'has "5" where a comparison should stand'],
    ['min(qps) = 5', '         ^', 'has a single ='],
    ['min(qps) =< 5', '         ^', 'has a single ='],
    ['min(qps) > many', '           ^^^^', 'has "many" where a value to compare with should stand'],
    ['min(qps) > 5 please', '             ^^^^^^', 'has "please" where the end should stand'],
    ['min(qps, 30..60) > 5', '         ^^^^^^', 'has a window without units'],
    ['min(qps, 60s..30s) > 5', '         ^^^^^^^^', 'has a window that ends before it begins'],
    ['min(qps, 30s) > 5', '         ^^^^', 'has "30s) > 5" where a window should stand'],
    ['sum(qps) > 5', '^^^', 'cannot take sum of qps'],
    ['count(qps) > 5', '^^^^^', 'cannot take count of qps'],
    ['sum(connect) > 5', '^^^', 'cannot take sum of connect'],
    ['mean(rps) > 5', '^^^^', 'cannot take mean of rps'],
    ['value(rps, 1s..2s) > 5', '           ^^^^^^', 'has a window, but rps is one value for the whole run'],
    ['p50(connect, 1s..2s) > 5ms', '             ^^^^^^', 'has a range that p cannot use'],
    ['share(connect) > 5%', '      ^^^^^^^', 'needs a range of times for share'],
    ['p50(connect) < 5', '               ^', 'compares connect, a time, with something else'],
    ['p50(connect) < 5%', '               ^^', 'compares connect, a time, with something else'],
    ['min(qps) < 5ms', '           ^^^', 'compares a rate with 5ms'],
    ['count(connect) < 5%', '                 ^^', 'compares a number with 5%'],
    ['min(qps) > 5 +- 1', '         ^', 'has +- with an inequality'],
    ['min(qps) in 5..4', '               ^', 'has a range that ends before it begins'],
  ])('%s', (text, marks, message) => {
    const reading = readExpectation(text);
    if (reading.ok) throw new Error('was read');
    expect(reading.message).toBe(message);
    const { offset, length } = reading.part!;
    expect(`${' '.repeat(offset)}${'^'.repeat(length)}`).toBe(marks);
  });

  it('refuses endless ones', () => {
    expect(readExpectation(`min(qps) > ${'5'.repeat(500)}`)).toMatchObject({ ok: false });
  });
});
