/** What `ipvsim run` prints: what was run, what happened, why, whether it was expected, and how to repeat it. */

import { slowShare } from '../causes/cliff.ts';
import type { Result, Verdict } from '../measure/result.ts';
import { CONTROLLER_SYSCTLS } from '../scenario/controllers/controller_kind.ts';
import { controllerName } from '../scenario/controllers/controllers.ts';
import { causeOf } from './cause.ts';
import { chainsSentence } from './chains.ts';
import { repeatCommand } from './command.ts';
import { cpuSentence } from './cpu.ts';
import { idleText, refusalText } from './ending.ts';
import { kernelNames, nodesText } from './nodes.ts';
import { count, milliseconds, rate, seconds } from './numbers.ts';
import { openerOf } from './opener.ts';
import { column, largest } from './series.ts';
import { type SparklineOptions, sparkline } from './sparkline.ts';
import { clip, type Look, PLAIN, padEnd, paint, printable, sign, width, wrap } from './text.ts';
import { measured, tally, VERDICT_SIGN, VERDICT_STYLE } from './verdicts.ts';

export interface SummaryOptions {
  readonly look?: Look;
  /** The command that repeats this run, when the caller knows a better one than the name and seed give. */
  readonly command?: string;
}

export function renderSummary(result: Result, options: SummaryOptions = {}): string {
  const { look = PLAIN, command = repeatCommand(result) } = options;
  const cause = causeOf(result);
  const cpu = cpuSentence(result);
  const chains = chainsSentence(result);
  const blocks = [
    head(result, look),
    charts(result, look),
    wrap(totalsLine(result), look.columns),
    chains === null ? null : wrap(chains, look.columns, paint(look, 'bold', 'Table: ')),
    nodesText(result, look),
    cpu === null ? null : wrap(cpu, look.columns, paint(look, 'bold', 'CPU: ')),
    cause === null ? null : wrap(printable(cause), look.columns, paint(look, 'bold', 'Why: ')),
    expectations(result.expectations, look),
    `Repeat: ${printable(command)}`,
  ];
  return `${sign(look, blocks.filter((block) => block !== null && block !== '').join('\n'))}\n`;
}

function head(result: Result, look: Look): string {
  const { scenario } = result;
  const origins = Object.values(scenario.sysctlOrigin);
  const set = origins.filter((origin) => origin !== 'kernel default').length;
  const facts = [
    `ipvsim ${printable(result.ipvsim)}`,
    `kernel model ${printable(kernelNames(scenario))}`,
    `seed ${printable(scenario.seed)}`,
    `scenario ${printable(result.scenarioHash)}`,
    set === 0 ? 'all sysctls at their kernel defaults' : `${set} ${set === 1 ? 'sysctl' : 'sysctls'} set`,
  ];
  const title = printable(scenario.title === '' ? scenario.name : `${scenario.name}: ${scenario.title}`);
  const stopped = paint(
    look,
    'yellow',
    `Interrupted: everything below covers the first ${seconds(result.end_s)} only.`,
  );
  const idle = idleText(result);
  const refused = refusalText(result);
  return [
    joinFitting(facts, look.columns),
    paint(look, 'bold', wrap(title, look.columns)),
    ...controllerLines(result).map((line) => wrap(printable(line), look.columns)),
    ...(result.interrupted ? [stopped] : []),
    ...(idle === null ? [] : [wrap(idle, look.columns)]),
    ...(refused === null ? [] : [paint(look, 'yellow', wrap(printable(refused), look.columns))]),
  ].join('\n');
}

/** Which sysctls the controller has set, and which of them the scenario has set otherwise. */
function controllerLines({ scenario }: Result): string[] {
  const { controller } = scenario;
  if (controller === undefined) return [];
  const name = controllerName(controller);
  const settings = Object.entries(scenario.sysctlOrigin)
    .filter(([key]) => isSet(scenario, key))
    .map(([key, origin]) => ({ text: `${key.replace(/^.*\./u, '')} ${scenario.sysctl[key]}`, origin }));
  const own = settings.filter(({ origin }) => origin === name).map(({ text }) => text);
  const overruled = settings
    .filter(({ origin }) => origin.endsWith(')') && origin.includes(`(${name} sets `))
    .map(({ text, origin }) => `${text} by the ${origin}`);
  return [
    `Set by ${name}: ${own.length === 0 ? 'nothing' : own.join(', ')}`,
    ...overruled,
    ...nodeControllerLines(scenario),
  ];
}

/** kube-proxy without a service that passes IPVS leaves IPVS's own settings alone. */
function isSet({ services }: Result['scenario'], key: string): boolean {
  return (
    !key.startsWith('net.ipv4.vs.') || services.some(({ path }) => path === 'ipvs' || path === 'ipvs-bpf')
  );
}

/** Named so in the summary. */
const MOST_NODES = 5;

/** Nodes whose controller is of another release, or whose settings are others, as its kernel may bring about. */
function nodeControllerLines(scenario: Result['scenario']): string[] {
  const { nodes = [] } = scenario;
  const lines = nodes.flatMap(({ name, controller, sysctl }) => {
    const settings = Object.entries(sysctl).flatMap(([key, value]) =>
      CONTROLLER_SYSCTLS.includes(key) && isSet(scenario, key)
        ? [`${key.replace(/^.*\./u, '')} ${value}`]
        : [],
    );
    const release = controller === undefined ? [] : [controllerName(controller)];
    return release.length + settings.length === 0
      ? []
      : [`On ${name}: ${[...release, ...settings].join(', ')}`];
  });
  const rest = lines.length - MOST_NODES;
  return rest <= 0 ? lines : [...lines.slice(0, MOST_NODES), `and otherwise on ${rest} more nodes`];
}

/** Facts joined by dots, on as many lines as they need. */
function joinFitting(facts: readonly string[], columns: number): string {
  const lines: string[] = [];
  for (const fact of facts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 3 + fact.length <= columns)
      lines[lines.length - 1] = `${last} · ${fact}`;
    else lines.push(fact);
  }
  return lines.join('\n');
}

/** Sparklines of the three columns that tell the story. */
function charts(result: Result, look: Look): string {
  const { cliff, totals } = result;
  const label = 10;
  const note = 34;
  const columns = Math.max(20, Math.min(60, look.columns - label - note - 4));
  const line = (name: string, metric: string, text: string, sparklineOptions: SparklineOptions = {}) => {
    const values = column(result, metric);
    if (values.length === 0) return [];
    const drawn = sparkline(values, { columns, unicode: look.unicode, ...sparklineOptions });
    return [
      `  ${padEnd(name, label - 2)}${paint(look, 'cyan', drawn)}  ${clip(text, look.columns - label - columns - 2)}`,
    ];
  };
  const qps =
    cliff === null
      ? `${rate(totals.rps)} /s on average`
      : `${rate(cliff.rps_before)} → ${rate(cliff.rps_after)} /s at ${seconds(cliff.first_drop_s)}`;
  const connect =
    cliff === null
      ? `median ${milliseconds(result.times_ms.connect.median)}, max ${milliseconds(result.times_ms.connect.max)}`
      : `median ${milliseconds(cliff.connect_p50_before_ms)} → ${milliseconds(cliff.connect_p50_after_ms)}${slowShare(cliff)}`;
  const entries = largest(column(result, 'inact_conn'));
  return [
    ...line('qps', 'qps', qps),
    ...line('connect', 'connect_p50_ms', connect, { pick: 'max', max: latencyCeiling(result) }),
    ...line('inact', 'inact_conn', `at most ${count(entries ?? 0)} inactive entries`),
  ].join('\n');
}

/** Top of a sparkline of latencies: a run without a slow connect shall look flat, not full. */
export function latencyCeiling(...results: readonly Result[]): number {
  return Math.max(10, ...results.map((result) => largest(column(result, 'connect_p50_ms')) ?? 0));
}

function totalsLine({ totals, scenario }: Result): string {
  const { complete, failed, seconds: elapsed, rps } = totals;
  const figures = `${count(complete)} requests in ${seconds(elapsed)}: ${rate(rps)}/s, ${count(failed)} failed`;
  return `${figures}; ${lossText(totals, openerOf(scenario))}`;
}

/** What was dropped, in few words: most often SYNs, and then nothing but SYNs. */
function lossText(
  { packets_dropped, syn_dropped, syn_retransmitted }: Result['totals'],
  opener: string,
): string {
  const again = syn_retransmitted === 0 ? '' : `, ${count(syn_retransmitted)} sent again`;
  if (packets_dropped === syn_dropped && syn_dropped > 0)
    return `${count(syn_dropped)} ${opener}s dropped${again}`;
  const syns = syn_dropped === 0 ? '' : `, ${count(syn_dropped)} of them ${opener}s`;
  const packets = packets_dropped === 0 ? 'no packet dropped' : `${count(packets_dropped)} packets dropped`;
  return `${packets}${syns}${syn_retransmitted === 0 ? '' : `, ${count(syn_retransmitted)} ${opener}s sent again`}`;
}

function expectations(verdicts: readonly Verdict[], look: Look): string {
  if (verdicts.length === 0) return '';
  const widest = Math.min(54, Math.max(...verdicts.map(({ expression }) => width(printable(expression)))));
  const rows = verdicts.map((verdict) => {
    const text = padEnd(sign(look, VERDICT_SIGN[verdict.verdict]), look.unicode ? 1 : 4);
    const mark = paint(look, VERDICT_STYLE[verdict.verdict], text);
    const value = verdict.verdict === 'unknown' ? printable(verdict.message) : measured(verdict);
    return wrap(value, look.columns, `  ${mark} ${padEnd(printable(verdict.expression), widest)}  `);
  });
  return `Expected: ${tally(verdicts)}\n${rows.join('\n')}`;
}
