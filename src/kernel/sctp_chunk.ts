/** include/linux/sctp.h: the first chunk of an SCTP packet, by its type. A packet of the model has one only. */

/** enum sctp_cid, under the names of RFC 9260. */
export const SctpChunk = {
  DATA: 0,
  INIT: 1,
  'INIT-ACK': 2,
  SACK: 3,
  HEARTBEAT: 4,
  'HEARTBEAT-ACK': 5,
  ABORT: 6,
  SHUTDOWN: 7,
  'SHUTDOWN-ACK': 8,
  ERROR: 9,
  'COOKIE-ECHO': 10,
  'COOKIE-ACK': 11,
  'SHUTDOWN-COMPLETE': 14,
} as const;

export type SctpChunkName = keyof typeof SctpChunk;

const NAMES: ReadonlyMap<number, SctpChunkName> = new Map(
  Object.entries(SctpChunk).map(([name, type]) => [type, name as SctpChunkName]),
);

export function sctpChunkName(type: number): SctpChunkName | undefined {
  return NAMES.get(type);
}
