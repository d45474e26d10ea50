/** A result as Markdown, for pull requests and $GITHUB_STEP_SUMMARY. */

import { reasonTitle, spokenIn } from '../../causes/words.ts';
import type { Result } from '../../measure/result.ts';
import { escapeMarkdown, markdownCode } from '../../text/escape.ts';
import { causeOf } from '../cause.ts';
import { repeatCommand } from '../command.ts';
import { cpuSentence } from '../cpu.ts';
import { idleText, refusalText } from '../ending.ts';
import { kernelNames, nodeRows } from '../nodes.ts';
import { count, milliseconds, rate, seconds } from '../numbers.ts';
import { openerOf } from '../opener.ts';
import { column } from '../series.ts';
import { sparkline } from '../sparkline.ts';
import { latencyCeiling } from '../summary.ts';
import { printable } from '../text.ts';
import { measured, overall, tally, VERDICT_SIGN } from '../verdicts.ts';

export interface MarkdownOptions {
  readonly command?: string;
}

/** One section per result, with a table of all results before them when there are several. */
export function renderMarkdown(results: readonly Result[], options: MarkdownOptions = {}): string {
  const overview = results.length > 1 ? [overviewTable(results)] : [];
  return `${[...overview, ...results.map((result) => section(result, options))].join('\n\n')}\n`;
}

function overviewTable(results: readonly Result[]): string {
  const rows = results.map((result) => {
    const { scenario, totals, cliff, expectations } = result;
    return [
      expectations.length === 0 ? '' : VERDICT_SIGN[overall(expectations)],
      escapeMarkdown(printable(scenario.name)),
      count(totals.complete),
      count(totals.failed),
      rate(totals.rps),
      cliff === null
        ? '–'
        : `${rate(cliff.rps_before)} → ${rate(cliff.rps_after)} at ${seconds(cliff.first_drop_s)}`,
      tally(expectations),
    ];
  });
  return markdownTable(
    ['', 'scenario', 'requests', 'failed', 'per s', 'cliff', 'expected'],
    ['left', 'left', 'right', 'right', 'right', 'left', 'left'],
    rows,
  );
}

function section(result: Result, options: MarkdownOptions): string {
  const { scenario, expectations } = result;
  const cause = causeOf(result);
  const cpu = cpuSentence(result);
  const title = scenario.title === '' ? scenario.name : `${scenario.name}: ${scenario.title}`;
  const blocks = [
    `## ${escapeMarkdown(printable(title))}`,
    result.interrupted
      ? `**Interrupted** after ${seconds(result.end_s)}; the figures cover only that.`
      : (idleText(result) ?? ''),
    escapeMarkdown(printable(refusalText(result) ?? '')),
    charts(result),
    cpu === null ? '' : `**CPU:** ${escapeMarkdown(cpu)}`,
    cause === null ? '' : `**Why:** ${escapeMarkdown(printable(cause))}`,
    expectations.length === 0 ? '' : `**Expected:** ${tally(expectations)}\n\n${verdictTable(result)}`,
    totalsTable(result),
    dropsTable(result),
    nodesTable(result),
    `Repeat with ${markdownCode(printable(options.command ?? repeatCommand(result)))} (ipvsim ${escapeMarkdown(
      printable(result.ipvsim),
    )}, kernel model ${escapeMarkdown(printable(kernelNames(scenario)))}, scenario ${escapeMarkdown(
      printable(result.scenarioHash),
    )}).`,
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

function nodesTable(result: Result): string {
  const table = nodeRows(result);
  if (table === null) return '';
  const rows = table.rows.map(({ name, connections, servers }) => [
    escapeMarkdown(name),
    count(connections),
    escapeMarkdown(servers),
  ]);
  return `${table.heading}\n\n${markdownTable(['node', 'connections', 'to'], ['left', 'right', 'left'], rows)}`;
}

function charts(result: Result): string {
  const lines = [
    `qps      ${sparkline(column(result, 'qps'), { columns: 60 })}`,
    `connect  ${sparkline(column(result, 'connect_p50_ms'), { columns: 60, pick: 'max', max: latencyCeiling(result) })}`,
    `inact    ${sparkline(column(result, 'inact_conn'), { columns: 60 })}`,
  ];
  return `\`\`\`text\n${lines.map((line) => line.trimEnd()).join('\n')}\n\`\`\``;
}

function verdictTable({ expectations }: Result): string {
  const rows = expectations.map((verdict) => [
    VERDICT_SIGN[verdict.verdict],
    markdownCode(printable(verdict.expression)),
    measured(verdict),
    verdict.verdict === 'pass' ? '' : escapeMarkdown(printable(verdict.message)),
  ]);
  return markdownTable(['', 'expectation', 'measured', ''], ['left', 'left', 'right', 'left'], rows);
}

function totalsTable({ totals, times_ms, scenario }: Result): string {
  const { connect } = times_ms;
  return markdownTable(
    [
      'requests',
      'failed',
      'per s',
      'connect median',
      'connect p99',
      'connect max',
      `${openerOf(scenario)}s dropped`,
      'packets dropped',
    ],
    ['right', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
    [
      [
        count(totals.complete),
        count(totals.failed),
        rate(totals.rps),
        milliseconds(connect.median),
        milliseconds(connect.percentiles['99'] ?? connect.max),
        milliseconds(connect.max),
        count(totals.syn_dropped),
        count(totals.packets_dropped),
      ],
    ],
  );
}

function dropsTable({ drops, scenario }: Result): string {
  const rows = Object.entries(drops)
    .filter(([, packets]) => packets > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, packets]) => [
      count(packets),
      escapeMarkdown(printable(reasonTitle(spokenIn(scenario), reason))),
      markdownCode(printable(reason)),
    ]);
  return rows.length === 0
    ? ''
    : markdownTable(['packets dropped', 'why', 'reason'], ['right', 'left', 'left'], rows);
}

function markdownTable(
  titles: readonly string[],
  align: readonly ('left' | 'right')[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = line(align.map((side) => (side === 'right' ? '---:' : '---')));
  return [line(titles), rule, ...rows.map(line)].join('\n');
}
