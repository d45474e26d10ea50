/** The times of the request that is under way on each of the clients' sockets, in nanoseconds. */
import { makeColumns } from '../engine/columns.ts';

/** In `start_ns`: nothing is asked for. */
export const NO_REQUEST = -1;

export class RequestColumns extends makeColumns({
  /** When the request was due, which is when its first SYN was sent; or NO_REQUEST. */
  start_ns: Float64Array,
  /** When the connection was there; a kept connection is there from the start; -1 until then. */
  connected_ns: Float64Array,
  /** When the first bytes of the response came. */
  firstByte_ns: Float64Array,
  /** The worker that waits for it. */
  worker: Int32Array,
}) {}
