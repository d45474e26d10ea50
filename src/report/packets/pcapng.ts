/**
 * A trace as a pcapng file for Wireshark: one interface per observation point and address family, nanoseconds, and what the kernel
 * decided as packet comments (`frame.comment`), drop reasons among them.
 */

import { reasonTitle, spokenOf } from '../../causes/words.ts';
import type { TapPoint, TraceEvent } from '../../measure/trace.ts';
import { type Family, familyOf } from '../../text/endpoint.ts';
import type { Transport } from '../../text/transport.ts';
import { printable } from '../text.ts';
import { ByteWriter } from './bytes.ts';
import { ipPacket } from './ip_packet.ts';
import { decisionText } from './packet_text.ts';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/**
 * Raw IPv4 and raw IPv6. The more usual 101 (raw IP) will not do: libpcap refuses a file with several interfaces of that
 * type. One with both of these types is for Wireshark only.
 */
const LINKTYPE = { 4: 228, 6: 229 } as const;
const OPTION = {
  end: 0,
  comment: 1,
  application: 4,
  name: 2,
  description: 3,
  resolution: 9,
  flags: 2,
} as const;
const NANOSECONDS = 9;

/** In the order of their interface numbers. */
const POINTS: readonly { readonly point: TapPoint; readonly description: string }[] = [
  { point: 'client', description: 'network interface of the clients' },
  { point: 'director-in', description: "the director's side towards the clients" },
  { point: 'director-out', description: "the director's side towards the real servers" },
  { point: 'real-server', description: 'network interface of the real servers' },
];

export interface PcapngOptions {
  /** Unix time that stands for the start of the run: simulated time has no date of its own. */
  readonly epoch_s?: number;
  /** Written into the file as its origin, with the version. */
  readonly application?: string;
}

/** The bytes of the file. Comments stand on the last packet seen before the decision that they tell. */
export function renderPcapng(events: readonly TraceEvent[], options: PcapngOptions = {}): Uint8Array {
  const { epoch_s = 0, application = 'ipvsim' } = options;
  const out = new ByteWriter();
  block(out, SECTION_HEADER, () => {
    out.u32(BYTE_ORDER_MAGIC).u16(1).u16(0).u32(0xffffffff).u32(0xffffffff);
    option(out, OPTION.application, application);
    out.u16(OPTION.end).u16(0);
  });
  const families = familiesOf(events);
  for (const family of families) {
    for (const { point, description } of POINTS) {
      const mark = families.length > 1 && family === 6 ? ' (IPv6)' : '';
      block(out, INTERFACE_DESCRIPTION, () => {
        out.u16(LINKTYPE[family]).u16(0).u32(0);
        option(out, OPTION.name, `${point}${mark}`);
        option(out, OPTION.description, `${description}${mark}`);
        option(out, OPTION.resolution, new Uint8Array([NANOSECONDS]));
        out.u16(OPTION.end).u16(0);
      });
    }
  }
  const comments = commentsOf(events);
  /** What each end speaks: an ICMP error does not say what it answers. */
  const protocols = new Map<string, Transport>();
  events.forEach((event, index) => {
    if (event.kind !== 'packet') return;
    const { protocol, source, sourcePort, destination } = event.packet;
    if (protocol !== 'icmp') protocols.set(`${source}:${sourcePort}`, protocol);
    const data = ipPacket(event.packet, protocols.get(`${destination}:${sourcePort}`));
    const at = families.indexOf(familyOf(source)) * POINTS.length;
    const interfaceNumber = at + POINTS.findIndex(({ point }) => point === event.point);
    packetBlock(out, event, { interfaceNumber, data, epoch_s, comments: comments.get(index) ?? [] });
  });
  return out.bytes;
}

/** Those of the packets; IPv4 where there are none. */
function familiesOf(events: readonly TraceEvent[]): readonly Family[] {
  const has = (family: Family) =>
    events.some(({ kind, packet }) => kind === 'packet' && familyOf(packet.source) === family);
  return has(6) ? (has(4) ? [4, 6] : [6]) : [4];
}

/** Index of a packet event to the comments on it. */
function commentsOf(events: readonly TraceEvent[]): Map<number, string[]> {
  const comments = new Map<number, string[]>();
  const lastSeen = new Map<number, number>();
  events.forEach((event, index) => {
    if (event.kind === 'packet') {
      lastSeen.set(event.packet.id, index);
      const { retransmission } = event.packet;
      comments.set(
        index,
        retransmission > 0 && event.point === 'client' ? [`retransmission ${retransmission}`] : [],
      );
      return;
    }
    const seen = lastSeen.get(event.packet.id);
    if (seen === undefined) return;
    const text = event.kind === 'decision' ? decisionText(event) : dropText(event);
    comments.get(seen)!.push(printable(text));
  });
  return comments;
}

function dropText({ reason, kernelFunction, packet }: Extract<TraceEvent, { kind: 'drop' }>): string {
  return `DROP ${reason} in ${kernelFunction}(): ${reasonTitle(spokenOf(packet), reason)}`;
}

interface Block {
  readonly interfaceNumber: number;
  readonly data: Uint8Array;
  readonly epoch_s: number;
  readonly comments: readonly string[];
}

function packetBlock(
  out: ByteWriter,
  event: Extract<TraceEvent, { kind: 'packet' }>,
  { interfaceNumber, data, epoch_s, comments }: Block,
): void {
  const at_ns = BigInt(Math.round(event.at_ns)) + BigInt(Math.round(epoch_s * 1e9));
  block(out, ENHANCED_PACKET, () => {
    out.u32(interfaceNumber);
    out.u32(Number(at_ns >> 32n)).u32(Number(at_ns & 0xffffffffn));
    out.u32(data.length).u32(data.length).raw(data).pad();
    // Direction: 1 inbound, 2 outbound, as the point sees it.
    out
      .u16(OPTION.flags)
      .u16(4)
      .u32(event.sending ? 2 : 1);
    for (const comment of comments) option(out, OPTION.comment, comment);
    out.u16(OPTION.end).u16(0);
  });
}

/** A block begins and ends with its length. */
function block(out: ByteWriter, type: number, body: () => void): void {
  const start = out.length;
  out.u32(type).u32(0);
  body();
  const length = out.length - start + 4;
  out.u32(length);
  out.patchU32(start + 4, length);
}

function option(out: ByteWriter, code: number, value: string | Uint8Array): void {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  const fitting = bytes.subarray(0, 0xffff);
  out.u16(code).u16(fitting.length).raw(fitting).pad();
}
