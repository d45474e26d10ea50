/**
 * struct ip_ct_tcp of the flows that are busy: a record of sixteen words each, one line of the cache. An entry names
 * its track by where the record begins (ConntrackTable.proto). A flow has a track from its first packet until it
 * comes to rest (nf_conntrack_tcp_rest.ts), so there are only as many as flows that packets pass just now.
 */
import { resize } from '../../engine/columns.ts';

const WORDS = 16;
const NONE = -1;

// seen[2], at TD_... | direction.
export const TD_END = 0;
export const TD_MAXEND = 2;
export const TD_MAXWIN = 4;
export const TD_MAXACK = 6;
/** IP_CT_TCP_FLAG_... of a side. */
export const TD_FLAGS = 8;
// The last packet, for retransmissions and for answers to ignored SYNs.
export const LAST_SEQ = 10;
export const LAST_ACK = 11;
export const LAST_END = 12;
/** Direction in bit 7, IP_CT_EXP_CHALLENGE_ACK in bit 6, SIMULTANEOUS_OPEN in bit 5, packet index below. */
export const LAST = 13;
/** Whether the last packet's window was noted, which is then TCP_WINDOW: 0 or 1. */
export const LAST_WIN = 14;
export const RETRANS = 15;

export class TcpTracks {
  words = new Int32Array(64 * WORDS);
  #used = 0;
  /** The first free track; the next one is in its first word. */
  #freeHead = NONE;

  /** A free track, its words undefined. */
  take(): number {
    const track = this.#freeHead;
    if (track !== NONE) {
      this.#freeHead = this.words[track]!;
      return track;
    }
    if (this.#used === this.words.length) this.words = resize(this.words, this.#used * 2);
    this.#used += WORDS;
    return this.#used - WORDS;
  }

  release(track: number): void {
    this.words[track] = this.#freeHead;
    this.#freeHead = track | 0;
  }

  /** Tracks in use, counted: for tests. */
  get live(): number {
    let free = 0;
    for (let track = this.#freeHead; track !== NONE; track = this.words[track]!) free++;
    return this.#used / WORDS - free;
  }
}
