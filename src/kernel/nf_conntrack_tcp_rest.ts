/**
 * TCP flows at rest. When each side has acknowledged all that the other has sent, and both have been granted the
 * same window, everything in a flow's track follows from how far the two sides have come: two words instead of
 * eleven. Nearly all entries of a large table are such flows, in TIME_WAIT or idle. The next packet gives the flow
 * its track back, number for number; one whose numbers do not fit keeps its track.
 */
import { AT_REST, type ConntrackTable, IP_CT_DIR_REPLY, NO_TRACK } from './nf_conntrack_core.ts';
import { TCP_WINDOW } from './nf_conntrack_tcp_states.ts';

/** Takes the flow's track away if it can be made again. `ct` is a confirmed TCP entry. */
export function settle(table: ConntrackTable, ct: number): void {
  const track = table.proto[ct]!;
  if ((table.marks[ct]! & AT_REST) !== 0 || track === NO_TRACK) return;
  const { tracks } = table;
  const original = track * 2;
  const reply = original + 1;
  const originalEnd = tracks.td_end[original]!;
  const replyEnd = tracks.td_end[reply]!;
  const byReply = table.last[ct]! >> 7 === IP_CT_DIR_REPLY;
  if (
    tracks.td_maxack[original] === replyEnd &&
    tracks.td_maxack[reply] === originalEnd &&
    tracks.td_maxend[original] === ((originalEnd + TCP_WINDOW) | 0) &&
    tracks.td_maxend[reply] === ((replyEnd + TCP_WINDOW) | 0) &&
    tracks.td_maxwin[original] === TCP_WINDOW &&
    tracks.td_maxwin[reply] === TCP_WINDOW &&
    tracks.last_seq[track] === (byReply ? replyEnd : originalEnd) &&
    tracks.last_end[track] === tracks.last_seq[track] &&
    tracks.last_ack[track] === (byReply ? originalEnd : replyEnd)
  ) {
    table.proto[ct] = originalEnd;
    table.replyEnd[ct] = replyEnd;
    table.marks[ct]! |= AT_REST;
    tracks.release(track);
  }
}

/** Gives a flow at rest its track back. */
export function wake(table: ConntrackTable, ct: number): void {
  const { tracks } = table;
  const originalEnd = table.proto[ct]!;
  const replyEnd = table.replyEnd[ct]!;
  const byReply = table.last[ct]! >> 7 === IP_CT_DIR_REPLY;
  const track = tracks.take();
  const original = track * 2;
  const reply = original + 1;
  tracks.td_end[original] = originalEnd;
  tracks.td_end[reply] = replyEnd;
  tracks.td_maxack[original] = replyEnd;
  tracks.td_maxack[reply] = originalEnd;
  tracks.td_maxend[original] = originalEnd + TCP_WINDOW;
  tracks.td_maxend[reply] = replyEnd + TCP_WINDOW;
  tracks.td_maxwin[original] = TCP_WINDOW;
  tracks.td_maxwin[reply] = TCP_WINDOW;
  tracks.last_seq[track] = tracks.last_end[track] = byReply ? replyEnd : originalEnd;
  tracks.last_ack[track] = byReply ? originalEnd : replyEnd;
  table.proto[ct] = track;
  table.marks[ct]! &= ~AT_REST;
}
