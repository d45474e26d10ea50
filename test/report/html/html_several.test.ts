/** Several results in one report: what differs, common scales, and nothing of a scenario runs. */
import { describe, expect, it } from 'vitest';
import { renderHtmlSeveral } from '../../../src/report/html/html_several.ts';
import { differences } from '../../../src/report/html/scenario_differences.ts';
import { healthy, hostile, result } from '../fixture.ts';

describe('several results', () => {
  it('stand side by side: figures, the keys that differ, charts with a line each, a command each', () => {
    const page = renderHtmlSeveral([result({}, 40), healthy(40)], ['ipvsim run a --set kernel=5.4', null]);
    expect(page).toContain('2 runs side by side');
    expect(page).toContain('What is different about them');
    expect(page).toContain('ipvsim run a --set kernel=5.4');
    const charts = [...page.matchAll(/<div class="broad">(.*?)<\/svg>/gs)].map(([svg]) => svg!);
    expect(charts.length).toBeGreaterThanOrEqual(3);
    for (const svg of charts)
      expect(svg.match(/class="line c\d" d="M[^"]*L/g)!.length).toBeGreaterThanOrEqual(1);
    expect(charts[0]!.match(/class="line c\d" d="M[^"]*L/g)).toHaveLength(2);
  });

  it('have a chart each, to one scale, where there are more than colours', () => {
    const many = Array.from({ length: 8 }, (_, index) => (index === 3 ? healthy(40) : result({}, 40)));
    const page = renderHtmlSeveral(many);
    const ticks = [...page.matchAll(/<div class="broad">(.*?)<\/svg>/gs)]
      .map(([svg]) => svg!)
      .filter((svg) => svg.includes(': requests per second'))
      .map((svg) => [...svg.matchAll(/text-anchor="end">([^<]*)</g)].map(([, text]) => text).join());
    expect(ticks).toHaveLength(8);
    expect(new Set(ticks).size).toBe(1);
    expect(page).toContain('#7');
  });

  it('do not run what is written into a scenario', () => {
    expect(renderHtmlSeveral([hostile(), healthy()])).not.toMatch(/<script|<img|onerror="/);
  });

  it('name a key only where it differs, with durations as one writes them', () => {
    const { scenario } = result({}, 10);
    const other = { ...scenario, interval_ns: 5e8, title: 'something else' };
    expect(differences([scenario, other]).rows).toEqual([{ key: 'interval', values: ['1s', '500ms'] }]);
    expect(differences([scenario, scenario]).rows).toEqual([]);
  });
});
