/** The times of the request that is under way on each of the clients' sockets, in nanoseconds. */
import { makeColumns } from '../engine/columns.ts';

export class RequestColumns extends makeColumns({
  /** When the request was due, which is when its first SYN was sent. */
  start_ns: Float64Array,
  /** When the connection was there; a kept connection is there from the start; -1 until then. */
  connected_ns: Float64Array,
  /** When the first bytes of the response came. */
  firstByte_ns: Float64Array,
  /** The worker of a closed loop that waits for it, or -1. */
  worker: Int32Array,
}) {}
