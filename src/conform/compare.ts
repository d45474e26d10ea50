/**
 * Compares the model with one recorded step. Seconds may differ by one: the recorder read them a little after
 * the step, truncated. Everything else is exact.
 */
import { frameText } from './frame.ts';
import { connectionFunction, conntrackFunction, frameFunction } from './kernel_function.ts';
import type { State } from './observe.ts';
import type { Frame, RecordingHeader, Step } from './recording.ts';

export interface Divergence {
  /** Number of the step, from 1; it stands in the line below that number. */
  readonly step: number;
  readonly what: 'frames' | 'connections' | 'real servers' | 'conntrack';
  /** The kernel function whose model to look at first. */
  readonly kernelFunction: string;
  /** Lines that only the recording has, and lines that only the model has. */
  readonly recorded: readonly string[];
  readonly modelled: readonly string[];
}

/** What was there after a step, in the recording or in the model. */
export interface Outcome {
  readonly frames: readonly Frame[];
  readonly state: State;
  /** Of the model, where the recorder read at a jiffy's edge: the state on its other side. */
  readonly otherSide?: State | null;
}

export interface Comparison {
  readonly divergences: readonly Divergence[];
  /** Tables that agree only with the other side of the jiffy's edge at which they were read. */
  readonly readOnOtherSide: number;
}

export type Row = readonly (string | number)[];

const TOLERANCE_S = 1;

export function compareStep(
  header: RecordingHeader,
  number: number,
  step: Step,
  recorded: Outcome,
  modelled: Outcome,
): Comparison {
  const divergences: Divergence[] = [];
  let readOnOtherSide = 0;
  const add = <T>(
    what: Divergence['what'],
    difference: (state: State) => readonly [T[], T[]],
    text: (item: T) => string,
    kernelFunction: (missing: readonly T[], extra: readonly T[]) => string,
  ): void => {
    const [missing, extra] = difference(modelled.state);
    if (missing.length + extra.length === 0) return;
    // Each table is read at an instant of its own.
    if (what !== 'frames' && modelled.otherSide && difference(modelled.otherSide).flat().length === 0) {
      readOnOtherSide++;
      return;
    }
    divergences.push({
      step: number,
      what,
      kernelFunction: kernelFunction(missing, extra),
      recorded: missing.map(text),
      modelled: extra.map(text),
    });
  };
  add(
    'frames',
    () => unmatched(recorded.frames, modelled.frames, (a, b) => frameText(a) === frameText(b)),
    frameText,
    (missing, extra) => frameFunction(header, step, missing, extra),
  );
  add(
    'connections',
    (state) => unmatched<Row>(recorded.state.ipvs, state.ipvs, equalRows),
    rowText,
    connectionFunction,
  );
  add(
    'real servers',
    (state) => unmatched(realServers(recorded.state), realServers(state), (a, b) => a === b),
    (text) => text,
    () => 'set_tcp_state, ip_vs_bind_dest',
  );
  add('conntrack', (state) => compareConntracks(recorded.state, state), rowText, conntrackFunction);
  return { divergences, readOnOtherSide };
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

function equalRows(a: Row, b: Row): boolean {
  return a.every((value, i) =>
    typeof value === 'number' ? Math.abs(value - (b[i] as number)) <= TOLERANCE_S : value === b[i],
  );
}

export function rowText(row: Row): string {
  return row.join(' ');
}

export function realServers({ rs }: State): string[] {
  return Object.entries(rs).map(
    ([name, [weight, active, inactive]]) => `${name} weight ${weight} active ${active} inactive ${inactive}`,
  );
}

/** A row whose time has run out may linger or be gone, on either side; it then says nothing. */
function compareConntracks(recorded: State, modelled: State): [Row[], Row[]] {
  const [missing, extra] = unmatched<Row>(recorded.ct, modelled.ct, equalRows);
  const isAlive = (row: Row) => (row[6] as number) > 0;
  return [missing.filter(isAlive), extra.filter(isAlive)];
}
