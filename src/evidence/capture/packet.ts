/** A captured packet's headers; the object is used again for the next one. */
export interface CapturedPacket {
  /** From 1, as Wireshark counts. */
  number: number;
  /** Since the first packet of the file. */
  at_ns: number;
  /** Place of its interface in the file. */
  interface: number;
  /** IP protocol number. */
  protocol: number;
  /** An unsigned number of the reader's book of addresses. */
  source: number;
  destination: number;
  sourcePort: number;
  destinationPort: number;
  /** TCP flags, sequence and acknowledgement numbers. */
  flags: number;
  seq: number;
  ack: number;
  /** Bytes of payload by the IP header, however many were captured. */
  length: number;
  /** Of an ICMP error, or one of ICMPv6 that means the same: 256 times its type plus its code; ports and addresses are those of the packet it is about. */
  icmp: number;
}
