/** An Ethernet frame as the recorder saw it leave the director, read into the form of recordings. */
import type { Frame } from '../conform/recording.ts';

const PROTOCOL = { icmp: 1, ipip: 4, tcp: 6, udp: 17 } as const;
const FLAG_LETTERS = [
  [2, 'S'],
  [1, 'F'],
  [4, 'R'],
  [8, 'P'],
  [16, 'A'],
] as const;
const ETHERNET_HEADER = 14;

/** `s HEX`: which end it came out at, and its bytes; null for what no recording holds (ARP, IGMP). */
export function readFrame(line: string): Frame | null {
  const [end, digits] = line.split(' ');
  const bytes = Uint8Array.from((digits ?? '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  if (bytes.length < ETHERNET_HEADER + 20) return null;
  const packet = readPacket(bytes.subarray(ETHERNET_HEADER));
  if (packet === null) return null;
  if (end === 'c') return { to: 'client', ...packet };
  // The MAC of a real server holds its address (guest_plan.ts).
  return { to: 'server', ...packet, rs: bytes.subarray(2, 6).join('.') };
}

type Packet = Omit<Frame, 'to' | 'rs'>;

function readPacket(ip: Uint8Array): Packet | null {
  const view = new DataView(ip.buffer, ip.byteOffset, ip.byteLength);
  const header = (view.getUint8(0) & 15) * 4;
  if (view.getUint8(0) >> 4 !== 4 || ip.length < header + 8) return null;
  const source = address(view, 12);
  const destination = address(view, 16);
  switch (view.getUint8(9)) {
    case PROTOCOL.tcp: {
      const letters = FLAG_LETTERS.filter(([bit]) => (view.getUint8(header + 13) & bit) !== 0);
      const flags = letters.map(([, letter]) => letter).join('');
      return { ...ports(view, header, source, destination), flags };
    }
    case PROTOCOL.udp:
      return { ...ports(view, header, source, destination), udp: true };
    case PROTOCOL.icmp:
      return { src: source, dst: destination, icmp: `${view.getUint8(header)}/${view.getUint8(header + 1)}` };
    case PROTOCOL.ipip: {
      const inner = readPacket(ip.subarray(header));
      return inner === null
        ? null
        : { src: source, dst: destination, ipip: inner as NonNullable<Frame['ipip']> };
    }
    default:
      return null;
  }
}

function ports(view: DataView, header: number, source: string, destination: string) {
  return { src: `${source}:${view.getUint16(header)}`, dst: `${destination}:${view.getUint16(header + 2)}` };
}

function address(view: DataView, offset: number): string {
  return [0, 1, 2, 3].map((byte) => view.getUint8(offset + byte)).join('.');
}
