/**
 * The account of one request: its packets and what was decided about them, with those that its port and its
 * connection had before. What causes are recognised by in it.
 */
import { type PacketStory, storiesOf } from '../measure/packet_stories.ts';
import type { DropReason, TraceEvent } from '../measure/trace.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { endpointText } from '../text/endpoint.ts';
import { SctpChunk, sctpChunkType } from '../text/sctp_chunk.ts';

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;

export interface RequestAccount {
  readonly scenario: Scenario;
  readonly start_ns: number;
  /** Null while it waits. */
  readonly end_ns: number | null;
  /** The error that it ended with; null when it was answered, or waits. */
  readonly errno: string | null;
  /** Packets of the port before the request, its connection's among them. */
  readonly before: readonly PacketStory[];
  /** Packets from the request's start to its end. */
  readonly own: readonly PacketStory[];
}

export interface Asked {
  readonly start_ns: number;
  readonly end_ns: number | null;
  readonly errno: string | null;
}

export function accountOf(scenario: Scenario, events: readonly TraceEvent[], asked: Asked): RequestAccount {
  const stories = storiesOf(events);
  const end_ns = asked.end_ns ?? Number.POSITIVE_INFINITY;
  return {
    scenario,
    ...asked,
    before: stories.filter(({ at_ns }) => at_ns < asked.start_ns),
    own: stories.filter(({ at_ns }) => at_ns >= asked.start_ns && at_ns <= end_ns),
  };
}

export type Decision = PacketStory['decisions'][number];

export function isSctp({ packet }: PacketStory): boolean {
  return packet.protocol === 'sctp';
}

export function isFromClient({ from }: PacketStory): boolean {
  return from === 'client';
}

/** A SYN, or an INIT of SCTP. */
export function isSyn({ packet }: PacketStory): boolean {
  if (packet.protocol === 'sctp') return packet.flags === SctpChunk.INIT;
  return packet.protocol === 'tcp' && (packet.flags & (SYN | ACK)) === SYN;
}

/** What tells a client that its connect has succeeded: a SYN+ACK, or a COOKIE-ACK of SCTP. */
export function isConnected({ packet }: PacketStory): boolean {
  if (packet.protocol === 'sctp') return sctpChunkType(packet.flags) === SctpChunk['COOKIE-ACK'];
  return packet.protocol === 'tcp' && (packet.flags & (SYN | ACK)) === (SYN | ACK);
}

/** A FIN or an RST; of SCTP a SHUTDOWN or an ABORT. */
export function closes({ packet }: PacketStory): boolean {
  return isFin(packet) || isReset(packet);
}

/** What is neither of the handshake nor of data nor the end by force: bare acknowledgements, and the end in order. */
export function isBare({ packet }: PacketStory): boolean {
  const { protocol, flags, length } = packet;
  if (protocol === 'sctp') return !TELLING.has(sctpChunkType(flags));
  return protocol === 'tcp' && length === 0 && (flags & (SYN | RST)) === 0;
}

const TELLING: ReadonlySet<number> = new Set([
  SctpChunk.INIT,
  SctpChunk['INIT-ACK'],
  SctpChunk['COOKIE-ECHO'],
  SctpChunk['COOKIE-ACK'],
  SctpChunk.DATA,
  SctpChunk.ABORT,
]);

/** Packets of the request that were dropped for one of these reasons. */
export function droppedFor(
  { own }: RequestAccount,
  ...reasons: readonly DropReason[]
): readonly PacketStory[] {
  return own.filter(
    ({ fate }) => fate.kind === 'dropped' && (reasons as readonly string[]).includes(fate.reason),
  );
}

/** The first decision of a function about a packet of the request, with that branch if one is named. */
export function decisionOf(
  { own }: RequestAccount,
  kernelFunction: string,
  branch?: string,
): Decision | undefined {
  return own
    .flatMap(({ decisions }) => decisions)
    .find((one) => one.kernelFunction === kernelFunction && (branch === undefined || one.branch === branch));
}

/** Who sent the RST or the ICMP error that reached the client; null when none did. */
export function refusedBy({ own }: RequestAccount): 'director' | 'real server' | null {
  const refusal = own.find(
    ({ packet, fate }) =>
      fate.kind === 'arrived' && fate.point === 'client' && (packet.protocol === 'icmp' || isReset(packet)),
  );
  if (refusal === undefined) return null;
  return refusal.from === 'real-server' ? 'real server' : 'director';
}

function isReset({ protocol, flags }: PacketStory['packet']): boolean {
  if (protocol === 'sctp') return sctpChunkType(flags) === SctpChunk.ABORT;
  return protocol === 'tcp' && (flags & RST) !== 0;
}

/** Whether the real server closed the connection with a FIN (or SHUTDOWN) during the request. */
export function closedByServer({ own }: RequestAccount): boolean {
  return own.some(({ from, packet }) => from === 'real-server' && isFin(packet));
}

function isFin({ protocol, flags }: PacketStory['packet']): boolean {
  if (protocol === 'sctp') return sctpChunkType(flags) === SctpChunk.SHUTDOWN;
  return protocol === 'tcp' && (flags & FIN) !== 0;
}

/**
 * How long the director had seen nothing of the connection when its packet found no entry; null where that did not
 * happen. Answers of routed and tunnelled services do not pass it.
 */
export function idleBefore({ scenario, before, own }: RequestAccount): number | null {
  const isMasq = scenario.services.every(({ forward }) => forward === 'masq');
  const passing = [...before, ...own].filter((story) => isMasq || isFromClient(story));
  const late = passing.findIndex(({ decisions }) => decisions.some(({ branch }) => branch === 'no entry'));
  return late < 1 ? null : passing[late]!.at_ns - passing[late - 1]!.at_ns;
}

/** The real server that the director sent the request to, as it was last named. */
export function serverOf({ own, before }: RequestAccount): string | null {
  for (const stories of [own, before]) {
    const named = stories
      .flatMap(({ decisions }) => decisions)
      .findLast(({ values }) => typeof values.server === 'string');
    if (named !== undefined) return String(named.values.server);
    const sent = stories.findLast(
      (story) => isFromClient(story) && story.fate.kind === 'arrived' && story.fate.point === 'real-server',
    );
    if (sent?.fate.kind === 'arrived') {
      const { realServer, destination, destinationPort } = sent.fate.packet;
      return realServer ?? endpointText(destination, destinationPort);
    }
  }
  return null;
}
