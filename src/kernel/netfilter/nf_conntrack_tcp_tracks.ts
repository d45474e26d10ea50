/**
 * struct ip_ct_tcp of the flows that are busy: a record of sixteen words each, one line of the cache. An entry names
 * its track by where the record begins (ConntrackTable.proto). A flow has a track from its first packet until it
 * comes to rest (nf_conntrack_tcp_rest.ts), so there are only as many as flows that packets pass just now.
 *
 * A side is a track together with a direction, `track | ctdir`; the side opposite is `side ^ 1`.
 */
import { resize } from '../../engine/columns.ts';

const WORDS = 16;
const NONE = -1;

// seen[2]: a word for each direction.
const TD_END = 0;
const TD_MAXEND = 2;
const TD_MAXWIN = 4;
const TD_MAXACK = 6;
const TD_FLAGS = 8;
// The last packet, for retransmissions and for answers to ignored SYNs.
const LAST_SEQ = 10;
const LAST_ACK = 11;
const LAST_END = 12;
/** Direction in bit 7, the flow's marks in bits 6 and 5, the kind of packet (enum tcp_bit_set) below. */
const LAST = 13;
/** Whether the last packet's window was noted, which is then TCP_WINDOW: 0 or 1. */
const LAST_WIN = 14;
const RETRANS = 15;

const LAST_INDEX_MASK = 0x0f;
const LAST_DIR_SHIFT = 7;
const MARKS = 0x60;

/** Marks of a flow: an ACK that challenges an ignored SYN is due; both ends have sent a SYN. */
export const EXP_CHALLENGE_ACK = 0x40;
export const SIMULTANEOUS_OPEN = 0x20;

export class TcpTracks {
  // Private, not #: see SkBuffs.
  private words = new Int32Array(64 * WORDS);
  private used = 0;
  /** The first free track; the next one is in its first word. */
  private freeHead = NONE;

  /** A free track, its words undefined. */
  take(): number {
    const track = this.freeHead;
    if (track !== NONE) {
      this.freeHead = this.words[track]!;
      return track;
    }
    if (this.used === this.words.length) this.words = resize(this.words, this.used * 2);
    this.used += WORDS;
    return this.used - WORDS;
  }

  release(track: number): void {
    this.words[track] = this.freeHead;
    this.freeHead = track | 0;
  }

  clear(track: number): void {
    this.words.fill(0, track, track + WORDS);
  }

  /** td_end: how far this side has sent. */
  end(side: number): number {
    return this.words[side | TD_END]!;
  }

  setEnd(side: number, end: number): void {
    this.words[side | TD_END] = end | 0;
  }

  /** td_maxend: how far the other side lets it send. */
  maxend(side: number): number {
    return this.words[side | TD_MAXEND]!;
  }

  setMaxend(side: number, maxend: number): void {
    this.words[side | TD_MAXEND] = maxend | 0;
  }

  /** td_maxwin: the largest window this side has offered; 0 before its first packet. */
  maxwin(side: number): number {
    return this.words[side | TD_MAXWIN]!;
  }

  setMaxwin(side: number, maxwin: number): void {
    this.words[side | TD_MAXWIN] = maxwin | 0;
  }

  /** td_maxack: how far this side has acknowledged; holds once MAXACK_SET is among its flags. */
  maxack(side: number): number {
    return this.words[side | TD_MAXACK]!;
  }

  setMaxack(side: number, maxack: number): void {
    this.words[side | TD_MAXACK] = maxack | 0;
  }

  /** IP_CT_TCP_FLAG_... of a side. */
  flags(side: number): number {
    return this.words[side | TD_FLAGS]!;
  }

  setFlags(side: number, flags: number): void {
    this.words[side | TD_FLAGS] = flags | 0;
  }

  /** Whether one side or both have the flag. */
  eitherHas(track: number, flag: number): boolean {
    return ((this.words[track | TD_FLAGS]! | this.words[track | TD_FLAGS | 1]!) & flag) !== 0;
  }

  lastSeq(track: number): number {
    return this.words[track | LAST_SEQ]!;
  }

  setLastSeq(track: number, seq: number): void {
    this.words[track | LAST_SEQ] = seq | 0;
  }

  lastAck(track: number): number {
    return this.words[track | LAST_ACK]!;
  }

  setLastAck(track: number, ack: number): void {
    this.words[track | LAST_ACK] = ack | 0;
  }

  lastEnd(track: number): number {
    return this.words[track | LAST_END]!;
  }

  setLastEnd(track: number, end: number): void {
    this.words[track | LAST_END] = end | 0;
  }

  /** last_index: what kind of packet the last one was. */
  lastIndex(track: number): number {
    return this.words[track | LAST]! & LAST_INDEX_MASK;
  }

  /** last_dir: in which direction it went. */
  lastDir(track: number): number {
    return this.words[track | LAST]! >> LAST_DIR_SHIFT;
  }

  setLastDir(track: number, ctdir: number): void {
    this.words[track | LAST] =
      (this.words[track | LAST]! & ~(1 << LAST_DIR_SHIFT)) | (ctdir << LAST_DIR_SHIFT);
  }

  /** The kind and the direction of the last packet; the flow keeps its marks. */
  setLast(track: number, ctdir: number, index: number): void {
    this.words[track | LAST] = (this.words[track | LAST]! & MARKS) | (ctdir << LAST_DIR_SHIFT) | index;
  }

  isMarked(track: number, mark: number): boolean {
    return (this.words[track | LAST]! & mark) !== 0;
  }

  mark(track: number, mark: number): void {
    this.words[track | LAST]! |= mark;
  }

  unmark(track: number, mark: number): void {
    this.words[track | LAST]! &= ~mark;
  }

  /** The word behind lastIndex(), lastDir() and the marks, to be kept and put back. */
  last(track: number): number {
    return this.words[track | LAST]!;
  }

  restoreLast(track: number, last: number): void {
    this.words[track | LAST] = last | 0;
  }

  lastWin(track: number): number {
    return this.words[track | LAST_WIN]!;
  }

  setLastWin(track: number, noted: number): void {
    this.words[track | LAST_WIN] = noted | 0;
  }

  /** How often the last packet has been repeated, up to 255. */
  retrans(track: number): number {
    return this.words[track | RETRANS]!;
  }

  setRetrans(track: number, retrans: number): void {
    this.words[track | RETRANS] = retrans | 0;
  }

  /** Tracks in use, counted: for tests. */
  get live(): number {
    let free = 0;
    for (let track = this.freeHead; track !== NONE; track = this.words[track]!) free++;
    return this.used / WORDS - free;
  }

  /** All words of a track: for tests. */
  record(track: number): Int32Array {
    return this.words.subarray(track, track + WORDS);
  }
}
