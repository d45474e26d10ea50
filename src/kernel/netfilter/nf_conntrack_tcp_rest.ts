/**
 * TCP flows at rest. When each side has acknowledged all that the other has sent, and both have been granted the
 * same window, everything in a flow's track follows from how far the two sides have come: three words instead of
 * sixteen. Nearly all entries of a large table are such flows, in TIME_WAIT or idle. The next packet gives the flow
 * its track back, number for number; one whose numbers do not fit keeps its track.
 */
import { type ConntrackTable, IP_CT_DIR_REPLY, NO_TRACK } from './nf_conntrack_core.ts';
import { TCP_WINDOW } from './nf_conntrack_tcp_states.ts';
import {
  LAST,
  LAST_ACK,
  LAST_END,
  LAST_SEQ,
  LAST_WIN,
  RETRANS,
  TD_END,
  TD_FLAGS,
  TD_MAXACK,
  TD_MAXEND,
  TD_MAXWIN,
} from './nf_conntrack_tcp_tracks.ts';

// ConntrackTable.rest: the flags of both sides, LAST, RETRANS and LAST_WIN, and a bit that tells it from zero.
const REPLY_FLAGS_SHIFT = 4;
const LAST_SHIFT = 8;
const RETRANS_SHIFT = 16;
const LAST_WIN_SHIFT = 24;
const AT_REST = 1 << 25;

/** Takes the flow's track away if it can be made again. `ct` is a confirmed TCP entry. */
export function settle(table: ConntrackTable, ct: number): void {
  const track = table.proto[ct]!;
  if (table.rest[ct] !== 0 || track === NO_TRACK) return;
  const { words } = table.tracks;
  const originalEnd = words[track | TD_END]!;
  const replyEnd = words[track | TD_END | 1]!;
  const byReply = words[track | LAST]! >> 7 === IP_CT_DIR_REPLY;
  if (
    words[track | TD_MAXACK] === replyEnd &&
    words[track | TD_MAXACK | 1] === originalEnd &&
    words[track | TD_MAXEND] === ((originalEnd + TCP_WINDOW) | 0) &&
    words[track | TD_MAXEND | 1] === ((replyEnd + TCP_WINDOW) | 0) &&
    words[track | TD_MAXWIN] === TCP_WINDOW &&
    words[track | TD_MAXWIN | 1] === TCP_WINDOW &&
    words[track | LAST_SEQ] === (byReply ? replyEnd : originalEnd) &&
    words[track | LAST_END] === words[track | LAST_SEQ] &&
    words[track | LAST_ACK] === (byReply ? originalEnd : replyEnd)
  ) {
    table.proto[ct] = originalEnd;
    table.replyEnd[ct] = replyEnd;
    table.rest[ct] =
      AT_REST |
      words[track | TD_FLAGS]! |
      (words[track | TD_FLAGS | 1]! << REPLY_FLAGS_SHIFT) |
      (words[track | LAST]! << LAST_SHIFT) |
      (words[track | RETRANS]! << RETRANS_SHIFT) |
      (words[track | LAST_WIN]! << LAST_WIN_SHIFT);
    table.tracks.release(track);
  }
}

/** Gives a flow at rest its track back. */
export function wake(table: ConntrackTable, ct: number): void {
  const originalEnd = table.proto[ct]!;
  const replyEnd = table.replyEnd[ct]!;
  const rest = table.rest[ct]!;
  const track = table.tracks.take();
  const { words } = table.tracks;
  const last = (rest >> LAST_SHIFT) & 0xff;
  const byReply = last >> 7 === IP_CT_DIR_REPLY;
  words[track | TD_END] = originalEnd;
  words[track | TD_END | 1] = replyEnd;
  words[track | TD_MAXACK] = replyEnd;
  words[track | TD_MAXACK | 1] = originalEnd;
  words[track | TD_MAXEND] = originalEnd + TCP_WINDOW;
  words[track | TD_MAXEND | 1] = replyEnd + TCP_WINDOW;
  words[track | TD_MAXWIN] = TCP_WINDOW;
  words[track | TD_MAXWIN | 1] = TCP_WINDOW;
  words[track | TD_FLAGS] = rest & 0x0f;
  words[track | TD_FLAGS | 1] = (rest >> REPLY_FLAGS_SHIFT) & 0x0f;
  words[track | LAST_SEQ] = words[track | LAST_END] = byReply ? replyEnd : originalEnd;
  words[track | LAST_ACK] = byReply ? originalEnd : replyEnd;
  words[track | LAST] = last;
  words[track | RETRANS] = (rest >> RETRANS_SHIFT) & 0xff;
  words[track | LAST_WIN] = (rest >> LAST_WIN_SHIFT) & 1;
  table.proto[ct] = track;
  table.rest[ct] = 0;
}
