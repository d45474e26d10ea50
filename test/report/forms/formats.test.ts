import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../../src/measure/result.ts';
import { renderComparison } from '../../../src/report/comparison.ts';
import { FORMATS } from '../../../src/report/forms/formats.ts';
import { FIRST_COLUMNS } from '../../../src/report/series.ts';
import { renderSummary } from '../../../src/report/summary.ts';
import { renderCliffSvg } from '../../../src/report/svg/svg_cliff.ts';
import { PLAIN, width } from '../../../src/report/text.ts';
import { healthy, hostile, result, scenario, VERDICTS } from '../fixture.ts';

/** Formatters must not touch recorded output: only names that they leave alone. */
const RECORDED: Readonly<Record<string, string>> = { json: 'json.out.json', svg: 'svg.svg' };

describe('every format', () => {
  // A short run keeps the recorded files small; the seed case's figures are in the summaries below.
  const results = [result({}, 40), healthy(40)];

  it.each(FORMATS.map((format) => [format.name, format] as const))(
    '%s looks as recorded',
    async (name, format) => {
      const text = format.render(results, {
        commands: ['ipvsim run k8s-cliff --seed ipvsim', null],
        file: 'scenarios/k8s-cliff.yaml',
      });
      await expect(text).toMatchFileSnapshot(`../golden/${RECORDED[name] ?? `${name}.txt`}`);
    },
  );

  it.each(FORMATS.map((format) => [format.name, format] as const))(
    '%s survives a result of an older version',
    (_, format) => {
      const saved = JSON.parse(
        readFileSync(new URL('../golden/json.out.json', import.meta.url), 'utf8'),
      ) as Result;
      const first: readonly string[] = FIRST_COLUMNS;
      const series = Object.fromEntries(
        Object.entries(saved.series).filter(([name]) => first.includes(name)),
      );
      expect(format.render([{ ...saved, series }])).not.toBe('');
    },
  );

  it.each(FORMATS.map((format) => [format.name, format] as const))('%s says the same twice', (_, format) => {
    expect(format.render([result({}, 20)])).toBe(format.render([structuredClone(result({}, 20))]));
  });

  it.each(['table', 'ab', 'markdown', 'junit', 'html', 'svg'])(
    '%s lets no control character through',
    (name) => {
      const text = FORMATS.find((format) => format.name === name)!.render([hostile()]);
      expect(
        [...text].filter((character) => /[\p{Cc}\u202e]/u.test(character) && character !== '\n'),
      ).toEqual([]);
    },
  );

  it('has a name of its own and a description', () => {
    expect(new Set(FORMATS.map(({ name }) => name)).size).toBe(FORMATS.length);
    for (const { description } of FORMATS) expect(description).not.toBe('');
  });

  it('renders a run in which nothing happened', () => {
    const nothing = result(
      {
        cliff: null,
        drops: {},
        expectations: [],
        connect_ms_histogram: {},
        total_ms_histogram: {},
        realServers: [],
        series: Object.fromEntries(FIRST_COLUMNS.map((name) => [name, []])),
        totals: {
          ...result().totals,
          complete: 0,
          failed: 0,
          seconds: 0,
          rps: 0,
          syn_dropped: 0,
          response_bytes: 0,
        },
      },
      1,
    );
    for (const format of FORMATS) {
      const text = format.render([nothing]);
      expect(text, format.name).not.toMatch(/NaN|Infinity|undefined/);
    }
  });
});

describe('the summary', () => {
  it('of the seed case', async () => {
    await expect(renderSummary(result())).toMatchFileSnapshot('../golden/summary-cliff.txt');
  });

  it('in ASCII and with a command of its own', async () => {
    const look = { colour: false, unicode: false, columns: 80 };
    const text = renderSummary(result(), { look, command: 'ipvsim run mine.yaml --set kernel=5.4' });
    await expect(text).toMatchFileSnapshot('../golden/summary-ascii.txt');
    expect([...text].every((character) => character.charCodeAt(0) < 128)).toBe(true);
  });

  it('colours signs and headings, and nothing else', () => {
    const coloured = renderSummary(result(), { look: { ...PLAIN, colour: true } });
    expect(coloured).toContain('\u001b[31m✗\u001b[0m');
    expect(coloured.replace(/\p{Cc}\[[0-9]+m/gu, '')).toBe(renderSummary(result()));
  });

  it('marks a run that was stopped', () => {
    expect(renderSummary(result({ interrupted: true }, 30))).toContain(
      'Interrupted: everything below covers the first 30 s only.',
    );
  });

  it('repeats what was set on the command line', () => {
    expect(renderSummary(healthy())).toContain(
      'Repeat: ipvsim run mode-0 --seed ipvsim --set sysctl.net.ipv4.vs.conn_reuse_mode=0\n',
    );
  });

  it('names the sysctls in force when the drops began, not at the start', () => {
    const events = [
      { at_ns: 10e9, action: { kind: 'sysctl', key: 'net.ipv4.vs.conn_reuse_mode', value: 3 } },
      { at_ns: 60e9, action: { kind: 'sysctl', key: 'net.ipv4.vs.conn_reuse_mode', value: 0 } },
    ] as const;
    expect(renderSummary(result({ scenario: scenario({ events }) }))).toContain(
      '(conn_reuse_mode=3, conntrack=1)',
    );
  });

  it('says why requests failed where there is no cliff', () => {
    const failed = healthy();
    const totals = { ...failed.totals, failed: 12 };
    expect(renderSummary({ ...failed, totals, errors: { EADDRNOTAVAIL: 12 } })).toContain(
      'Why: 12 requests found no free source port; no packet of them was sent.',
    );
    expect(renderSummary({ ...failed, totals, drops: { no_dest: 12 } })).toContain(
      'Why: 12 packets found no real server.',
    );
  });

  it.each([60, 80, 100])('keeps its own lines within %i columns', (columns) => {
    const long = { ...VERDICTS[2]!, message: 'a message that is longer than any line should be, '.repeat(4) };
    const text = renderSummary(result({ expectations: [...VERDICTS, long] }), {
      look: { ...PLAIN, columns },
    });
    for (const line of text.split('\n')) expect(width(line), line).toBeLessThanOrEqual(columns);
  });
});

describe('the comparison', () => {
  const compared = [
    { label: 'mode 1', result: result() },
    { label: 'mode 0', result: healthy() },
    { label: 'the pod IP, without IPVS at all', result: healthy(120) },
  ];

  it('puts results side by side in 80 columns', async () => {
    const text = renderComparison(compared, { title: 'The seed case' });
    for (const line of text.split('\n')) expect(width(line), line).toBeLessThanOrEqual(80);
    await expect(text).toMatchFileSnapshot('../golden/comparison.txt');
  });

  it('draws a shorter run shorter', () => {
    const rows = renderComparison(compared).split('\n');
    const bars = (row: string) => row.match(/█+/)?.[0].length ?? 0;
    expect(bars(rows[3]!) / bars(rows[2]!)).toBeCloseTo(120 / 300, 1);
  });

  it('tells a cause once, with the names of all that share it', () => {
    const text = renderComparison([compared[0]!, { label: 'again', result: result() }]);
    expect(text.match(/Why/g)).toHaveLength(1);
    expect(text).toContain('Why mode 1, again: ');
  });
});

it('the picture for the README has two lines and its own colours', async () => {
  const other = { result: healthy(40), label: 'conn_reuse_mode=0' };
  const svg = renderCliffSvg(result({}, 40), {
    title: 'Two <runs> & a cliff',
    label: 'conn_reuse_mode=1',
    other,
  });
  expect(svg).toContain('Two &lt;runs&gt; &amp; a cliff');
  expect(svg).toContain('prefers-color-scheme:dark');
  await expect(svg).toMatchFileSnapshot('../golden/cliff.svg');
});
