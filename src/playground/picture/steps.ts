/** To the next instant worth a look, or back to the one before; and the marks of a run. */
import type { RequestQuery } from '../../asked_request.ts';
import { PORT_ENTRY_OVER, PORT_SYN_DROPPED } from '../../measure/port_events.ts';
import type { RunView } from '../run/run_view.ts';

export type StepKind = 'packet' | 'drop' | 'expiry' | 'event';

export const STEP_KINDS: readonly (readonly [kind: StepKind, name: string])[] = [
  ['packet', 'packet that changes a port'],
  ['drop', 'dropped SYN'],
  ['expiry', 'entry that ends'],
  ['event', 'event of the scenario'],
];

/** Steps of one kind that follow each other more closely than that are one: a burst of drops is seen as one. */
const APART_NS: Readonly<Record<StepKind, number>> = { packet: 0, drop: 1e6, expiry: 1e6, event: 0 };

/** The nearest of that kind after (1) or before (-1) the instant; null where there is none that is known. */
export function nextStep(view: RunView, kind: StepKind, from_ns: number, direction: 1 | -1): number | null {
  const apart_ns = APART_NS[kind];
  const isBeyond = (at_ns: number) =>
    direction === 1 ? at_ns > from_ns + apart_ns : at_ns < from_ns - apart_ns;
  if (kind === 'event') {
    const instants = view.scenario.events.map(({ at_ns }) => at_ns).sort((a, b) => direction * (a - b));
    return instants.find(isBeyond) ?? null;
  }
  const { at_ns, what, length } = view.events;
  for (let row = rowAfter(view, from_ns, direction); row >= 0 && row < length; row += direction) {
    if (isOf(kind, what[row]!) && isBeyond(at_ns[row]!)) return at_ns[row]!;
  }
  return null;
}

/** The connect whose SYN was dropped at the instant or, where none was, the nearest to it; null where there is none. */
export function droppedNear(view: RunView, at_ns: number): RequestQuery | null {
  const { events, owner } = view;
  const found = ([1, -1] as const).flatMap((direction) => {
    let row = rowAfter(view, at_ns, direction);
    while (row >= 0 && row < events.length && events.what[row] !== PORT_SYN_DROPPED) row += direction;
    return row >= 0 && row < events.length ? [row] : [];
  });
  const distance = (row: number) => Math.abs(events.at_ns[row]! - at_ns);
  const [nearest] = found.sort((a, b) => distance(a) - distance(b));
  if (nearest === undefined) return null;
  return {
    kind: 'opened',
    source: `${owner.address}:${events.port[nearest]}`,
    at_ns: events.at_ns[nearest]!,
  };
}

function isOf(kind: StepKind, what: number): boolean {
  if (kind === 'drop') return what === PORT_SYN_DROPPED;
  return (kind === 'expiry') === (what === PORT_ENTRY_OVER);
}

/** The first row after an instant, or the last one before it. */
function rowAfter({ events: { at_ns, length } }: RunView, from_ns: number, direction: 1 | -1): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const isBefore = direction === 1 ? at_ns[middle]! <= from_ns : at_ns[middle]! < from_ns;
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  return direction === 1 ? low : low - 1;
}

export interface Mark {
  readonly at_ns: number;
  readonly name: string;
}

/** So many events have a button of their own. */
const MOST_EVENTS = 4;

/** The cliff, the recovery and the scenario's events, in order of time. */
export function marksOf({ scenario, result }: RunView): Mark[] {
  const cliff = result?.cliff ?? null;
  const instants = [...new Set(scenario.events.map(({ at_ns }) => at_ns))].slice(0, MOST_EVENTS);
  const marks = instants.map((at_ns): Mark => ({ at_ns, name: 'event' }));
  if (cliff !== null) {
    marks.push({ at_ns: cliff.first_drop_s * 1e9, name: 'the cliff' });
    const { recovery_s, over_s } = cliff;
    if (recovery_s !== null) marks.push({ at_ns: recovery_s * 1e9, name: 'recovery' });
    if (over_s != null && over_s !== recovery_s) marks.push({ at_ns: over_s * 1e9, name: 'over for good' });
  }
  return marks.sort((a, b) => a.at_ns - b.at_ns);
}
