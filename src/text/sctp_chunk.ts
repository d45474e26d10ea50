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

/**
 * In a packet's `flags`, those of its chunk stand above the type. Of DATA, B and E: it is its message's first, and its last.
 * Of ABORT and SHUTDOWN-COMPLETE, T: the tag is the one that its sender was to read, for it knew no other.
 */
export const SCTP_DATA_LAST_FRAG = 0x100;
export const SCTP_DATA_FIRST_FRAG = 0x200;
export const SCTP_CHUNK_FLAG_T = 0x100;

export function sctpChunkType(flags: number): number {
  return flags & 0xff;
}

/** Bytes of a chunk without the payload of DATA: no optional parameters, and a cookie of four bytes. */
export function sctpChunkBytes(type: number): number {
  switch (type) {
    case SctpChunk.INIT:
      return 20;
    case SctpChunk['INIT-ACK']:
      return 28;
    case SctpChunk.DATA:
    case SctpChunk.SACK:
      return 16;
    case SctpChunk['COOKIE-ECHO']:
    case SctpChunk.SHUTDOWN:
      return 8;
    case SctpChunk.HEARTBEAT:
    case SctpChunk['HEARTBEAT-ACK']:
      return 12;
    default:
      return 4;
  }
}

/** Bytes of the common header. */
export const SCTP_HEADER_BYTES = 12;
