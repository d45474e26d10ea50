/**
 * Connections of a capture: each from its SYN on, with what a client saw of it. The same packet may be captured
 * several times (on several interfaces, before and after NAT); each connection is told by where it was seen first.
 */
import type { AddressBook } from '../../text/address_book.ts';
import { TCP } from './link_layer.ts';
import type { CapturedPacket } from './packet.ts';

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;

export interface Flow {
  readonly client: string;
  readonly clientPort: number;
  /** The service as the client calls it. */
  readonly server: string;
  readonly interface: number;
  /** Of the first packet of it that was captured. */
  readonly firstPacket: number;
  readonly start_ns: number;
  /** Whether it began before the capture did. */
  readonly isPartial: boolean;
  readonly isn: number;
  /** SYNs sent, the first included, and when the last was. */
  syns: number;
  lastSyn_ns: number;
  lastSynPacket: number;
  /** When the SYN+ACK came, the first of them; null where none did. */
  synAck_ns: number | null;
  /** How often: a server whose accept queue is full forgets the end of a handshake, and answers the SYN again. */
  synAcks: number;
  /** Who spoke last, and when. */
  turn: 'client' | 'server' | null;
  turn_ns: number;
  /** Whether the server has sent more than the answer to the SYN. */
  isTaken: boolean;
  /** Segments that the client has sent again, without its SYNs. */
  resent: number;
  /** Turns of the talk: the client says something, and then the server. */
  requests: number;
  answers: number;
  requestBytes: number;
  answerBytes: number;
  /** From the end of a request to the beginning of its answer, and from there to the next request, in all. */
  service_ns: number;
  pause_ns: number;
  /** Who closed first, and who reset. */
  fin: 'client' | 'server' | null;
  fin_ns: number | null;
  rst: 'client' | 'server' | null;
  rst_ns: number | null;
  rstPacket: number;
  /** The pause before the packet that the reset answers. */
  idleBeforeRst_ns: number;
  icmp: number;
  last_ns: number;
  /** Whether its packets are there twice and more: what was sent again cannot be told from copies then. */
  isCopied: boolean;
  /** SYNs seen on a further interface before NAT, as those of the node beside those of the client. */
  furtherSyns: number;
  /** After NAT, the real server that the connection was seen to go to. */
  realServer: string | null;
  /** SYNs seen after NAT, and what the real server said to them first. */
  forwardedSyns: number;
  serverSaid: 'yes' | 'no' | null;
}

interface Open extends Flow {
  readonly key: string;
  nextSeq: number;
  nextAnswerSeq: number;
  /** Before the newest packet that is no reset. */
  pauseBefore_ns: number;
  /** Whether its SYN may come once more. */
  isOpening: boolean;
  furtherInterface: number;
  /** The first one after NAT, and when the newest SYN was seen there. */
  farInterface: number;
  forwarded_ns: number;
}

/** More are not kept: each takes about a kilobyte, and a replay can have no more. */
export const MOST_FLOWS = 1_000_000;
/** Packets that are the same one, before and after NAT or on two interfaces, are no further apart. */
const SAME_WITHIN_NS = 50e6;

export class FlowTable {
  /** In the order of their first packets. */
  readonly flows: Flow[] = [];
  /** Packets of connections that there was no more room for. */
  lost = 0;
  /** Segments that clients have sent. */
  sent = 0;
  readonly #book: AddressBook;
  readonly #open = new Map<string, Open>();
  /** Names of hosts and services, each once however many connections have it. */
  readonly #names = new Map<string, string>();
  /** Connections whose SYN may come once more, by its sequence number, which no NAT changes. */
  readonly #byIsn = new Map<number, Open>();
  /** What connections that are known already are called after NAT. */
  readonly #translated = new Map<string, Open>();

  /** The book that the packets' addresses are numbers of. */
  constructor(book: AddressBook) {
    this.#book = book;
  }

  add(packet: CapturedPacket): void {
    if (packet.icmp !== 0) this.#unreachable(packet);
    else if (packet.protocol === TCP) this.#tcp(packet);
  }

  #tcp(packet: CapturedPacket): void {
    const { flags } = packet;
    const forward = keyOf(packet.source, packet.sourcePort, packet.destination, packet.destinationPort);
    if ((flags & (SYN | ACK)) === SYN) {
      this.#syn(packet, forward);
      return;
    }
    const sent = this.#open.get(forward);
    if (sent !== undefined) {
      if (packet.interface !== sent.interface) return;
      this.sent++;
      fromClient(sent, packet);
      this.#opened(sent);
      return;
    }
    const back = keyOf(packet.destination, packet.destinationPort, packet.source, packet.sourcePort);
    const answered = this.#open.get(back);
    if (answered !== undefined) {
      if (packet.interface !== answered.interface) return;
      fromServer(answered, packet);
      return;
    }
    if (this.#translated.has(forward)) return;
    const asked = this.#translated.get(back);
    if (asked !== undefined) {
      if ((flags & SYN) !== 0) asked.serverSaid ??= 'yes';
      else if ((flags & RST) !== 0) asked.serverSaid ??= 'no';
      return;
    }
    // Without a SYN the lower port is the service's, as a rule.
    const isRequest = packet.destinationPort < packet.sourcePort;
    const flow = this.#begin(packet, isRequest, true);
    if (flow !== null) (isRequest ? fromClient : fromServer)(flow, packet);
  }

  #syn(packet: CapturedPacket, key: string): void {
    const known = this.#open.get(key);
    if (known !== undefined && !known.isPartial && known.isn === packet.seq) {
      if (synAgain(known, packet)) this.sent++;
      return;
    }
    const before = this.#byIsn.get(packet.seq);
    if (before !== undefined && packet.at_ns - before.lastSyn_ns < SAME_WITHIN_NS && before.key !== key) {
      this.#forwarded(before, packet);
      this.#translated.set(key, before);
      return;
    }
    this.sent++;
    const flow = this.#begin(packet, true, false);
    if (flow !== null) this.#byIsn.set(packet.seq, flow);
  }

  #begin(packet: CapturedPacket, isRequest: boolean, isPartial: boolean): Open | null {
    if (this.flows.length >= MOST_FLOWS) {
      this.lost++;
      return null;
    }
    const [client, clientPort, server, port] = isRequest
      ? [packet.source, packet.sourcePort, packet.destination, packet.destinationPort]
      : [packet.destination, packet.destinationPort, packet.source, packet.sourcePort];
    const key = keyOf(client, clientPort, server, port);
    const flow: Open = {
      key,
      client: this.#name(this.#book.format(client)),
      clientPort,
      server: this.#name(this.#book.formatEndpoint(server, port)),
      interface: packet.interface,
      firstPacket: packet.number,
      start_ns: packet.at_ns,
      isPartial,
      isn: isRequest ? packet.seq : 0,
      syns: isPartial ? 0 : 1,
      lastSyn_ns: packet.at_ns,
      lastSynPacket: packet.number,
      synAck_ns: null,
      synAcks: 0,
      resent: 0,
      requests: 0,
      answers: 0,
      requestBytes: 0,
      answerBytes: 0,
      service_ns: 0,
      pause_ns: 0,
      fin: null,
      fin_ns: null,
      rst: null,
      rst_ns: null,
      rstPacket: 0,
      idleBeforeRst_ns: 0,
      icmp: 0,
      last_ns: packet.at_ns,
      isCopied: false,
      furtherSyns: 0,
      realServer: null,
      forwardedSyns: 0,
      serverSaid: null,
      nextSeq: isPartial ? UNKNOWN : (packet.seq + 1) >>> 0,
      nextAnswerSeq: UNKNOWN,
      isTaken: isPartial,
      turn: null,
      turn_ns: 0,
      pauseBefore_ns: 0,
      isOpening: !isPartial,
      furtherInterface: UNKNOWN,
      farInterface: UNKNOWN,
      forwarded_ns: Number.NEGATIVE_INFINITY,
    };
    this.flows.push(flow);
    this.#open.set(key, flow);
    return flow;
  }

  /** The client goes on: it sends no SYN any more. */
  #opened(flow: Open): void {
    if (!flow.isOpening) return;
    flow.isOpening = false;
    if (this.#byIsn.get(flow.isn) === flow) this.#byIsn.delete(flow.isn);
  }

  #name(text: string): string {
    const known = this.#names.get(text);
    if (known === undefined) this.#names.set(text, text);
    return known ?? text;
  }

  #forwarded(flow: Open, packet: CapturedPacket): void {
    const { interface: place, at_ns } = packet;
    flow.realServer ??= this.#book.formatEndpoint(packet.destination, packet.destinationPort);
    if (flow.farInterface === UNKNOWN) flow.farInterface = place;
    if (flow.farInterface !== place || at_ns - flow.forwarded_ns < SAME_WITHIN_NS) return;
    flow.forwardedSyns++;
    flow.forwarded_ns = at_ns;
  }

  #unreachable(packet: CapturedPacket): void {
    const key = keyOf(packet.source, packet.sourcePort, packet.destination, packet.destinationPort);
    const flow = this.#open.get(key);
    if (flow !== undefined) flow.icmp = packet.icmp;
  }
}

/** Whether its client has sent it once more. */
function synAgain(flow: Open, { interface: place, at_ns, number }: CapturedPacket): boolean {
  if (place !== flow.interface) {
    if (flow.furtherInterface === UNKNOWN) flow.furtherInterface = place;
    if (flow.furtherInterface === place) flow.furtherSyns++;
    return false;
  }
  if (at_ns - flow.lastSyn_ns < SAME_WITHIN_NS) {
    flow.isCopied = true;
    return false;
  }
  flow.syns++;
  flow.lastSyn_ns = at_ns;
  flow.lastSynPacket = number;
  flow.last_ns = at_ns;
  return true;
}

function fromClient(flow: Open, packet: CapturedPacket): void {
  const { at_ns, flags, length, seq } = packet;
  if (length > 0 && !isNew(seq, flow.nextSeq)) {
    if (!flow.isCopied) flow.resent++;
  } else if (length > 0) {
    if (flow.turn !== 'client') {
      if (flow.turn === 'server') flow.pause_ns += at_ns - flow.turn_ns;
      flow.requests++;
      flow.turn = 'client';
    }
    flow.turn_ns = at_ns;
    flow.requestBytes += length;
    flow.nextSeq = (seq + length) >>> 0;
  }
  ended(flow, packet, 'client');
  if ((flags & RST) === 0) moved(flow, at_ns);
}

function fromServer(flow: Open, packet: CapturedPacket): void {
  const { at_ns, flags, length, seq } = packet;
  if ((flags & (SYN | RST)) === 0) flow.isTaken = true;
  if ((flags & (SYN | ACK)) === (SYN | ACK)) {
    flow.synAck_ns ??= at_ns;
    if (!flow.isCopied || flow.synAcks === 0) flow.synAcks++;
    flow.nextAnswerSeq = (seq + 1) >>> 0;
  }
  if (length > 0 && isNew(seq, flow.nextAnswerSeq)) {
    if (flow.turn !== 'server') {
      if (flow.turn === 'client') {
        flow.service_ns += at_ns - flow.turn_ns;
        flow.answers++;
      }
      flow.turn = 'server';
    }
    flow.turn_ns = at_ns;
    flow.answerBytes += length;
    flow.nextAnswerSeq = (seq + length) >>> 0;
  }
  ended(flow, packet, 'server');
  if ((flags & RST) === 0) moved(flow, at_ns);
}

function moved(flow: Open, at_ns: number): void {
  flow.pauseBefore_ns = at_ns - flow.last_ns;
  flow.last_ns = at_ns;
}

function ended(flow: Open, { flags, at_ns, number }: CapturedPacket, by: 'client' | 'server'): void {
  if ((flags & RST) !== 0 && flow.rst === null) {
    flow.rst = by;
    flow.rst_ns = at_ns;
    flow.rstPacket = number;
    flow.idleBeforeRst_ns = flow.pauseBefore_ns;
  } else if ((flags & FIN) !== 0 && flow.fin === null) {
    flow.fin = by;
    flow.fin_ns = at_ns;
  }
}

/** Before the first segment that way. */
const UNKNOWN = -1;

/** Sequence numbers wrap around. */
function isNew(seq: number, next: number): boolean {
  return next === UNKNOWN || ((seq - next) | 0) >= 0;
}

function keyOf(source: number, sourcePort: number, destination: number, destinationPort: number): string {
  return `${source}:${sourcePort}>${destination}:${destinationPort}`;
}
