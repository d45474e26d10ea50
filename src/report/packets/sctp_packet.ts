/** A traced SCTP packet as it would be on the wire: RFC 9260's header and one chunk, without optional parameters. */
import type { TracePacket } from '../../measure/trace.ts';
import { SCTP_HEADER_BYTES, SctpChunk, sctpChunkBytes, sctpChunkType } from '../../text/sctp_chunk.ts';

/** What every end of the model advertises: a_rwnd, and one stream each way. */
const RECEIVER_WINDOW = 106496;
const STREAMS = 1;
const STATE_COOKIE = 7;
const HEARTBEAT_INFO = 1;
/** Where the checksum is. */
const CHECKSUM_AT = 8;

export function sctpPacket(packet: TracePacket): Uint8Array {
  const { flags, length } = packet;
  const type = sctpChunkType(flags);
  const chunkBytes = sctpChunkBytes(type) + length;
  // A chunk is filled up to a multiple of four bytes, which its length does not count.
  const bytes = new Uint8Array(SCTP_HEADER_BYTES + Math.ceil(chunkBytes / 4) * 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, packet.sourcePort);
  view.setUint16(2, packet.destinationPort);
  view.setUint32(4, packet.seq);
  view.setUint8(SCTP_HEADER_BYTES, type);
  view.setUint8(SCTP_HEADER_BYTES + 1, flags >> 8);
  view.setUint16(SCTP_HEADER_BYTES + 2, chunkBytes);
  writeChunk(new DataView(bytes.buffer, SCTP_HEADER_BYTES + 4), type, packet.ack);
  view.setUint32(CHECKSUM_AT, crc32c(bytes), true);
  return bytes;
}

/** What follows the chunk's own header. */
function writeChunk(view: DataView, type: number, ack: number): void {
  switch (type) {
    case SctpChunk.INIT:
    case SctpChunk['INIT-ACK']:
      view.setUint32(0, ack);
      view.setUint32(4, RECEIVER_WINDOW);
      view.setUint16(8, STREAMS);
      view.setUint16(10, STREAMS);
      // The first TSN is the initiate tag, as the RFC allows.
      view.setUint32(12, ack);
      if (type === SctpChunk['INIT-ACK']) parameter(view, 16, STATE_COOKIE);
      return;
    case SctpChunk.DATA:
    case SctpChunk['COOKIE-ECHO']:
    case SctpChunk.SHUTDOWN:
      view.setUint32(0, ack);
      return;
    case SctpChunk.SACK:
      view.setUint32(0, ack);
      view.setUint32(4, RECEIVER_WINDOW);
      return;
    case SctpChunk.HEARTBEAT:
    case SctpChunk['HEARTBEAT-ACK']:
      parameter(view, 0, HEARTBEAT_INFO);
  }
}

/** A parameter of four bytes, all zero. */
function parameter(view: DataView, at: number, type: number): void {
  view.setUint16(at, type);
  view.setUint16(at + 2, 8);
}

/** RFC 9260, appendix A: CRC32c, with the lowest byte first. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}

/** Castagnoli's polynomial, reflected. */
const POLYNOMIAL = 0x82f63b78;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_none, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
  return crc;
});
