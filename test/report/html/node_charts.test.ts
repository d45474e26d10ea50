import { expect, test } from 'vitest';
import type { Result } from '../../../src/measure/result.ts';
import { renderHtml } from '../../../src/report/html/html.ts';
import { result as aResult } from '../fixture.ts';

/** Three seconds of nodes of that name, each with its entries, and a second in which the last one drops. */
function resultOf(names: readonly string[]): Result {
  const result = aResult();
  const node = (name: string, index: number) => ({
    name,
    connections: 30 * (index + 1),
    entries: 30,
    packets_dropped: 0,
    realServers: [],
  });
  const columns = names.flatMap((name, index) => [
    [`node.connections[${name}]`, [10 * (index + 1), 10 * (index + 1), 10 * (index + 1)]],
    [`node.entries[${name}]`, [10, 20, 30 + index]],
  ]);
  return {
    ...result,
    nodes: names.map(node),
    series: {
      ...Object.fromEntries(
        Object.entries(result.series).map(([name, values]) => [name, values.slice(0, 3)]),
      ),
      ...Object.fromEntries(columns),
      [`node.packets_dropped[${names.at(-1)}]`]: [0, 7, 0],
    },
  };
}

const titles = (html: string): string[] =>
  [...html.matchAll(/aria-label="([^"]*, by node)"/gu)].map((match) => match[1]!);

test('a run of several nodes has charts of what each scheduled, holds and drops, with a legend', () => {
  const html = renderHtml(resultOf(['node1', 'node2']));
  expect(new Set(titles(html))).toEqual(
    new Set([
      'Connections scheduled per second over the run, by node',
      'Entries in the connection tables over the run, by node',
      'Packets dropped over the run, by node',
    ]),
  );
  expect(html).toContain('>node2</text>');
  // And the figures behind them, for whoever sees no chart.
  expect(html).toContain('<th scope="col" class="number">entries of node2</th>');
});

test('of many nodes the busiest have a colour of their own, and the others are one layer', () => {
  const names = Array.from({ length: 9 }, (_, index) => `node${index + 1}`);
  const html = renderHtml(resultOf(names));
  expect(html).toContain('>4 others</text>');
  expect(html).toContain('>node9</text>');
  expect(html).not.toContain('>node4</text>');
  expect(html).not.toContain('entries of node1');
});

test('a run of one node has none of them', () => {
  expect(titles(renderHtml(aResult()))).toEqual([]);
});
