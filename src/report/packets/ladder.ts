/**
 * Packets as a ladder: one column per place, an arrow per packet, the decisions and drops between them. This is
 * the layout as data; ladder_text.ts writes it, svg_ladder.ts draws it.
 */
import { reasonTitle, spokenOf } from '../../causes/words.ts';
import type { TapPoint, TraceEvent, TracePacket } from '../../measure/trace.ts';
import { endpointText } from '../../text/endpoint.ts';
import { againText, decisionText, packetAddresses, packetKind, packetTarget } from './packet_text.ts';

export const LADDER_COLUMNS = ['client', 'director', 'real server'] as const;

export interface LadderArrow {
  readonly kind: 'arrow';
  readonly at_ns: number;
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly addresses: string;
  /** The packet did not arrive. */
  readonly lost: boolean;
}

export interface LadderDecision {
  readonly kind: 'decision';
  readonly at_ns: number;
  readonly column: number;
  readonly text: string;
}

export interface LadderDrop {
  readonly kind: 'drop';
  readonly at_ns: number;
  readonly column: number;
  readonly reason: string;
  /** A few words about it. */
  readonly title: string;
  readonly kernelFunction: string;
}

/** Nothing happened for a while. */
export interface LadderGap {
  readonly kind: 'gap';
  readonly at_ns: number;
  readonly length_ns: number;
}

export type LadderStep = LadderArrow | LadderDecision | LadderDrop | LadderGap;

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

/** A step and the packet that it is about. */
interface Placed {
  readonly id: number;
  readonly step: LadderArrow | LadderDecision | LadderDrop;
}

export function ladderOf(events: readonly TraceEvent[]): Ladder {
  const start_ns = events[0]?.at_ns ?? 0;
  const steps = withGaps(joinHops(placeAll(events)), start_ns);
  return { start_ns, titles: titlesOf(events), steps };
}

function placeAll(events: readonly TraceEvent[]): Placed[] {
  const placed: Placed[] = [];
  const underWay = new Map<number, Sent>();
  /** The column in which each packet was seen last. */
  const where = new Map<number, number>();
  for (const event of events) {
    const { packet, at_ns } = event;
    const { id } = packet;
    const sent = underWay.get(id);
    const add = (step: Placed['step']) => placed.push({ id, step });
    if (event.kind === 'packet' && event.sending) {
      underWay.set(id, { point: event.point, at_ns, packet });
    } else if (event.kind === 'packet') {
      const to = COLUMN[event.point];
      underWay.delete(id);
      where.set(id, to);
      if (sent !== undefined && COLUMN[sent.point] !== to) add(arrow(sent, to, false));
    } else if (event.kind === 'decision') {
      add({ kind: 'decision', at_ns, column: where.get(id) ?? 1, text: decisionText(event) });
    } else {
      // A packet that was on its way is lost there, the others where they had arrived.
      const column = sent === undefined ? (where.get(id) ?? 1) : COLUMN[sent.point];
      if (sent !== undefined) add(arrow(sent, HEADING[sent.point], true));
      underWay.delete(id);
      const { reason, kernelFunction } = event;
      const title = reasonTitle(spokenOf(packet), reason);
      add({ kind: 'drop', at_ns, column, reason, title, kernelFunction });
    }
  }
  // The trace ends while these are on their way.
  for (const sent of underWay.values()) {
    placed.push({ id: sent.packet.id, step: arrow(sent, HEADING[sent.point], false) });
  }
  return placed;
}

function arrow(sent: Sent, to: number, lost: boolean): LadderArrow {
  return {
    kind: 'arrow',
    at_ns: sent.at_ns,
    from: COLUMN[sent.point],
    to,
    label: packetKind(sent.packet) + againText(sent.packet),
    addresses: packetAddresses(sent.packet),
    lost,
  };
}

/** A packet that passes the director without a decision worth telling is one long arrow. */
function joinHops(placed: readonly Placed[]): LadderStep[] {
  const joined = new Set<Placed>();
  return placed.flatMap((one, index) => {
    const { id, step } = one;
    if (joined.has(one)) return [];
    if (step.kind !== 'arrow' || step.to !== 1 || step.lost) return [step];
    const next = placed.slice(index + 1, index + 1 + NEAR).find((other) => other.id === id);
    if (next === undefined || next.step.kind !== 'arrow' || next.step.from !== 1 || next.step.lost)
      return [step];
    joined.add(next);
    return [{ ...step, to: next.step.to }];
  });
}

/** Steps among which a packet's second hop is looked for; more lie between only when something held it up. */
const NEAR = 40;

function withGaps(steps: readonly LadderStep[], start_ns: number): LadderStep[] {
  let last_ns = start_ns;
  return steps.flatMap((step) => {
    const gap: LadderGap = { kind: 'gap', at_ns: last_ns, length_ns: step.at_ns - last_ns };
    last_ns = Math.max(last_ns, step.at_ns);
    return gap.length_ns > GAP_NS ? [gap, step] : [step];
  });
}

function titlesOf(events: readonly TraceEvent[]): Ladder['titles'] {
  const address = (point: 'client' | 'real-server') => {
    for (const event of events) {
      if (event.kind !== 'packet' || event.point !== point) continue;
      const { source, sourcePort, protocol } = event.packet;
      if (protocol === 'icmp') continue;
      return event.sending ? endpointText(source, sourcePort) : packetTarget(event.packet);
    }
    return '';
  };
  const virtual = () => {
    for (const event of events) {
      if (event.kind !== 'packet' || event.point !== 'director-in' || event.sending) continue;
      return endpointText(event.packet.destination, event.packet.destinationPort);
    }
    return '';
  };
  return [
    [LADDER_COLUMNS[0], address('client')],
    [LADDER_COLUMNS[1], virtual()],
    [LADDER_COLUMNS[2], address('real-server')],
  ];
}
