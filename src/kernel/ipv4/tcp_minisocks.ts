/** net/ipv4/tcp_minisocks.c: a segment for a connection in TIME_WAIT. */

import { TH_ACK, TH_RST, TH_SYN } from '../sk_buff.ts';
import type { TimeWaits } from './inet_timewait_sock.ts';
import type { TcpStack } from './tcp.ts';
import type { Segment } from './tcp_input.ts';
import { allocSegment, xmit } from './tcp_output.ts';
import { isOlder, NO_TIMESTAMP } from './tcp_timestamps.ts';

/**
 * tcp_timewait_state_process(): true when the segment is a SYN that opens the connection anew (TCP_TW_SYN), because its
 * sequence number is beyond the old connection's last one, or its time stamp later, and somebody listens. A SYN whose time
 * stamp is earlier (PAWS) is answered like a segment of the old connection.
 */
export function tcp_timewait_state_process(
  stack: TcpStack,
  timewaits: TimeWaits,
  node: number,
  segment: Segment,
  caddr: number,
  cport: number,
  service: number,
  listens: boolean,
): boolean {
  const { flags, len } = segment;
  const ts_recent = timewaits.ts_recent[node]!;
  const hasStamps = segment.tsval !== NO_TIMESTAMP && ts_recent !== NO_TIMESTAMP;
  const isRejected = hasStamps && isOlder(segment.tsval, ts_recent);
  const beyond = (segment.seq - timewaits.rcv_nxt[node]!) | 0;
  const isReset = (flags & TH_RST) !== 0;
  if (!isRejected && beyond === 0 && isReset) {
    timewaits.remove(node);
    return false;
  }
  if (!isRejected && beyond === 0 && len === 0 && (flags & TH_SYN) === 0) {
    if (hasStamps) timewaits.ts_recent[node] = segment.tsval;
    timewaits.reschedule(node);
    return false;
  }
  const isSyn = (flags & (TH_SYN | TH_ACK | TH_RST)) === TH_SYN;
  const isLater = hasStamps && isOlder(ts_recent, segment.tsval);
  if (isSyn && !isRejected && (beyond > 0 || isLater) && listens) return true;
  if (isRejected) {
    stack.counters.pawsRejected++;
    stack.tap?.decision('tcp_timewait_state_process', 'PAWS', segment.skb, {
      tsval: segment.tsval >>> 0,
      tw_ts_recent: ts_recent >>> 0,
    });
  }
  if (isReset) return false;
  const skbs = stack.skbs;
  const skb = allocSegment(stack, caddr, cport, service);
  skbs.setFlags(skb, TH_ACK);
  skbs.setSeq(skb, timewaits.snd_nxt[node]!);
  skbs.setAck(skb, timewaits.rcv_nxt[node]!);
  if (isRejected || (flags & TH_ACK) !== 0) timewaits.reschedule(node);
  xmit(stack, service, skb);
  return false;
}
