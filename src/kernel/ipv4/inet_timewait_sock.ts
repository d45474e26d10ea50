/**
 * net/ipv4/inet_timewait_sock.c: connections in TIME_WAIT, 28 bytes each. They all wait equally long, so
 * they stand in a FIFO and need no timers: whoever looks something up first removes what has expired by
 * then, at the instants at which the host's timer wheel would have fired.
 *
 * The FIFO is a queue of chunks of consecutive nodes; a node keeps its number, and growing copies columns
 * but moves no node.
 */
import { type Nanoseconds, NEVER_NS } from '../../engine/clock.ts';
import { makeColumns } from '../../engine/columns.ts';
import { HashChains, mixNear, NEAR_BITS, NO_NODE } from '../../engine/hash_chains.ts';
import { unroll } from '../../engine/ring.ts';
import type { Simulation } from '../../engine/simulation.ts';
import type { TimerWheel } from '../../engine/timer_wheel.ts';

const TCP_TIMEWAIT_LEN_S = 60;
const CHUNK = 1024;
/** In `tuple`: the node has left TIME_WAIT before its time and is only waiting to be reached. */
const DEAD = -1;

const columns = {
  caddr: Int32Array,
  rcv_nxt: Int32Array,
  snd_nxt: Int32Array,
  /** tw_ts_recent, or NO_TIMESTAMP. */
  ts_recent: Int32Array,
  /** Client port and service, or DEAD. */
  tuple: Int32Array,
};

export class TimeWaits extends makeColumns(columns) {
  readonly #chains = new HashChains((node) => this.#hash(node));
  #buckets = 16;
  /** Chunks from the oldest to the newest; a ring whose capacity is a power of two. */
  #order = new Int32Array(16);
  #orderHead = 0;
  #chunks = 0;
  #freeChunks: number[] = [0];
  /** Offset of the oldest node within the first chunk, and of the next new one within the last. */
  #head = 0;
  #tail = CHUNK;
  /** Nodes that expire at one instant; a ring as well. */
  #runExpiry_ns = new Float64Array(16);
  #runLength = new Int32Array(16);
  #runHead = 0;
  #runs = 0;
  #headExpiry_ns: Nanoseconds = NEVER_NS;
  #live = 0;
  readonly #simulation: Simulation;
  readonly #timers: TimerWheel;
  readonly #onExpire: (caddr: number, cport: number, service: number) => void;

  /** `onExpire` hears of each connection that leaves the table, whatever the reason. */
  constructor(
    simulation: Simulation,
    timers: TimerWheel,
    onExpire: (caddr: number, cport: number, service: number) => void,
  ) {
    super(CHUNK);
    this.#simulation = simulation;
    this.#timers = timers;
    this.#onExpire = onExpire;
  }

  /** Connections in TIME_WAIT now. */
  get live(): number {
    this.reap();
    return this.#live;
  }

  /** inet_twsk_hashdance(): a connection begins its 60 s. */
  add(
    caddr: number,
    cport: number,
    service: number,
    rcv_nxt: number,
    snd_nxt: number,
    ts_recent: number,
  ): void {
    this.reap();
    const node = this.#append();
    this.caddr[node] = caddr;
    this.rcv_nxt[node] = rcv_nxt;
    this.snd_nxt[node] = snd_nxt;
    this.ts_recent[node] = ts_recent;
    this.tuple[node] = (cport << 16) | service;
    this.#chains.add(node, this.#hash(node));
    this.#live++;
  }

  /** The connection's node, or NO_NODE. */
  find(caddr: number, cport: number, service: number): number {
    this.reap();
    if (this.#live === 0) return NO_NODE;
    const chains = this.#chains;
    const tuple = (cport << 16) | service;
    let node = chains.first(mixNear(caddr, service, cport & ~NEAR_BITS, cport));
    while (node !== NO_NODE && (this.tuple[node] !== tuple || this.caddr[node] !== caddr)) {
      node = chains.next(node);
    }
    return node;
  }

  /** inet_twsk_deschedule_put(): the connection is over before its time. */
  remove(node: number): void {
    this.#chains.remove(node, this.#hash(node));
    const tuple = this.tuple[node]!;
    this.tuple[node] = DEAD;
    this.#live--;
    this.#onExpire(this.caddr[node]!, tuple >>> 16, tuple & 0xffff);
  }

  /** inet_twsk_reschedule(): the 60 s begin anew. */
  reschedule(node: number): void {
    const tuple = this.tuple[node]!;
    const caddr = this.caddr[node]!;
    const rcv_nxt = this.rcv_nxt[node]!;
    const snd_nxt = this.snd_nxt[node]!;
    const ts_recent = this.ts_recent[node]!;
    this.#chains.remove(node, this.#hash(node));
    this.tuple[node] = DEAD;
    this.#live--;
    this.add(caddr, tuple >>> 16, tuple & 0xffff, rcv_nxt, snd_nxt, ts_recent);
  }

  /** Removes what has expired by now. */
  reap(): void {
    while (this.#simulation.now_ns >= this.#headExpiry_ns) {
      let count = this.#runLength[this.#runHead]!;
      this.#runHead = (this.#runHead + 1) & (this.#runLength.length - 1);
      this.#runs--;
      this.#headExpiry_ns = this.#runs === 0 ? NEVER_NS : this.#runExpiry_ns[this.#runHead]!;
      while (count-- > 0) {
        const node = this.#takeOldest();
        if (this.tuple[node] !== DEAD) this.remove(node);
      }
    }
  }

  #hash(node: number): number {
    const tuple = this.tuple[node]!;
    const cport = tuple >>> 16;
    return mixNear(this.caddr[node]!, tuple & 0xffff, cport & ~NEAR_BITS, cport);
  }

  #takeOldest(): number {
    const chunk = this.#order[this.#orderHead]!;
    const node = chunk * CHUNK + this.#head++;
    if (this.#head === CHUNK) {
      this.#head = 0;
      this.#orderHead = (this.#orderHead + 1) & (this.#order.length - 1);
      this.#chunks--;
      this.#freeChunks.push(chunk);
    }
    return node;
  }

  /** A node at the end of the queue, in the run of those that expire with it. */
  #append(): number {
    if (this.#tail === CHUNK) this.#appendChunk();
    const expiry_ns = this.#timers.firingTime_ns(this.#timers.jiffies + TCP_TIMEWAIT_LEN_S * this.#timers.hz);
    const mask = this.#runLength.length - 1;
    const last = (this.#runHead + this.#runs - 1) & mask;
    if (this.#runs > 0 && this.#runExpiry_ns[last] === expiry_ns) this.#runLength[last]!++;
    else this.#appendRun(expiry_ns);
    const chunk = this.#order[(this.#orderHead + this.#chunks - 1) & (this.#order.length - 1)]!;
    return chunk * CHUNK + this.#tail++;
  }

  #appendRun(expiry_ns: Nanoseconds): void {
    if (this.#runs === this.#runLength.length) {
      this.#runExpiry_ns = unroll(this.#runExpiry_ns, this.#runHead);
      this.#runLength = unroll(this.#runLength, this.#runHead);
      this.#runHead = 0;
    }
    const run = (this.#runHead + this.#runs) & (this.#runLength.length - 1);
    this.#runExpiry_ns[run] = expiry_ns;
    this.#runLength[run] = 1;
    if (this.#runs++ === 0) this.#headExpiry_ns = expiry_ns;
  }

  #appendChunk(): void {
    if (this.#freeChunks.length === 0) this.#grow(this.capacity * 2);
    const chunk = this.#freeChunks.pop()!;
    // One more bucket for every node that has never been in use: chunks are taken in order of their number.
    const wanted = Math.max(16, (chunk + 1) * CHUNK);
    this.#chains.reserve((chunk + 1) * CHUNK - 1);
    while (this.#buckets < wanted) {
      this.#chains.addBucket();
      this.#buckets++;
    }
    if (this.#chunks === this.#order.length) {
      this.#order = unroll(this.#order, this.#orderHead);
      this.#orderHead = 0;
    }
    this.#order[(this.#orderHead + this.#chunks++) & (this.#order.length - 1)] = chunk;
    this.#tail = 0;
  }

  #grow(capacity: number): void {
    const old = this.capacity;
    this.growAll(capacity);
    for (let chunk = capacity / CHUNK - 1; chunk >= old / CHUNK; chunk--) this.#freeChunks.push(chunk);
  }
}
