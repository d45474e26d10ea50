/** Frames: between packets of the model and what a recording says of them, and as text for people. */
import type { Director } from '../kernel/director.ts';
import { icmpSource } from '../kernel/ipv4/icmp.ts';
import {
  Encapsulation,
  IPPROTO_ICMP,
  IPPROTO_SCTP,
  IPPROTO_UDP,
  type SkBuffs,
  TH_ACK,
  TH_FIN,
  TH_PUSH,
  TH_RST,
  TH_SYN,
} from '../kernel/sk_buff.ts';
import { SctpChunk, type SctpChunkName, sctpChunkName, sctpChunkType } from '../text/sctp_chunk.ts';
import { type Frame, RecordingError, type Step } from './recording.ts';

const FLAG_LETTERS: readonly (readonly [string, number])[] = [
  ['S', TH_SYN],
  ['F', TH_FIN],
  ['R', TH_RST],
  ['P', TH_PUSH],
  ['A', TH_ACK],
];

export function parseFlags(letters: string, line: number): number {
  let flags = 0;
  for (const letter of letters) {
    const known = FLAG_LETTERS.find(([name]) => name === letter);
    if (known === undefined) throw new RecordingError(line, `unknown TCP flag ${JSON.stringify(letter)}`);
    flags |= known[1];
  }
  return flags;
}

/** The number of a chunk's type. */
export function parseChunk(name: string, line: number): number {
  if (!Object.hasOwn(SctpChunk, name))
    throw new RecordingError(line, `unknown chunk ${JSON.stringify(name)}`);
  return SctpChunk[name as SctpChunkName];
}

function formatFlags(flags: number): string {
  return FLAG_LETTERS.filter(([, bit]) => (flags & bit) !== 0)
    .map(([letter]) => letter)
    .join('');
}

/** What the recorder would have written about a packet that leaves the director. */
export function frameOf(director: Director, skbs: SkBuffs, skb: number, to: Frame['to']): Frame {
  const { book } = director.net;
  const protocol = skbs.protocol(skb);
  if (protocol === IPPROTO_ICMP) {
    const typeAndCode = skbs.flags(skb);
    return {
      to,
      src: book.format(icmpSource(skbs, skb)),
      dst: book.format(skbs.daddr(skb)),
      icmp: `${typeAndCode >> 4}/${typeAndCode & 15}`,
      ...(to === 'server' ? { rs: book.format(skbs.daddr(skb)) } : {}),
    };
  }
  const packet = {
    src: book.formatEndpoint(skbs.saddr(skb), skbs.sport(skb)),
    dst: book.formatEndpoint(skbs.daddr(skb), skbs.dport(skb)),
    ...kindOf(protocol, skbs, skb),
  };
  if (to === 'client') return { to, ...packet };
  const nexthop = skbs.nexthop(skb);
  const rs = book.format(nexthop < 0 ? skbs.daddr(skb) : director.net.dests[nexthop]!.addr);
  if (skbs.encapsulation(skb) !== Encapsulation.ipip) return { to, ...packet, rs };
  return { to, src: book.format(director.net.addresses.serverSide), dst: rs, ipip: packet, rs };
}

function kindOf(protocol: number, skbs: SkBuffs, skb: number) {
  if (protocol === IPPROTO_UDP) return { udp: true };
  if (protocol === IPPROTO_SCTP)
    return { sctp: sctpChunkName(sctpChunkType(skbs.flags(skb))) ?? '?', vtag: skbs.seq(skb) >>> 0 };
  return { flags: formatFlags(skbs.flags(skb)) };
}

/** One line; equal lines mean equal frames. */
export function frameText(frame: Frame): string {
  const kind =
    frame.icmp !== undefined
      ? `ICMP ${frame.icmp}`
      : frame.ipip !== undefined
        ? `IPIP ${frame.ipip.src} > ${frame.ipip.dst} ${kindText(frame.ipip)}`
        : kindText(frame);
  return `to ${frame.to}: ${frame.src} > ${frame.dst} ${kind}${frame.rs === undefined ? '' : ` by ${frame.rs}`}`;
}

function kindText(packet: {
  readonly flags?: string | undefined;
  readonly udp?: boolean | undefined;
  readonly sctp?: string | undefined;
  readonly vtag?: number | undefined;
}): string {
  if (packet.sctp !== undefined) return `SCTP ${packet.sctp} tag ${packet.vtag}`;
  // The recorder and the model write the letters in orders of their own.
  return packet.udp === true || packet.flags === undefined ? 'UDP' : [...packet.flags].sort().join('');
}

/** What a step did, in one line. */
export function stepText(step: Step, vip: string): string {
  switch (step.op) {
    case 'client':
      return `client ${step.src} > ${step.dst ?? vip} ${packetText(step)}`;
    case 'server':
      return `server ${step.src} > ${step.dst} ${packetText(step)}`;
    case 'sleep':
      return step.seconds === undefined ? 'sleep' : `sleep ${step.seconds} s`;
    case 'sysctl':
      return `sysctl ${step.key} = ${step.value}`;
    case 'weight':
      return `weight of ${step.dest} = ${step.weight}`;
    case 'add':
      return `add ${step.dest} with weight ${step.weight ?? 1}`;
    case 'endpoints':
      return `endpoints ${step.endpoints?.join(' ') || 'none'}`;
    case 'conntrack':
      return `conntrack -D ${step.delete?.protocol} ${step.delete?.origDst} ${step.delete?.replySrc}`;
    default:
      return `delete ${step.dest}`;
  }
}

function packetText(step: Step): string {
  if (step.udp === true) return `UDP len ${step.len}`;
  if (step.sctp !== undefined) return `SCTP ${step.sctp} tag ${step.vtag}`;
  return `${step.flags} seq ${step.seq} ack ${step.ack} len ${step.len}`;
}
