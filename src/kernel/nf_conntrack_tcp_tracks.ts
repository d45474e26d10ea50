/**
 * The larger part of struct ip_ct_tcp: what the window check compares a segment with. A flow has a track from its
 * first packet until it comes to rest (nf_conntrack_tcp_rest.ts), so there are as many as flows that are busy.
 */
import { doubleColumn } from '../engine/columns.ts';

const NONE = -1;

export class TcpTracks {
  // seen[2], at 2*track + direction.
  td_end: Int32Array;
  td_maxend: Int32Array;
  td_maxwin: Int32Array;
  td_maxack: Int32Array;
  // The last packet, for retransmissions and for answers to ignored SYNs.
  last_seq: Int32Array;
  last_ack: Int32Array;
  last_end: Int32Array;
  #capacity: number;
  #used = 0;
  #grown = 0;
  /** The first free track; the next one is in its last_seq. */
  #freeHead = NONE;

  constructor(capacity = 64) {
    this.td_end = new Int32Array(capacity * 2);
    this.td_maxend = new Int32Array(capacity * 2);
    this.td_maxwin = new Int32Array(capacity * 2);
    this.td_maxack = new Int32Array(capacity * 2);
    this.last_seq = new Int32Array(capacity);
    this.last_ack = new Int32Array(capacity);
    this.last_end = new Int32Array(capacity);
    this.#capacity = capacity;
  }

  /** A free track, its columns undefined. */
  take(): number {
    const track = this.#freeHead;
    if (track !== NONE) {
      this.#freeHead = this.last_seq[track]!;
      return track;
    }
    if (this.#used >= this.#capacity - COLUMNS.length) this.#growOneColumn();
    return this.#used++;
  }

  release(track: number): void {
    this.last_seq[track] = this.#freeHead;
    this.#freeHead = track | 0;
  }

  /** One column for each new track, so that no packet waits for more than one to be copied. */
  #growOneColumn(): void {
    doubleColumn(this, COLUMNS[this.#grown++]!);
    if (this.#grown < COLUMNS.length) return;
    this.#capacity *= 2;
    this.#grown = 0;
  }
}

const COLUMNS = [
  'td_end',
  'td_maxend',
  'td_maxwin',
  'td_maxack',
  'last_seq',
  'last_ack',
  'last_end',
] as const;
