import { describe, expect, it } from 'vitest';
import { ENTRY_KINDS } from '../../../src/kernel/ipvs/ip_vs_conn.ts';
import { dropSpans, times } from '../../../src/report/series.ts';
import { lttb, type Point } from '../../../src/report/svg/lttb.ts';
import { textWidth } from '../../../src/report/svg/svg.ts';
import { type ChartOptions, heatStrip, lineChart, stackedChart } from '../../../src/report/svg/svg_chart.ts';
import { NARROW_WIDTH } from '../../../src/report/svg/svg_frame.ts';
import { ENTRY_COLOURS, THEME_CSS } from '../../../src/report/svg/svg_theme.ts';
import { result } from '../fixture.ts';

const options: ChartOptions = {
  title: 'a <title>',
  x: { from: 0, to: 10, unit: 's' },
  y: { kind: 'linear', from: 0, name: 'things', format: String },
  times: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
};

function paths(svg: string): string[] {
  return [...svg.matchAll(/<path class="(?:line )?[cf]\d"[^>]* d="([^"]*)"/g)]
    .map((match) => match[1]!)
    .filter((d) => !d.endsWith('h14'));
}

describe('down-sampling', () => {
  it('keeps the ends and the one peak that matters', () => {
    const points: Point[] = Array.from({ length: 1000 }, (_, x) => [x, x === 617 ? 50 : 0]);
    const few = lttb(points, 20);
    expect(few).toHaveLength(20);
    expect(few[0]).toEqual([0, 0]);
    expect(few.at(-1)).toEqual([999, 0]);
    expect(few).toContainEqual([617, 50]);
  });

  it('keeps order, and leaves short lists alone', () => {
    const points: Point[] = Array.from({ length: 500 }, (_, x) => [x, Math.sin(x)]);
    const few = lttb(points, 50).map(([x]) => x);
    expect(few).toEqual([...few].sort((a, b) => a - b));
    expect(lttb(points.slice(0, 10), 50)).toEqual(points.slice(0, 10));
    expect(lttb([], 50)).toEqual([]);
  });
});

describe('the line chart', () => {
  it('leaves a gap where there is no value, and shows a lonely one', () => {
    const values = [1, 1, null, 1, null, 1, 1, 1, 1, 1, 1];
    const svg = lineChart(options, [{ name: 'a', colour: 1, values }]);
    expect(paths(svg)[0]!.match(/M/g)).toHaveLength(2);
    expect(svg).toMatch(/class="line c1 dots" d="M[\d.]+,[\d.]+h0"/);
  });

  it('keeps values within the frame', () => {
    const svg = lineChart({ ...options, y: { ...options.y, to: 5 } }, [
      { name: 'a', colour: 1, values: options.times.map((t) => t * 100) },
    ]);
    const ys = [...paths(svg)[0]!.matchAll(/[ML][\d.]+,([\d.-]+)/g)].map((match) => Number(match[1]));
    expect(Math.min(...ys)).toBeGreaterThanOrEqual(34);
  });

  it('escapes what it is called and what its lines are called', () => {
    const svg = lineChart(options, [{ name: '<b onload="x">', colour: 1, values: options.times }]);
    expect(svg).not.toContain('<b ');
    expect(svg).toContain('a &lt;title&gt;');
  });

  it('draws at most some hundred points of a long series', () => {
    const many = Array.from({ length: 50_000 }, (_, row) => row);
    const svg = lineChart({ ...options, x: { ...options.x, to: 50_000 }, times: many }, [
      { name: 'a', colour: 1, values: many.map((row) => row % 97) },
    ]);
    expect(svg.length).toBeLessThan(20_000);
  });

  it('labels events above the plot, off each other and off the lines of other events', () => {
    const ats = [0, 0.1, 0.2, 2, 2.1, 2.2, 5, 9.7, 9.9, 9.9, 10];
    const marks = ats.map((at, index) => ({ at, label: `event ${index}` }));
    const svg = lineChart({ ...options, marks }, [{ name: 'a', colour: 1, values: options.times }]);
    const lines = [
      ...svg.matchAll(/<line class="mark" x1="([\d.]+)" x2="[\d.]+" y1="([\d.]+)" y2="([\d.]+)"/g),
    ];
    const labels = [
      ...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]* text-anchor="(start|end)">event (\d+)</g),
    ].map(([, x, y, anchor, index]) => {
      const wide = textWidth(`event ${index}`, 11);
      const from = anchor === 'start' ? Number(x) : Number(x) - wide;
      return { index, from, to: from + wide, y: Number(y) };
    });
    expect(labels).toHaveLength(ats.length);
    const top = Math.min(
      ...paths(svg).flatMap((d) => [...d.matchAll(/,([\d.]+)/g)].map(([, y]) => Number(y))),
    );
    labels.forEach((label, place) => {
      expect(label.y).toBeLessThan(top);
      for (const other of labels.slice(place + 1)) {
        const apart = label.to < other.from || other.to < label.from || label.y !== other.y;
        expect([label.index, other.index, apart]).toEqual([label.index, other.index, true]);
      }
      for (const [, x, from] of lines) {
        const crosses = Number(from) < label.y - 6 && Number(x) > label.from + 1 && Number(x) < label.to - 1;
        expect([label.index, x, crosses]).toEqual([label.index, x, false]);
      }
    });
  });

  it('has no lane for hundreds of events, but a line for each', () => {
    const marks = Array.from({ length: 150 }, (_, index) => ({ at: index / 15, label: `event ${index}` }));
    const svg = lineChart({ ...options, marks }, [{ name: 'a', colour: 1, values: options.times }]);
    expect(svg.match(/class="mark"/g)).toHaveLength(150);
    expect(Number(/viewBox="0 0 860 (\d+)"/.exec(svg)![1])).toBeLessThan(300);
  });

  it('counts things in whole numbers, and writes no tick twice', () => {
    const y = { ...options.y, isCount: true, format: (value: number) => String(Math.round(value)) };
    const svg = lineChart({ ...options, y }, [{ name: 'a', colour: 1, values: options.times.map(() => 1) }]);
    expect([...svg.matchAll(/text-anchor="end">(\d+)</g)].map(([, text]) => text)).toEqual(['0', '1']);
    const rounded = lineChart({ ...options, y: { ...y, isCount: false } }, [
      { name: 'a', colour: 1, values: options.times.map(() => 1) },
    ]);
    expect([...rounded.matchAll(/text-anchor="end">(\d+)</g)].map(([, text]) => text)).toEqual(['0', '1']);
  });

  it('keeps its legend on a phone: below the heading, within the picture', () => {
    const names = ['10.244.1.5:8080', '10.244.1.6:8080', '10.244.1.7:8080', '10.244.1.8:8080'];
    const lines = names.map((name, index) => ({ name, colour: index + 1, values: options.times }));
    const svg = lineChart({ ...options, width: NARROW_WIDTH }, lines);
    for (const name of names) {
      const x = Number(new RegExp(`<text x="([\\d.]+)"[^>]*>${name}<`).exec(svg)![1]);
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + textWidth(name)).toBeLessThanOrEqual(NARROW_WIDTH);
    }
  });

  it('survives a series of zeros, and none at all', () => {
    for (const values of [options.times.map(() => 0), [], options.times.map(() => null)]) {
      for (const kind of ['linear', 'log'] as const) {
        const y = { ...options.y, kind, from: kind === 'log' ? 0.1 : 0 };
        expect(lineChart({ ...options, y }, [{ name: 'a', colour: 1, values }])).not.toMatch(/NaN|Infinity/);
      }
    }
  });
});

describe('the stacked chart', () => {
  it('puts layers on top of each other', () => {
    const layers = [
      { name: 'low', colour: 1, values: options.times.map(() => 3) },
      { name: 'high', colour: 2, values: options.times.map(() => 1) },
    ];
    const [low, high] = paths(stackedChart({ ...options, y: { ...options.y, to: 4 } }, layers));
    const top = (path: string) =>
      Math.min(...[...path.matchAll(/,([\d.]+)/g)].map((match) => Number(match[1])));
    expect(top(high!)).toBe(34);
    expect(top(low!)).toBeCloseTo(34 + (186 - 34) / 4, 0);
  });
});

describe('the heat strip', () => {
  it('joins neighbours of the same shade and leaves out what has no value', () => {
    const strip = heatStrip(
      {
        title: 'heat',
        heading: 'heat',
        times: [1, 2, 3, 4, 5],
        interval: 1,
        x: { from: 0, to: 5 },
        bounds: [1, 10],
        names: ['low', 'middle', 'high'],
      },
      [{ name: 'p50', values: [0.5, 0.9, 5, null, 50] }],
    );
    const cells = [...strip.matchAll(/<rect class="h(\d)" x="([\d.]+)" y="25"/g)].map(([, shade]) => shade);
    expect(cells).toEqual(['0', '1', '2']);
  });
});

describe('spans of drops', () => {
  it('begin with the first interval that has drops and forgive short pauses', () => {
    const base = result({}, 20);
    const dropped = (rows: readonly number[]) => ({
      ...base,
      series: {
        ...base.series,
        'drops[old_conntrack]': times(base).map((_, row) => (rows.includes(row) ? 5 : 0)),
        // Losses on links are everywhere, and shade nothing.
        'drops[link_loss]': times(base).map(() => 1),
      },
    });
    expect(dropSpans(dropped([4, 5, 8]))).toEqual([{ from: 4, to: 9 }]);
    expect(dropSpans(dropped([4, 12]))).toEqual([
      { from: 4, to: 5 },
      { from: 12, to: 13 },
    ]);
    expect(dropSpans(dropped([]))).toEqual([]);
  });
});

describe('the colours', () => {
  it('of entries are one for each kind, and neighbours in a stack differ', () => {
    expect(ENTRY_COLOURS.map(([kind]) => kind).sort()).toEqual([...ENTRY_KINDS].sort());
    ENTRY_COLOURS.slice(1, 7).forEach(([kind, colour], index) => {
      expect([kind, colour]).not.toEqual([kind, ENTRY_COLOURS[index]![1]]);
    });
  });

  // Brettel, Vienot and Mollon's planes as linear maps (Vienot 1999), on linear light.
  const BLIND = {
    protan: [0.11238, 0.88762, 0, 0.11238, 0.88762, 0, 0.00401, -0.00401, 1],
    deutan: [0.29275, 0.70725, 0, 0.29275, 0.70725, 0, -0.02234, 0.02234, 1],
  } as const;

  it.each(['light', 'dark'] as const)(
    'of series are told apart by red- and green-blind eyes: %s',
    (scheme) => {
      const [light, dark] = THEME_CSS.split('@media (prefers-color-scheme:dark)');
      const css = scheme === 'light' ? light! : dark!;
      const colours = [1, 2, 3, 4, 5, 6].map((n) => new RegExp(`--c${n}:#([0-9a-f]{6})`).exec(css)![1]!);
      for (const [eyes, map] of Object.entries(BLIND)) {
        const seen = colours.map((hex) => seenBy(hex, map));
        seen.forEach((a, index) => {
          seen.slice(index + 1).forEach((b, more) => {
            const apart = Math.hypot(...a.map((value, channel) => value - b[channel]!));
            expect([eyes, index + 1, index + 2 + more, apart > 10]).toEqual([
              eyes,
              index + 1,
              index + 2 + more,
              true,
            ]);
          });
        });
      }
    },
  );
});

/** CIE L*a*b* of a colour as eyes with that map see it. */
function seenBy(hex: string, map: readonly number[]): number[] {
  const linear = [0, 2, 4]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  const times = (m: readonly number[], v: readonly number[]) =>
    [0, 1, 2].map((row) => v.reduce((sum, value, column) => sum + m[row * 3 + column]! * value, 0));
  const rgb = times(map, linear).map((value) => Math.min(1, Math.max(0, value)));
  const xyz = times([0.4124, 0.3576, 0.1805, 0.2126, 0.7152, 0.0722, 0.0193, 0.1192, 0.9505], rgb);
  const [x, y, z] = xyz.map((value, index) => Math.cbrt(value / [0.9505, 1, 1.089][index]!));
  return [116 * y! - 16, 500 * (x! - y!), 200 * (y! - z!)];
}
