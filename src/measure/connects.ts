/**
 * Finds the connection to look at: a tap that keeps one row per connection attempt of every client, so that
 * "the request at 31 s", "request 17 000" and "port 32770" become an address, a port and a span of time.
 * A second run with the same seed then records exactly that (see trace.ts).
 */
import type { DropReason } from '../kernel/drop_reason.ts';
import {
  IPPROTO_ICMP,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  type SkBuffs,
  TH_ACK,
  TH_RST,
  TH_SYN,
} from '../kernel/sk_buff.ts';
import type { Tap, TapPoint } from '../kernel/tap.ts';
import { SctpChunk, sctpChunkType } from '../text/sctp_chunk.ts';
import { type Transport, transportName } from '../text/transport.ts';

/** One connect() over TCP or SCTP, from its first SYN (or INIT) to what became of it. */
export interface ConnectAttempt {
  /** 1 for the first attempt of the run. */
  readonly number: number;
  readonly protocol: Transport;
  readonly source: number;
  readonly sourcePort: number;
  readonly destination: number;
  readonly destinationPort: number;
  readonly start_ns: number;
  /** When the client knew; null while it is still trying. */
  end_ns: number | null;
  outcome: 'established' | 'refused' | 'pending';
  /** SYNs sent, the first one included. */
  syns: number;
  /** SYNs of it that were dropped, and why the first one was. */
  dropped: number;
  reason: DropReason | null;
  /** The attempt before it from the same port to the same place. */
  readonly previous: ConnectAttempt | null;
}

/** Which attempt: one under way at an instant, the n-th of the run, or one from a source port. */
export type ConnectQuery =
  | { readonly at_ns: number }
  | { readonly request: number }
  | { readonly sourcePort: number };

export class ConnectLog implements Tap {
  readonly attempts: ConnectAttempt[] = [];
  readonly #skbs: SkBuffs;
  readonly #clock: { readonly now_ns: number };
  /** Latest attempt by destination, then by source. */
  readonly #latest = new Map<number, Map<number, ConnectAttempt>>();
  /** Latest attempt by source alone: behind the director a SYN has another destination. */
  readonly #bySource = new Map<number, ConnectAttempt>();

  constructor(skbs: SkBuffs, clock: { readonly now_ns: number }) {
    this.#skbs = skbs;
    this.#clock = clock;
  }

  packet(point: TapPoint, skb: number, sending: boolean): void {
    if (point !== 'client') return;
    if (sending) this.#sent(skb);
    else this.#received(skb);
  }

  decision(): void {}

  entry(): void {}

  entryOver(): void {}

  drop(reason: DropReason, _kernelFunction: string, skb: number): void {
    if (!this.#skbs.isSyn(skb)) return;
    const attempt = this.#bySource.get(endpoint(this.#skbs.saddr(skb) >>> 0, this.#skbs.sport(skb)));
    if (attempt === undefined || attempt.outcome !== 'pending') return;
    attempt.dropped++;
    attempt.reason ??= reason;
  }

  #sent(skb: number): void {
    if (!this.#skbs.isSyn(skb)) return;
    const skbs = this.#skbs;
    const source = endpoint(skbs.saddr(skb) >>> 0, skbs.sport(skb));
    const destination = endpoint(skbs.daddr(skb) >>> 0, skbs.dport(skb));
    let bySource = this.#latest.get(destination);
    if (bySource === undefined) this.#latest.set(destination, (bySource = new Map()));
    const previous = bySource.get(source) ?? null;
    if (this.#skbs.retransmission(skb) > 0 && previous !== null) {
      previous.syns++;
      return;
    }
    const attempt: ConnectAttempt = {
      number: this.attempts.length + 1,
      protocol: transportName(skbs.protocol(skb)),
      source: skbs.saddr(skb) >>> 0,
      sourcePort: skbs.sport(skb),
      destination: skbs.daddr(skb) >>> 0,
      destinationPort: skbs.dport(skb),
      start_ns: this.#clock.now_ns,
      end_ns: null,
      outcome: 'pending',
      syns: 1,
      dropped: 0,
      reason: null,
      previous,
    };
    this.attempts.push(attempt);
    bySource.set(source, attempt);
    this.#bySource.set(source, attempt);
  }

  #received(skb: number): void {
    const skbs = this.#skbs;
    const isIcmp = skbs.protocol(skb) === IPPROTO_ICMP;
    const protocol = skbs.protocol(skb);
    if (!isIcmp && protocol !== IPPROTO_TCP && protocol !== IPPROTO_SCTP) return;
    const [source, destination] = isIcmp
      ? [endpoint(skbs.daddr(skb) >>> 0, skbs.sport(skb)), endpoint(skbs.saddr(skb) >>> 0, skbs.dport(skb))]
      : [endpoint(skbs.daddr(skb) >>> 0, skbs.dport(skb)), endpoint(skbs.saddr(skb) >>> 0, skbs.sport(skb))];
    const attempt = this.#latest.get(destination)?.get(source);
    if (attempt === undefined || attempt.outcome !== 'pending') return;
    // sctp_v4_err(), v6.1: SCTP goes on trying.
    if (isIcmp && attempt.protocol === 'sctp') return;
    const outcome = isIcmp ? 'refused' : outcomeOf(protocol, skbs.flags(skb));
    if (outcome === null) return;
    attempt.outcome = outcome;
    attempt.end_ns = this.#clock.now_ns;
  }
}

/**
 * The attempt that a question is about, null when there is none. Among several it is the one that
 * took the most SYNs, then the earliest: whoever asks why wants to see the slow one.
 */
export function findConnect(attempts: readonly ConnectAttempt[], query: ConnectQuery): ConnectAttempt | null {
  if ('request' in query) return attempts[query.request - 1] ?? null;
  if ('sourcePort' in query) return slowest(attempts.filter((one) => one.sourcePort === query.sourcePort));
  const { at_ns } = query;
  const underWay = attempts.filter((one) => one.start_ns <= at_ns && (one.end_ns ?? at_ns) >= at_ns);
  return slowest(underWay) ?? attempts.find((one) => one.start_ns >= at_ns) ?? null;
}

function slowest(attempts: readonly ConnectAttempt[]): ConnectAttempt | null {
  let found: ConnectAttempt | null = null;
  for (const attempt of attempts) if (found === null || attempt.syns > found.syns) found = attempt;
  return found;
}

/** What a client learns from a packet while it connects; null where it waits on. */
function outcomeOf(protocol: number, flags: number): 'refused' | 'established' | null {
  if (protocol === IPPROTO_SCTP) {
    const type = sctpChunkType(flags);
    if (type === SctpChunk.ABORT) return 'refused';
    return type === SctpChunk['COOKIE-ACK'] ? 'established' : null;
  }
  if ((flags & TH_RST) !== 0) return 'refused';
  return (flags & (TH_SYN | TH_ACK)) === (TH_SYN | TH_ACK) ? 'established' : null;
}

/** Address and port in one number: 48 bits, exact in a double. */
function endpoint(address: number, port: number): number {
  return address * 65536 + port;
}
