/**
 * Sequence numbers that a script leaves out: what each end of a flow would send next, had everything it
 * sent and was sent arrived. Ends are told apart by address and port as the sender sees them.
 */
import type { PacketStep } from './packet_script.ts';

export interface Numbers {
  readonly seq: number;
  readonly ack: number;
}

interface End {
  /** The next byte that it sends. */
  next: number;
  /** The next byte that it wants. */
  wants: number;
  last: Numbers;
}

/** Far apart, so that a new life of a port is later than the old one and outside its window. */
const ISN_STEP = 100_000_000;

export class Flows {
  readonly #clients = new Map<string, End>();
  readonly #servers = new Map<string, End>();
  #isns = 0;

  /** The numbers of this packet; remembers what it has taken. */
  take(step: PacketStep): Numbers {
    if (step.flags === null) return NONE;
    const fromClient = step.from === 'client';
    const client = fromClient ? step.source : step.destination;
    const own = end(fromClient ? this.#clients : this.#servers, client);
    if (step.again) return own.last;
    const peer = end(fromClient ? this.#servers : this.#clients, client);
    const opens = step.flags.includes('S');
    if (opens) own.next = (++this.#isns * ISN_STEP) >>> 0;
    const seq = step.seq ?? own.next;
    const ack = step.ack ?? (step.flags.includes('A') ? own.wants : 0);
    const taken = step.length + (opens ? 1 : 0) + (step.flags.includes('F') ? 1 : 0);
    own.next = (seq + taken) >>> 0;
    own.last = { seq, ack };
    peer.wants = own.next;
    return own.last;
  }
}

const NONE: Numbers = { seq: 0, ack: 0 };

function end(ends: Map<string, End>, client: string): End {
  const known = ends.get(client);
  if (known !== undefined) return known;
  const made = { next: 0, wants: 0, last: NONE };
  ends.set(client, made);
  return made;
}
