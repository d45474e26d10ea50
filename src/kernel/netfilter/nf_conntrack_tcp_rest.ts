/**
 * TCP flows at rest. When each side has acknowledged all that the other has sent, and both have been granted the
 * same window, everything in a flow's track follows from how far the two sides have come: three words instead of
 * sixteen. Nearly all entries of a large table are such flows, in TIME_WAIT or idle. The next packet gives the flow
 * its track back, number for number; one whose numbers do not fit keeps its track.
 */
import { type ConntrackTable, IP_CT_DIR_REPLY, NO_TRACK } from './nf_conntrack_core.ts';
import { TCP_WINDOW } from './nf_conntrack_tcp_states.ts';

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
  const { tracks } = table;
  const reply = track | 1;
  const originalEnd = tracks.end(track);
  const replyEnd = tracks.end(reply);
  const byReply = tracks.lastDir(track) === IP_CT_DIR_REPLY;
  if (
    tracks.maxack(track) === replyEnd &&
    tracks.maxack(reply) === originalEnd &&
    tracks.maxend(track) === ((originalEnd + TCP_WINDOW) | 0) &&
    tracks.maxend(reply) === ((replyEnd + TCP_WINDOW) | 0) &&
    tracks.maxwin(track) === TCP_WINDOW &&
    tracks.maxwin(reply) === TCP_WINDOW &&
    tracks.lastSeq(track) === (byReply ? replyEnd : originalEnd) &&
    tracks.lastEnd(track) === tracks.lastSeq(track) &&
    tracks.lastAck(track) === (byReply ? originalEnd : replyEnd)
  ) {
    table.proto[ct] = originalEnd;
    table.replyEnd[ct] = replyEnd;
    table.rest[ct] =
      AT_REST |
      tracks.flags(track) |
      (tracks.flags(reply) << REPLY_FLAGS_SHIFT) |
      (tracks.last(track) << LAST_SHIFT) |
      (tracks.retrans(track) << RETRANS_SHIFT) |
      (tracks.lastWin(track) << LAST_WIN_SHIFT);
    tracks.release(track);
  }
}

/** Gives a flow at rest its track back. */
export function wake(table: ConntrackTable, ct: number): void {
  const originalEnd = table.proto[ct]!;
  const replyEnd = table.replyEnd[ct]!;
  const rest = table.rest[ct]!;
  const { tracks } = table;
  const track = tracks.take();
  const reply = track | 1;
  tracks.restoreLast(track, (rest >> LAST_SHIFT) & 0xff);
  const byReply = tracks.lastDir(track) === IP_CT_DIR_REPLY;
  tracks.setEnd(track, originalEnd);
  tracks.setEnd(reply, replyEnd);
  tracks.setMaxack(track, replyEnd);
  tracks.setMaxack(reply, originalEnd);
  tracks.setMaxend(track, originalEnd + TCP_WINDOW);
  tracks.setMaxend(reply, replyEnd + TCP_WINDOW);
  tracks.setMaxwin(track, TCP_WINDOW);
  tracks.setMaxwin(reply, TCP_WINDOW);
  tracks.setFlags(track, rest & 0x0f);
  tracks.setFlags(reply, (rest >> REPLY_FLAGS_SHIFT) & 0x0f);
  tracks.setLastSeq(track, byReply ? replyEnd : originalEnd);
  tracks.setLastEnd(track, byReply ? replyEnd : originalEnd);
  tracks.setLastAck(track, byReply ? originalEnd : replyEnd);
  tracks.setRetrans(track, (rest >> RETRANS_SHIFT) & 0xff);
  tracks.setLastWin(track, (rest >> LAST_WIN_SHIFT) & 1);
  table.proto[ct] = track;
  table.rest[ct] = 0;
}
