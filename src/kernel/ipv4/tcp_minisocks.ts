/** net/ipv4/tcp_minisocks.c: a segment for a connection in TIME_WAIT. */

import { TH_ACK, TH_RST, TH_SYN } from '../sk_buff.ts';
import type { TimeWaits } from './inet_timewait_sock.ts';
import type { TcpStack } from './tcp.ts';
import type { Segment } from './tcp_input.ts';
import { allocSegment, xmit } from './tcp_output.ts';

/**
 * tcp_timewait_state_process() without time stamps: true when the segment is a SYN that opens the connection
 * anew (TCP_TW_SYN), because its sequence number is beyond the old connection's last one and somebody listens.
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
  const beyond = (segment.seq - timewaits.rcv_nxt[node]!) | 0;
  const isReset = (flags & TH_RST) !== 0;
  if (beyond === 0 && isReset) {
    timewaits.remove(node);
    return false;
  }
  if (beyond === 0 && len === 0 && (flags & TH_SYN) === 0) {
    timewaits.reschedule(node);
    return false;
  }
  if ((flags & (TH_SYN | TH_ACK | TH_RST)) === TH_SYN && beyond > 0 && listens) return true;
  if (isReset) return false;
  const skbs = stack.skbs;
  const skb = allocSegment(stack, caddr, cport, service);
  skbs.setFlags(skb, TH_ACK);
  skbs.setSeq(skb, timewaits.snd_nxt[node]!);
  skbs.setAck(skb, timewaits.rcv_nxt[node]!);
  if ((flags & TH_ACK) !== 0) timewaits.reschedule(node);
  xmit(stack, service, skb);
  return false;
}
