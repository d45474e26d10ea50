/**
 * What packets went through, as plain data. TraceRecorder is a tap: it writes down each packet at each
 * observation point, each decision of a kernel function and each drop; the views in report/ (trace_text.ts,
 * why.ts, ladder.ts, pcapng.ts) are pure functions of the list. connects.ts finds the connection to look at.
 */
import type { DropReason } from '../kernel/drop_reason.ts';
import { Encapsulation, IPPROTO_ICMP, type SkBuffs } from '../kernel/sk_buff.ts';
import type { Tap, TapPoint } from '../kernel/tap.ts';
import { hostOf, portOf } from '../text/endpoint.ts';
import { type Transport, transportName } from '../text/transport.ts';

export type { DropReason, TapPoint };

/** One packet as it looked where it was seen. */
export interface TracePacket {
  /** Number of the packet within the run: the same from the host that sent it to where it ends. */
  readonly id: number;
  readonly protocol: Transport | 'icmp';
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  /** TCP flag bits; for ICMP, type << 4 | code of a destination unreachable; for SCTP, its chunk's flags << 8 | type. */
  readonly flags: number;
  /** For SCTP, the verification tag. */
  readonly seq: number;
  /** For SCTP, an initiate tag, a cookie, or a TSN, by the chunk's type. */
  readonly ack: number;
  /** Payload bytes. */
  readonly length: number;
  /** 0 for the first transmission of a segment, 1.. for the following ones. */
  readonly retransmission: number;
  /** Addresses of the outer header, when the packet travels in an IPIP tunnel. */
  readonly tunnel: { readonly source: string; readonly destination: string } | null;
  /**
   * The real server that IPVS has sent it to: by routing or in a tunnel, no address of the packet itself says so.
   * Null on the way to the director, and on the way back.
   */
  readonly realServer: string | null;
}

export type TraceEvent = {
  /** Of several nodes, the one at which it was. */
  readonly node?: string;
} & (
  | {
      readonly kind: 'packet';
      readonly at_ns: number;
      readonly point: TapPoint;
      /** True where the packet leaves the point, false where it arrives. */
      readonly sending: boolean;
      readonly packet: TracePacket;
    }
  | {
      readonly kind: 'decision';
      readonly at_ns: number;
      readonly kernelFunction: string;
      readonly branch: string;
      readonly values: Readonly<Record<string, string | number>>;
      readonly packet: TracePacket;
    }
  | {
      readonly kind: 'drop';
      readonly at_ns: number;
      readonly reason: DropReason;
      readonly kernelFunction: string;
      readonly packet: TracePacket;
    }
);

/** An address and port as numbers, the form in which packets carry them. */
export interface Endpoint {
  readonly address: number;
  readonly port: number;
}

export interface TraceOptions {
  /** Only packets from or to one of these (`10.0.0.1:32768`, `[fd00::1]:32768`); every packet when left out. */
  readonly follow?: readonly string[];
  /** Only events from this instant ... */
  readonly from_ns?: number;
  /** ... up to and including this one. */
  readonly to_ns?: number;
  /** Events kept at most (default 1 000 000). */
  readonly limit?: number;
  /** Which of them to keep: the first ones (default), or the last. */
  readonly keep?: 'first' | 'last';
  /** Stop recording after the first drop that passes the filters. */
  readonly untilDrop?: boolean;
  /** The real server of that number, and its service. */
  readonly realServer?: (
    nexthop: number,
  ) => { readonly realServer: Endpoint; readonly service: Endpoint } | null;
}

const DEFAULT_LIMIT = 1_000_000;

/** The packet that a slot holds now, as far as the trace knows. */
interface Tracked {
  readonly id: number;
  readonly from: 'client' | 'real-server' | 'director';
  /** It reached a host; whatever is seen of this slot on the wire again is another packet. */
  arrived: boolean;
}

export class TraceRecorder implements Tap {
  node: string | undefined;
  /** Drops that passed the filters, kept or not. */
  drops = 0;
  /** True when nothing more will be recorded: the caller may stop the run. */
  done = false;
  readonly #skbs: SkBuffs;
  readonly #clock: { readonly now_ns: number };
  readonly #options: TraceOptions;
  /** Ends that are followed, as far as the run has their addresses; null for all. */
  readonly #ends: readonly Endpoint[] | null;
  readonly #limit: number;
  readonly #tracked = new Map<number, Tracked>();
  /** Keys of followed connections behind masquerading. */
  readonly #lent = new Set<string>();
  #events: TraceEvent[] = [];
  #seen = 0;
  #packets = 0;

  constructor(skbs: SkBuffs, clock: { readonly now_ns: number }, options: TraceOptions = {}) {
    this.#skbs = skbs;
    this.#clock = clock;
    this.#options = options;
    this.#ends =
      options.follow?.flatMap((text) => {
        const address = skbs.book.find(hostOf(text));
        return address === null ? [] : [{ address, port: portOf(text) }];
      }) ?? null;
    this.#limit = options.limit ?? DEFAULT_LIMIT;
  }

  /** What was recorded, in order of time. */
  get events(): readonly TraceEvent[] {
    return this.#events.slice(-this.#limit);
  }

  /** True when events had to be left out for the limit's sake. */
  get truncated(): boolean {
    return this.#seen > this.#limit;
  }

  packet(point: TapPoint, skb: number, sending: boolean): void {
    const isSent = sending && (point === 'client' || point === 'real-server');
    // A host sends a new packet: what the slot held before is over.
    if (isSent) this.#tracked.delete(skb);
    if (!this.#wanted(skb)) return;
    if (sending && point === 'director-out') this.#follow(skb);
    const tracked = this.#at(point, skb, sending);
    if (!sending && (point === 'client' || point === 'real-server')) tracked.arrived = true;
    const packet = this.#describe(skb, tracked.id);
    this.#add({ kind: 'packet', at_ns: this.#clock.now_ns, point, sending, packet });
  }

  decision(
    kernelFunction: string,
    branch: string,
    skb: number,
    values: Readonly<Record<string, string | number>>,
  ): void {
    if (!this.#wanted(skb)) return;
    const packet = this.#describe(skb, this.#current(skb).id);
    const at_ns = this.#clock.now_ns;
    this.#add({ kind: 'decision', at_ns, kernelFunction, branch, values: { ...values }, packet });
  }

  drop(reason: DropReason, kernelFunction: string, skb: number): void {
    if (!this.#wanted(skb)) return;
    const packet = this.#describe(skb, this.#current(skb).id);
    this.#tracked.delete(skb);
    this.drops++;
    this.#add({ kind: 'drop', at_ns: this.#clock.now_ns, reason, kernelFunction, packet });
    if (this.#options.untilDrop === true) this.done = true;
  }

  entry(): void {}

  entryOver(): void {}

  /** Slots are used again: decides whether what is seen here is the packet that the slot held before. */
  #at(point: TapPoint, skb: number, sending: boolean): Tracked {
    const before = this.#tracked.get(skb);
    if (sending && (point === 'client' || point === 'real-server')) return this.#track(skb, point);
    if (before === undefined || before.arrived) return this.#track(skb, 'director');
    // The director's own answer (an ICMP error, a reset) may be built in the slot of what it answers.
    if (sending && point === 'director-in' && before.from === 'client') return this.#track(skb, 'director');
    if (sending && point === 'director-out' && before.from === 'real-server') {
      return this.#track(skb, 'director');
    }
    return before;
  }

  #current(skb: number): Tracked {
    return this.#tracked.get(skb) ?? this.#track(skb, 'director');
  }

  #track(skb: number, from: Tracked['from']): Tracked {
    const tracked = { id: ++this.#packets, from, arrived: false };
    this.#tracked.set(skb, tracked);
    return tracked;
  }

  #wanted(skb: number): boolean {
    if (this.done) return false;
    const { from_ns, to_ns } = this.#options;
    const { now_ns } = this.#clock;
    if (from_ns !== undefined && now_ns < from_ns) return false;
    if (to_ns !== undefined && now_ns > to_ns) {
      this.done = true;
      return false;
    }
    if (this.#ends === null) return true;
    return this.#isFollowed(skb, this.#ends) || this.#isUnderWay(skb) || this.#isLent(skb);
  }

  #isFollowed(skb: number, follow: readonly Endpoint[]): boolean {
    const skbs = this.#skbs;
    for (const { address, port } of follow) {
      if (skbs.saddr(skb) >>> 0 === address && skbs.sport(skb) === port) return true;
      if (skbs.daddr(skb) >>> 0 !== address) continue;
      // An ICMP error keeps the ports of the packet that it answers.
      if (skbs.dport(skb) === port || (skbs.sport(skb) === port && this.#isIcmp(skb))) return true;
    }
    return false;
  }

  /** A packet that was followed on its way in and has another source by now. */
  #isUnderWay(skb: number): boolean {
    return this.#tracked.get(skb)?.arrived === false;
  }

  /** Behind the director a masqueraded connection has this source, until that is lent to another one. */
  #follow(skb: number): void {
    if (this.#ends === null || this.#isFollowed(skb, this.#ends)) return;
    if (this.#isUnderWay(skb)) this.#lent.add(this.#keyOf(skb, true));
    else this.#lent.delete(this.#keyOf(skb, true));
  }

  #isLent(skb: number): boolean {
    if (this.#lent.size === 0) return false;
    return this.#lent.has(this.#keyOf(skb, true)) || this.#lent.has(this.#keyOf(skb, false));
  }

  /** Address and port of the client's side, then of the real server's, of a packet to or from the real server. */
  #keyOf(skb: number, toServer: boolean): string {
    const skbs = this.#skbs;
    const source = `${skbs.saddr(skb)} ${skbs.sport(skb)}`;
    const destination = `${skbs.daddr(skb)} ${skbs.dport(skb)}`;
    return toServer ? `${source} ${destination}` : `${destination} ${source}`;
  }

  #add(seen: TraceEvent): void {
    const event = this.node === undefined ? seen : { ...seen, node: this.node };
    this.#seen++;
    if (this.#options.keep === 'last') {
      this.#events.push(event);
      if (this.#events.length >= this.#limit * 2) this.#events = this.#events.slice(-this.#limit);
    } else if (this.#events.length < this.#limit) {
      this.#events.push(event);
    } else {
      this.done = true;
    }
  }

  #isIcmp(skb: number): boolean {
    return protocolName(this.#skbs.protocol(skb)) === 'icmp';
  }

  #describe(skb: number, id: number): TracePacket {
    const skbs = this.#skbs;
    return {
      id,
      protocol: protocolName(skbs.protocol(skb)),
      source: skbs.book.format(skbs.saddr(skb)),
      sourcePort: skbs.sport(skb),
      destination: skbs.book.format(skbs.daddr(skb)),
      destinationPort: skbs.dport(skb),
      flags: skbs.flags(skb),
      seq: skbs.seq(skb) >>> 0,
      ack: skbs.ack(skb) >>> 0,
      length: skbs.len(skb),
      retransmission: skbs.retransmission(skb),
      ...this.#whereTo(skb),
    };
  }

  /** The director's own address is in no scenario: the service's stands for it in the outer header. */
  #whereTo(skb: number): Pick<TracePacket, 'tunnel' | 'realServer'> {
    const nexthop = this.#skbs.nexthop(skb);
    const to = nexthop < 0 ? null : (this.#options.realServer?.(nexthop) ?? null);
    if (to === null) return { tunnel: null, realServer: null };
    const { realServer, service } = to;
    const { book } = this.#skbs;
    const isTunnelled = this.#skbs.encapsulation(skb) === Encapsulation.ipip;
    return {
      tunnel: isTunnelled
        ? { source: book.format(service.address), destination: book.format(realServer.address) }
        : null,
      realServer: book.formatEndpoint(realServer.address, realServer.port),
    };
  }
}

function protocolName(protocol: number): TracePacket['protocol'] {
  return protocol === IPPROTO_ICMP ? 'icmp' : transportName(protocol);
}
