/** include/net/sctp/structs.h: what an association keeps beside its socket's columns. */
import { makeColumns } from '../../engine/columns.ts';
import { mix } from '../../engine/hash_chains.ts';
import type { TcpStack } from '../ipv4/tcp.ts';

/** enum sctp_state. */
export const SctpState = {
  closed: 0,
  cookieWait: 1,
  cookieEchoed: 2,
  established: 3,
  shutdownPending: 4,
  shutdownSent: 5,
  shutdownReceived: 6,
  shutdownAckSent: 7,
} as const;

/**
 * By socket. Its own columns hold the rest: `snd_una` and `snd_nxt` count chunks by their TSN, `rcv_nxt` is the next TSN of
 * the peer, `retransmits` are timeouts in a row, `probes` are heartbeats in a row, each without an answer.
 */
export class SctpAssociations extends makeColumns({
  state: Uint8Array,
  /** The tags that this end and its peer want to read in what they get. */
  myTag: Int32Array,
  peerTag: Int32Array,
  /** The message that was sent last: its first TSN, its bytes, and the jiffy in which it went out first. */
  messageTsn: Int32Array,
  messageBytes: Int32Array,
  messageJiffy: Int32Array,
  /** Jiffies: the timeout of the path, and what it was made of; no round trip has been measured where `srtt` is 0. */
  rto: Int32Array,
  srtt: Int32Array,
  rttvar: Int32Array,
}) {
  #tags = 0;

  /** sctp_generate_tag(): any but 0. It is the first TSN too, as RFC 9260 (3.3.2) allows. */
  newTag(secret: number): number {
    this.#tags = (this.#tags + 1) | 0;
    return mix(this.#tags, secret, 0) | 1;
  }
}

/** Before the first association: a stack without services over SCTP has no columns for them. */
export function sctp_init(stack: TcpStack): void {
  const { socks } = stack;
  stack.sctp = new SctpAssociations(socks.capacity);
  socks.companions.push(stack.sctp);
}
