/** The times of the request that is under way on each of the clients' sockets, in nanoseconds. */
import { resize } from '../engine/columns.ts';
import type { InetSocks } from '../kernel/ipv4/inet_sock.ts';

export class RequestColumns {
  /** When the request was due, which is when its first SYN was sent. */
  start_ns: Float64Array;
  /** When the connection was there; a kept connection is there from the start; -1 until then. */
  connected_ns: Float64Array;
  /** When the first bytes of the response came. */
  firstByte_ns: Float64Array;
  /** The worker of a closed loop that waits for it, or -1. */
  worker: Int32Array;

  constructor(socks: InetSocks) {
    const { capacity } = socks;
    this.start_ns = new Float64Array(capacity);
    this.connected_ns = new Float64Array(capacity);
    this.firstByte_ns = new Float64Array(capacity);
    this.worker = new Int32Array(capacity);
    socks.onGrow.push((larger) => {
      this.start_ns = resize(this.start_ns, larger);
      this.connected_ns = resize(this.connected_ns, larger);
      this.firstByte_ns = resize(this.firstByte_ns, larger);
      this.worker = resize(this.worker, larger);
    });
  }
}
