/** The still port map: every cell that is drawn is one that the map has, at a size that can be mailed. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { portOwners } from '../../../src/measure/port_events.ts';
import { NO_ENTRY, PortMap, portCells } from '../../../src/measure/port_map.ts';
import type { Result } from '../../../src/measure/result.ts';
import { renderHtml } from '../../../src/report/html/html.ts';
import { type PortsTold, portFigures, portMoments } from '../../../src/report/ports/port_moments.ts';
import { portPanel, portPanels } from '../../../src/report/ports/port_panel.ts';
import { renderPortsSvg } from '../../../src/report/ports/svg_ports.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';
import { portsRun } from '../../../src/trace_run.ts';

function told(set: readonly string[]): { told: PortsTold; result: Result } {
  const text = readFileSync(new URL('../../../scenarios/k8s-cliff.yaml', import.meta.url), 'utf8');
  const { scenario } = parseScenario(text, { set: ['expect=[]', 'duration=25s', ...set] });
  const [owner] = portOwners(scenario!);
  const { run, log } = portsRun(scenario!, owner!);
  run.advance(Number.POSITIVE_INFINITY);
  const result = run.result();
  return { result, told: { owner: owner!, events: log.events, moments_ns: portMoments(result) } };
}

let seed: ReturnType<typeof told>;
let scattered: ReturnType<typeof told>;
beforeAll(() => {
  seed = told([]);
  scattered = told(['kernel=5.4', 'clients.0.kernel=6.1']);
});

/** Cells that the paths of a panel cover. */
function area(svg: string): number {
  const sizes = [...svg.matchAll(/h(\d+)v(\d+)h-\d+z/g)];
  return sizes.reduce((sum, [, width, height]) => sum + Number(width) * Number(height), 0);
}

test('moments: on the way, just before the fall, in it, and at its end', () => {
  expect(seed.told.moments_ns).toEqual([8.1e9, 15.6e9, 20.1e9, 20.6e9, 25e9]);
  expect(portMoments({ ...seed.result, cliff: null })).toEqual([]);
});

test('each port with an entry, and each that has just been opened or refused, is drawn once', () => {
  const { events, owner, moments_ns } = seed.told;
  const map = new PortMap(events);
  const cells = portCells(events, owner.ports);
  for (const at_ns of moments_ns) {
    map.seek(at_ns);
    const { svg, every } = portPanel(map, cells);
    expect(every).toBe(1);
    const { free, byKind } = portFigures(map, cells);
    const entries = [...byKind.values()].reduce((sum, count) => sum + count, 0);
    expect(entries + free).toBe(cells.count);
    let glowing = 0;
    for (let port = cells.first; port <= owner.ports[1]; port += cells.step) {
      const isLit = at_ns - map.opened_ns[port]! < 0.35e9 || at_ns - map.dropped_ns[port]! < 6e9;
      if (map.kind[port] === NO_ENTRY && isLit) glowing++;
    }
    expect(area(svg)).toBe(entries + glowing);
  }
});

test('the fall shows: dropped SYNs from the first drop on, and none before', () => {
  const map = new PortMap(seed.told.events);
  const cells = portCells(seed.told.events, seed.told.owner.ports);
  const isDropping = portPanels(map, cells, seed.told.moments_ns).map(({ svg }) =>
    svg.includes('port-dropped'),
  );
  expect(isDropping).toEqual([false, false, true, true, true]);
});

describe('size', () => {
  test('scattered ports are thinned, alike in all panels, and the report stays small', () => {
    const { events, owner, moments_ns } = scattered.told;
    const panels = portPanels(new PortMap(events), portCells(events, owner.ports), moments_ns);
    expect(new Set(panels.map(({ every }) => every)).size).toBe(1);
    expect(panels[0]!.every).toBeGreaterThan(1);
    const without = renderHtml(scattered.result).length;
    const all = renderHtml(scattered.result, { ports: scattered.told }).length;
    expect(all - without).toBeLessThan(300_000);
    expect(renderHtml(seed.result, { ports: seed.told }).length).toBeLessThan(160_000);
  });

  test('equal runs are equal bytes', () => {
    const options = { title: 'a & <b>', subtitle: '', captions: [] };
    const svg = renderPortsSvg(seed.told, options);
    expect(svg).toBe(renderPortsSvg(seed.told, options));
    expect(svg).toContain('a &amp; &lt;b&gt;');
    expect(svg.length).toBeLessThan(20_000);
  });
});

test('the report says in words and figures what the picture shows', () => {
  const html = renderHtml(seed.result, { ports: seed.told });
  expect(html.match(/class="chart port-map"/g)).toHaveLength(5);
  expect(html).toContain('1024 at the top left to 65534 at the bottom right, every second one');
  expect(html).toContain('no SYN is dropped');
  expect(html).toContain('SYNs dropped in the second before');
  expect(renderHtml(seed.result)).not.toContain('port-map"');
});
