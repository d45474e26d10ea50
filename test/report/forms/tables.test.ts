import { describe, expect, it } from 'vitest';
import { renderLongCsv, renderWideCsv } from '../../../src/report/forms/csv.ts';
import { renderJson } from '../../../src/report/forms/json.ts';
import { FIRST_COLUMNS } from '../../../src/report/series.ts';
import { hostile, result, scenario } from '../fixture.ts';

describe('series.csv', () => {
  it('begins with the published columns in their order', () => {
    const header = renderWideCsv(result()).split('\n')[0]!;
    expect(header.startsWith(`${FIRST_COLUMNS.join(',')},`)).toBe(true);
  });

  it('does so whatever order the result has them in', () => {
    const base = result();
    const series = Object.fromEntries(Object.entries(base.series).reverse());
    expect(renderWideCsv({ ...base, series }).split('\n')[1]).toMatch(/^1,1994,0,1994\.000,0\.400,/);
  });

  it('has a fixed number of digits per metric and nothing where there is no value', () => {
    const rows = renderWideCsv(result()).split('\n');
    expect(rows[17]).toMatch(
      /^17,366,0,366\.000,1000\.400,1001\.400,1004\.200,1004\.900,8,32256,120,120,32376,/,
    );
    expect(rows[41]).toMatch(/^41,119,0,119\.000,,,,,8,/);
    expect(rows).toHaveLength(302);
  });

  it('writes the time of short intervals in full', () => {
    const base = result({ scenario: scenario({ interval_ns: 250e6 }) }, 4);
    const series = { ...base.series, time_s: [0.25, 0.5, 0.75, 1] };
    const times = renderWideCsv({ ...base, series })
      .split('\n')
      .map((row) => row.split(',')[0]);
    expect(times).toEqual(['time_s', '0.25', '0.50', '0.75', '1.00', '']);
  });

  it('quotes what needs it, and no cell begins as a formula', () => {
    const cells = renderWideCsv(hostile()).split('\n')[0]!;
    expect(cells).toContain('"active_conn[10.244.1.5:8080""><script>');
    const named = result({ series: { ...result().series, '=1+1': result().series.qps! } });
    expect(renderWideCsv(named).split('\n')[0]).toMatch(/,'=1\+1$/);
  });
});

describe('the long form', () => {
  it('has a row per value, with the label in its own column', () => {
    const rows = renderLongCsv(result()).split('\n');
    expect(rows[0]).toBe('time_s,metric,labels,value');
    expect(rows).toContain('16,qps,,1994.000');
    expect(rows).toContain('300,inact_conn,10.244.1.5:8080,32256');
    expect(rows).toContain('17,drops,old_conntrack,120');
  });

  it('leaves out what has no value', () => {
    const rows = renderLongCsv(result()).split('\n');
    expect(rows.some((row) => row.startsWith('41,connect_p50_ms'))).toBe(false);
  });
});

describe('result.json', () => {
  it('comes back as the same result', () => {
    expect(JSON.parse(renderJson(result()))).toEqual(result());
  });

  it('is the same text whatever order its keys were made in', () => {
    const base = result({ drops: { old_conntrack: 3, no_dest: 1 } });
    const mixed = Object.fromEntries(
      Object.entries({ ...base, drops: { no_dest: 1, old_conntrack: 3 } }).reverse(),
    );
    const series = Object.fromEntries(
      [...Object.entries(base.series)].reverse().concat(Object.entries(base.series)),
    );
    expect(renderJson({ ...mixed, series: { ...base.series, ...series } } as never)).toBe(renderJson(base));
  });

  it('never hides a number that is none', () => {
    const base = result();
    expect(() => renderJson({ ...base, totals: { ...base.totals, rps: Number.NaN } })).toThrow(
      'result.totals.rps is NaN',
    );
    const qps = [...base.series.qps!];
    qps[3] = Number.POSITIVE_INFINITY;
    expect(() => renderJson({ ...base, series: { ...base.series, qps } })).toThrow(
      'result.series.qps[3] is Infinity',
    );
  });

  it('keeps keys that a later version added', () => {
    const later = { ...result(), later: { key: 1 } };
    expect(JSON.parse(renderJson(later))).toHaveProperty('later.key', 1);
  });
});
