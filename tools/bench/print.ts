/** The figures as tables on a screen: medians, with the smallest and the largest in brackets. */
import { decimals, grouped, megabytes, type Spread, shown } from './figures.ts';
import type { Machine } from './machine.ts';
import type { Measured } from './measure.ts';
import type { Target } from './targets.ts';

export function printMachine({ processor, cores, memory_bytes, system, node, load_before }: Machine): void {
  const memory = `${(memory_bytes / 2 ** 30).toFixed(0)} GiB`;
  console.log(`${processor}, ${cores} cores, ${memory}, ${system}, Node ${node}, load ${load_before} before`);
}

export function printPushPoll(times: Measured['push_poll']): void {
  printTable(
    ['push + poll, bare queue', 'ns a pair'],
    times.map(({ pending, ns }) => [`${grouped(pending)} pending`, shown(ns, grouped)]),
  );
}

export function printCases({ cases, million_to_small, bare_loop }: Measured): void {
  const all = Object.entries(cases);
  printTable(
    ['case', 'thousand requests/s', 'thousand packets/s', 'ns a packet', 'pairs', 'pairs at 1000'],
    all.map(([name, figures]) => [
      name,
      shown(figures.requests_per_cpu_s, thousands),
      shown(figures.packets_per_cpu_s, thousands),
      shown(figures.packet_ns, grouped),
      shown(figures.pairs_per_packet, decimals(2)),
      shown(figures.pairs_1000_per_packet, decimals(2)),
    ]),
  );
  console.log(
    'Per second of processor time. Pairs: time of a packet over that of a bare push + poll, measured in the same\n' +
      'process, of a queue with an event for every entry and 1000 for requests in flight; and of one with 1000.\n' +
      `A packet of c-million over one of c-small-table: ${shown(million_to_small, decimals(2))}.\n` +
      bareLoopText(bare_loop),
  );
  printTable(
    [
      'case',
      'entries',
      'tables, MB',
      'process, MB',
      'peak, MB',
      'bytes an entry',
      'collections',
      'longest, ms',
    ],
    all.map(([name, figures]) => [
      name,
      grouped(figures.entries),
      ...memoryCells(figures),
      shown(figures.collections, grouped),
      shown(figures.longest_pause_ms, decimals(1)),
    ]),
  );
  console.log(
    'Tables are the ArrayBuffers, of which a process holds the parts it has written to. Process and peak are above an\n' +
      'idle process; the bytes of an entry are those of the process.',
  );
}

function bareLoopText(bareLoop: Measured['bare_loop']): string {
  if (bareLoop === null) return 'No C compiler (cc): the bare loop in C was not measured.';
  const { requests_per_cpu_s, steady_share } = bareLoop;
  return (
    `The bare loop in C: ${shown(requests_per_cpu_s, thousands)} thousand requests/s; a-mode0-steady comes to ` +
    `${shown(steady_share, decimals(2))} of that.`
  );
}

export function printGrowth(growth: Measured['growth']): void {
  printTable(
    [
      'growth to',
      'ns a packet',
      'tables, MB',
      'process, MB',
      'peak, MB',
      'bytes an entry',
      'longest packet, ms',
    ],
    growth.map((figures) => [
      grouped(figures.entries),
      shown(figures.packet_ns, grouped),
      ...memoryCells(figures),
      shown(figures.longest_packet_ms, decimals(1)),
    ]),
  );
}

export function printCommands({ help_ms, seed_case_ms, demo_ms }: Measured['commands']): void {
  const seconds = (ms: number) => (ms / 1e3).toFixed(2);
  printTable(
    ['command', 'wall time'],
    [
      ['ipvsim --help', `${shown(help_ms, grouped)} ms`],
      ['ipvsim run k8s-cliff-mode0 (300 s)', `${shown(seed_case_ms, seconds)} s`],
      ['npm start', `${shown(demo_ms, seconds)} s`],
    ],
  );
}

export function printTargets(targets: readonly Target[]): void {
  const number = (value: number) => (value < 100 ? decimals(2) : grouped)(value);
  printTable(
    ['to reach (medians; of pauses the worst)', 'measured', 'limit', ''],
    targets.map(({ what, measured, bound, limit, held }) => [
      what,
      measured === null ? '-' : number(measured),
      `${bound} ${number(limit)}`,
      held === null ? 'not measured' : held ? 'held' : 'not held',
    ]),
  );
}

type MemoryFigures = Readonly<
  Record<'tables_bytes' | 'process_bytes' | 'peak_bytes' | 'process_bytes_per_entry', Spread>
>;

function memoryCells(figures: MemoryFigures): string[] {
  return [
    shown(figures.tables_bytes, megabytes),
    shown(figures.process_bytes, megabytes),
    shown(figures.peak_bytes, megabytes),
    shown(figures.process_bytes_per_entry, grouped),
  ];
}

function thousands(value: number): string {
  return (value / 1e3).toFixed(0);
}

/** A table on the screen, after an empty line: the first column to the left, the others to the right. */
function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd();
  console.log(`\n${[header, ...rows].map(line).join('\n')}`);
}
