/**
 * What the tracker reads of the packet in hand, and the flow it belongs to. One record serves every packet in turn:
 * the parts of nf_conntrack_tcp_packet() hand it to each other, and nobody keeps it.
 */
import { type SkBuffs, TH_FIN, TH_SYN } from '../sk_buff.ts';
import { packetIndex } from './nf_conntrack_tcp_states.ts';

export interface TcpSegment {
  /** The flow's entry and, once it has one, its track. */
  ct: number;
  track: number;
  /** The packet's direction in the flow. */
  ctdir: number;
  /** enum tcp_bit_set: what kind of packet it is. */
  index: number;
  flags: number;
  seq: number;
  ack: number;
  /** segment_seq_plus_len(): the first sequence number after it; SYN and FIN take one each. */
  end: number;
}

export function newSegment(): TcpSegment {
  return { ct: 0, track: 0, ctdir: 0, index: 0, flags: 0, seq: 0, ack: 0, end: 0 };
}

/** Reads the packet into the record; the flow's track is told later, when it has one. */
export function readSegment(
  segment: TcpSegment,
  skbs: SkBuffs,
  skb: number,
  ct: number,
  ctdir: number,
): void {
  const flags = skbs.flags(skb);
  const seq = skbs.seq(skb);
  segment.ct = ct;
  segment.ctdir = ctdir;
  segment.index = packetIndex(flags);
  segment.flags = flags;
  segment.seq = seq;
  segment.ack = skbs.ack(skb);
  segment.end =
    (seq + skbs.len(skb) + ((flags & TH_SYN) !== 0 ? 1 : 0) + ((flags & TH_FIN) !== 0 ? 1 : 0)) | 0;
}
