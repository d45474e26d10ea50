/**
 * Packets as a ladder: one column per place, an arrow per packet, the decisions and drops between them. The
 * layout is data; svg_ladder.ts draws it, and here it is written as text.
 */
import type { TapPoint, TraceEvent, TracePacket } from '../measure/trace.ts';
import { milliseconds, seconds } from './numbers.ts';
import { decisionText, packetAddresses, packetKind, retransmissionText } from './packet_text.ts';
import { reasonText } from './reasons.ts';
import { clip, type Look, PLAIN, padEnd, padStart, paint, printable, sign, wrap } from './text.ts';

export const LADDER_COLUMNS = ['client', 'director', 'real server'] as const;

export type LadderStep =
  /** A packet from one column to another; `lost` when it did not arrive. */
  | {
      readonly kind: 'arrow';
      readonly at_ns: number;
      readonly from: number;
      readonly to: number;
      readonly label: string;
      readonly addresses: string;
      readonly lost: boolean;
    }
  | { readonly kind: 'decision'; readonly at_ns: number; readonly column: number; readonly text: string }
  | {
      readonly kind: 'drop';
      readonly at_ns: number;
      readonly column: number;
      readonly reason: string;
      readonly kernelFunction: string;
    }
  /** Nothing happened for a while. */
  | { readonly kind: 'gap'; readonly at_ns: number; readonly length_ns: number };

export interface Ladder {
  readonly start_ns: number;
  /** What stands above the columns: the place, and an address where one is known. */
  readonly titles: readonly (readonly [place: string, address: string])[];
  readonly steps: readonly LadderStep[];
}

/** Longer than a round trip of any scenario with local links, shorter than the first retransmission. */
const GAP_NS = 50e6;

const COLUMN = { client: 0, 'director-in': 1, 'director-out': 1, 'real-server': 2 } as const;

/** The column that a packet sent at a point is on its way to. */
const HEADING = { client: 1, 'director-in': 0, 'director-out': 2, 'real-server': 1 } as const;

interface Sent {
  readonly point: TapPoint;
  readonly at_ns: number;
  readonly packet: TracePacket;
}

export function ladderOf(events: readonly TraceEvent[]): Ladder {
  const start_ns = events[0]?.at_ns ?? 0;
  const steps: LadderStep[] = [];
  const underWay = new Map<number, Sent>();
  /** Where each packet is now. */
  const where = new Map<number, number>();
  let last_ns = start_ns;
  const add = (step: LadderStep) => {
    if (step.at_ns - last_ns > GAP_NS)
      steps.push({ kind: 'gap', at_ns: last_ns, length_ns: step.at_ns - last_ns });
    last_ns = Math.max(last_ns, step.at_ns);
    steps.push(step);
  };
  for (const event of events) {
    const { packet, at_ns } = event;
    const sent = underWay.get(packet.id);
    if (event.kind === 'packet' && event.sending) {
      underWay.set(packet.id, { point: event.point, at_ns, packet });
    } else if (event.kind === 'packet') {
      const to = COLUMN[event.point];
      underWay.delete(packet.id);
      where.set(packet.id, to);
      if (sent !== undefined && COLUMN[sent.point] !== to) add(arrow(sent, to, false));
    } else if (event.kind === 'decision') {
      add({ kind: 'decision', at_ns, column: where.get(packet.id) ?? 1, text: decisionText(event) });
    } else {
      // A packet that was on its way is lost there, the others where they had arrived.
      const column = sent === undefined ? (where.get(packet.id) ?? 1) : COLUMN[sent.point];
      if (sent !== undefined) add(arrow(sent, HEADING[sent.point], true));
      underWay.delete(packet.id);
      add({ kind: 'drop', at_ns, column, reason: event.reason, kernelFunction: event.kernelFunction });
    }
  }
  // What is still on its way has no arrival to be ordered by.
  for (const sent of underWay.values()) add(arrow(sent, HEADING[sent.point], true));
  return { start_ns, titles: titlesOf(events), steps };
}

function arrow(sent: Sent, to: number, lost: boolean): LadderStep {
  const again = retransmissionText(sent.packet);
  return {
    kind: 'arrow',
    at_ns: sent.at_ns,
    from: COLUMN[sent.point],
    to,
    label: again === '' ? packetKind(sent.packet) : `${packetKind(sent.packet)}, ${again}`,
    addresses: packetAddresses(sent.packet),
    lost,
  };
}

function titlesOf(events: readonly TraceEvent[]): Ladder['titles'] {
  const address = (point: 'client' | 'real-server') => {
    for (const event of events) {
      if (event.kind !== 'packet' || event.point !== point) continue;
      const { source, sourcePort, destination, destinationPort, protocol } = event.packet;
      if (protocol === 'icmp') continue;
      return event.sending ? `${source}:${sourcePort}` : `${destination}:${destinationPort}`;
    }
    return '';
  };
  const virtual = () => {
    for (const event of events) {
      if (event.kind !== 'packet' || event.point !== 'director-in' || event.sending) continue;
      return `${event.packet.destination}:${event.packet.destinationPort}`;
    }
    return '';
  };
  return [
    [LADDER_COLUMNS[0], address('client')],
    [LADDER_COLUMNS[1], virtual()],
    [LADDER_COLUMNS[2], address('real-server')],
  ];
}

/** Time since the ladder's first step, as text. */
export function sinceStart(at_ns: number, start_ns: number): string {
  const since_ns = at_ns - start_ns;
  return since_ns < 1e9 ? milliseconds(since_ns / 1e6) : `${(since_ns / 1e9).toFixed(3)} s`;
}

const TIME_COLUMNS = 10;

/** The ladder as text, as wide as the terminal. */
export function renderLadder(events: readonly TraceEvent[], look: Look = PLAIN): string {
  const ladder = ladderOf(events);
  const gap = Math.max(14, Math.floor((look.columns - TIME_COLUMNS - 6) / 2));
  const bars = [0, gap, gap * 2].map((offset) => TIME_COLUMNS + 2 + offset);
  const bar = look.unicode ? '│' : '|';
  const empty = () => {
    const cells: string[] = Array.from({ length: bars[2]! + 1 }, () => ' ');
    for (const position of bars) cells[position] = bar;
    return cells;
  };
  const head = ladder.titles.map(([place, address]) => `${place} ${address}`.trim());
  const lines = [
    `${' '.repeat(TIME_COLUMNS + 2)}${padEnd(clip(head[0]!, gap - 1), gap)}${padEnd(clip(head[1]!, gap - 1), gap)}${head[2]}`,
  ];
  for (const step of ladder.steps) {
    const time = padStart(sinceStart(step.at_ns, ladder.start_ns), TIME_COLUMNS);
    if (step.kind === 'arrow') lines.push(arrowLine(step, time, empty(), bars, look));
    else if (step.kind === 'gap')
      lines.push(padStart('...', TIME_COLUMNS) + `  ${seconds(step.length_ns / 1e9)} later`);
    else lines.push(noteLine(step, look));
  }
  return `${sign(look, lines.map((line) => line.trimEnd()).join('\n'))}\n`;
}

function arrowLine(
  step: Extract<LadderStep, { kind: 'arrow' }>,
  time: string,
  cells: string[],
  bars: readonly number[],
  look: Look,
): string {
  const dash = look.unicode ? '─' : '-';
  const leftmost = Math.min(bars[step.from]!, bars[step.to]!);
  const rightmost = Math.max(bars[step.from]!, bars[step.to]!);
  for (let position = leftmost + 1; position < rightmost; position++) cells[position] = dash;
  const rightwards = step.to > step.from;
  const head = step.lost ? 'x' : rightwards ? '>' : '<';
  if (rightwards) cells[rightmost - 1] = head;
  else cells[leftmost + 1] = head;
  const label = ` ${clip(printable(step.label), rightmost - leftmost - 6, look)} `;
  [...label].forEach((character, index) => {
    cells[leftmost + 3 + index] = character;
  });
  return time + cells.join('').slice(TIME_COLUMNS);
}

function noteLine(step: Extract<LadderStep, { kind: 'decision' | 'drop' }>, look: Look): string {
  const indent = ' '.repeat(TIME_COLUMNS + 2);
  if (step.kind === 'decision') return wrap(printable(step.text), look.columns, `${indent}· `);
  const text = `dropped: ${reasonText(step.reason).title} (${step.reason}), by ${step.kernelFunction}()`;
  return paint(look, 'red', wrap(printable(text), look.columns, `${indent}✗ `));
}
