/** A trace gathered per packet: where it was seen, what was decided about it, and what became of it. */
import type { TapPoint, TraceEvent, TracePacket } from './trace.ts';

export type Fate =
  | {
      readonly kind: 'arrived';
      readonly at_ns: number;
      readonly point: TapPoint;
      readonly packet: TracePacket;
    }
  | {
      readonly kind: 'dropped';
      readonly at_ns: number;
      readonly reason: string;
      readonly kernelFunction: string;
    }
  /** The director's own stack had no use for it, and said so to whoever sent it. */
  | {
      readonly kind: 'answered';
      readonly at_ns: number;
      readonly kernelFunction: string;
      readonly answer: string;
    }
  /** The trace ends before it arrives. */
  | { readonly kind: 'under way' };

export interface PacketStory {
  /** As it was first seen. */
  readonly packet: TracePacket;
  readonly at_ns: number;
  readonly from: TapPoint | null;
  /** The node that had it, where there are several; null where none had. */
  readonly node: string | null;
  readonly decisions: readonly Extract<TraceEvent, { kind: 'decision' }>[];
  readonly fate: Fate;
}

/** One story per packet, in the order in which they were first seen. */
export function storiesOf(events: readonly TraceEvent[]): PacketStory[] {
  const byId = new Map<number, TraceEvent[]>();
  for (const event of events) {
    const known = byId.get(event.packet.id);
    if (known === undefined) byId.set(event.packet.id, [event]);
    else known.push(event);
  }
  return [...byId.values()].map((own) => {
    const first = own[0]!;
    return {
      packet: first.packet,
      at_ns: first.at_ns,
      from: first.kind === 'packet' ? first.point : null,
      node: own.find(({ node }) => node !== undefined)?.node ?? null,
      decisions: own.filter((event) => event.kind === 'decision'),
      fate: fateOf(own),
    };
  });
}

function fateOf(own: readonly TraceEvent[]): Fate {
  const answer = own.find((event) => event.kind === 'decision' && event.branch === 'RST');
  if (answer?.kind === 'decision') {
    return {
      kind: 'answered',
      at_ns: answer.at_ns,
      kernelFunction: answer.kernelFunction,
      answer: answer.branch,
    };
  }
  const drop = own.find((event) => event.kind === 'drop');
  if (drop !== undefined) {
    const { at_ns, reason, kernelFunction } = drop;
    return { kind: 'dropped', at_ns, reason, kernelFunction };
  }
  const last = own.findLast((event) => event.kind === 'packet');
  const isHost = last?.point === 'client' || last?.point === 'real-server';
  if (last === undefined || last.sending || !isHost) return { kind: 'under way' };
  return { kind: 'arrived', at_ns: last.at_ns, point: last.point, packet: last.packet };
}
