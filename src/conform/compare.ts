/**
 * Compares the model with one recorded step. Seconds may differ by one: the recorder read them a little after
 * the step, truncated. Everything else is exact.
 */
import type { Director } from '../kernel/director.ts';
import { connectionRows, conntrackRows, realServerRows } from './observe.ts';
import type { ConnectionRow, ConntrackRow, Frame, RealServerRow, Step } from './recording.ts';

export interface Divergence {
  /** Index of the step, from 0. */
  readonly step: number;
  readonly what: 'frames' | 'connections' | 'real servers' | 'conntrack';
  /** The kernel function whose model to look at. */
  readonly kernelFunction: string;
  /** Lines only the recording has, and only the model has. */
  readonly recorded: readonly string[];
  readonly modelled: readonly string[];
}

export interface Expected {
  readonly ipvs: readonly ConnectionRow[];
  readonly rs: Readonly<Record<string, RealServerRow>>;
  readonly ct: readonly ConntrackRow[];
}

const TOLERANCE_S = 1;

export function compareStep(
  director: Director,
  index: number,
  step: Step,
  expected: Expected,
  frames: readonly Frame[],
): Divergence[] {
  const found: Divergence[] = [];
  const add = (
    what: Divergence['what'],
    kernelFunction: string,
    [recorded, modelled]: readonly [readonly string[], readonly string[]],
  ): void => {
    if (recorded.length + modelled.length > 0) {
      found.push({ step: index, what, kernelFunction, recorded, modelled });
    }
  };
  add(
    'frames',
    frameFunction(step, frames),
    unmatched(step.out.map(frameText), frames.map(frameText), equalText),
  );
  add(
    'connections',
    'set_tcp_state, ip_vs_conn_expire',
    unmatchedRows(expected.ipvs, connectionRows(director)),
  );
  add('real servers', 'ip_vs_bind_dest, set_tcp_state', compareRealServers(director, expected.rs));
  add(
    'conntrack',
    'nf_conntrack_tcp_packet, __nf_conntrack_confirm',
    compareConntracks(director, expected.ct),
  );
  return found;
}

function frameFunction(step: Step, frames: readonly Frame[]): string {
  if (step.op === 'server') return 'ip_vs_out, handle_response';
  return step.out.length === 0 || frames.length === 0
    ? 'ip_vs_in (drop or forward)'
    : 'ip_vs_in, ip_vs_schedule';
}

export function frameText(frame: Frame): string {
  const kind =
    frame.icmp !== undefined
      ? `ICMP ${frame.icmp}`
      : frame.ipip !== undefined
        ? `IPIP ${frame.ipip.src} > ${frame.ipip.dst} ${sortedFlags(frame.ipip.flags)}`
        : frame.udp === true
          ? 'UDP'
          : sortedFlags(frame.flags);
  return `to ${frame.to}: ${frame.src} > ${frame.dst} ${kind}${frame.rs === undefined ? '' : ` by ${frame.rs}`}`;
}

function sortedFlags(flags: string | undefined): string {
  return [...(flags ?? 'UDP')].sort().join('');
}

function equalText(a: string, b: string): boolean {
  return a === b;
}

/** Pairs off equal items and returns what is left on either side. */
function unmatched<T>(left: readonly T[], right: readonly T[], equal: (a: T, b: T) => boolean): [T[], T[]] {
  const rest = [...right];
  const missing = left.filter((item) => {
    const at = rest.findIndex((other) => equal(item, other));
    if (at !== -1) rest.splice(at, 1);
    return at === -1;
  });
  return [missing, rest];
}

type Row = readonly (string | number)[];

function equalRows(a: Row, b: Row): boolean {
  return a.every((value, i) =>
    typeof value === 'number' ? Math.abs(value - (b[i] as number)) <= TOLERANCE_S : value === b[i],
  );
}

function unmatchedRows(recorded: readonly Row[], modelled: readonly Row[]): [string[], string[]] {
  const [missing, extra] = unmatched(recorded, modelled, equalRows);
  return [missing.map(rowText), extra.map(rowText)];
}

function rowText(row: Row): string {
  return row.join(' ');
}

function compareRealServers(director: Director, expected: Expected['rs']): [string[], string[]] {
  const text = (rows: Expected['rs']) =>
    Object.entries(rows).map(
      ([name, [weight, active, inactive]]) =>
        `${name} weight ${weight} active ${active} inactive ${inactive}`,
    );
  return unmatched(text(expected), text(realServerRows(director, 0)), equalText);
}

/** A row whose time has run out may linger or be gone, on either side; it then says nothing. */
function compareConntracks(director: Director, expected: readonly ConntrackRow[]): [string[], string[]] {
  const [missing, extra] = unmatched<Row>(expected, conntrackRows(director), equalRows);
  const isAlive = (row: Row) => (row[6] as number) > 0;
  return [missing.filter(isAlive).map(rowText), extra.filter(isAlive).map(rowText)];
}
