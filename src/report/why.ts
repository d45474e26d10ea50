/**
 * Why one connect was slow or failed: the port's past, each SYN with what the kernel looked at and decided, then
 * the cause in words and what helps. Everything is read off the trace of that one port.
 */
import type { TraceEvent } from '../measure/trace.ts';
import { type PacketStory, storiesOf } from './fates.ts';
import { milliseconds } from './numbers.ts';
import { ACK, decisionText, isFirstSyn, packetKind, packetTarget, SYN } from './packets/packet_text.ts';
import { reasonText } from './reasons.ts';
import { type Look, PLAIN, padStart, paint, printable, sign, wrap } from './text.ts';

export interface WhyOptions {
  readonly look?: Look;
  /** When the connect in question began; the last one of the trace when left out. */
  readonly start_ns?: number;
  /** The command that shows this again, and others worth running. */
  readonly commands?: readonly string[];
}

const FIN = 0x01;
const RST = 0x04;

/** One connect() and what followed, as far as the trace goes. */
interface Attempt {
  readonly syns: readonly PacketStory[];
  readonly start_ns: number;
  /** The packet with which the client knew. */
  readonly answer: PacketStory | null;
  readonly answered_ns: number | null;
  readonly closed_ns: number | null;
  readonly server: string | null;
}

export function renderWhy(events: readonly TraceEvent[], options: WhyOptions = {}): string {
  const { look = PLAIN, start_ns, commands = [] } = options;
  const attempts = attemptsOf(storiesOf(events));
  const index =
    start_ns === undefined ? attempts.length - 1 : attempts.findIndex((one) => one.start_ns === start_ns);
  const attempt = attempts[index];
  if (attempt === undefined) return 'No connect in this trace: nothing to explain.\n';
  const before = attempts[index - 1];
  const blocks = [
    paint(look, 'bold', wrap(headline(attempt), look.columns)),
    [
      ...(before === undefined ? [] : [past(before, look)]),
      ...attempt.syns.map((syn) => synLines(syn, look)),
      ...end(attempt, look),
    ].join('\n'),
    ...conclusion(attempt, look),
    ...(commands.length === 0
      ? []
      : [`Next:\n${commands.map((command) => `  ${printable(command)}`).join('\n')}`]),
  ];
  return `${sign(look, blocks.filter((block) => block !== '').join('\n\n'))}\n`;
}

/** A first SYN begins an attempt; what follows belongs to it until the next one begins. */
function attemptsOf(stories: readonly PacketStory[]): Attempt[] {
  const starts = stories.flatMap((story, index) =>
    story.from === 'client' && isFirstSyn(story.packet) && story.packet.retransmission === 0 ? [index] : [],
  );
  return starts.map((start, number) => attemptOf(stories.slice(start, starts[number + 1])));
}

function attemptOf(own: readonly PacketStory[]): Attempt {
  const arrived = (story: PacketStory) => story.fate.kind === 'arrived' && story.fate.point === 'client';
  const answer = own.find((story) => arrived(story) && story.packet.protocol !== 'udp') ?? null;
  const closing = own.filter(
    ({ packet, fate }) =>
      packet.protocol === 'tcp' && (packet.flags & (FIN | RST)) !== 0 && fate.kind === 'arrived',
  );
  const forwarded = own.find(({ fate }) => fate.kind === 'arrived' && fate.point === 'real-server');
  const to = forwarded?.fate.kind === 'arrived' ? forwarded.fate.packet : null;
  const closed = closing.at(-1)?.fate;
  return {
    syns: own.filter(({ packet, from }) => from === 'client' && isFirstSyn(packet)),
    start_ns: own[0]!.at_ns,
    answer,
    answered_ns: answer?.fate.kind === 'arrived' ? answer.fate.at_ns : null,
    closed_ns: closed?.kind === 'arrived' ? closed.at_ns : null,
    server: to === null ? null : packetTarget(to),
  };
}

function isEstablished({ answer }: Attempt): boolean {
  return (
    answer !== null && answer.packet.protocol === 'tcp' && (answer.packet.flags & (SYN | ACK)) === (SYN | ACK)
  );
}

function headline(attempt: Attempt): string {
  const { source, sourcePort, destination, destinationPort } = attempt.syns[0]!.packet;
  const who = `The connect from ${source}:${sourcePort} to ${destination}:${destinationPort} at ${exact(attempt.start_ns)}`;
  const { length } = attempt.syns;
  const sent = length === 1 ? 'one SYN' : `${length} SYNs`;
  if (attempt.answered_ns === null) return `${who} has no answer after ${sent}.`;
  const took = spell(attempt.answered_ns - attempt.start_ns);
  if (isEstablished(attempt)) return `${who} took ${took} (${sent}).`;
  return `${who} failed after ${took}: ${packetKind(attempt.answer!.packet)}.`;
}

/** The port's last life, which left the entry behind. */
function past(before: Attempt, look: Look): string {
  const server = before.server === null ? '' : `, is sent to ${before.server}`;
  const closed = before.closed_ns === null ? '' : ` and closes at ${exact(before.closed_ns)}`;
  return line(before.start_ns, `the same port connects to the same place${server}${closed}`, look);
}

function synLines(syn: PacketStory, look: Look): string {
  const { retransmission } = syn.packet;
  const first = line(
    syn.at_ns,
    retransmission === 0 ? 'SYN' : `SYN again (retransmission ${retransmission})`,
    look,
  );
  const decisions = syn.decisions.map((event) =>
    wrap(printable(decisionText(event)), look.columns, `${INDENT}· `),
  );
  return [first, ...decisions, synFate(syn, look)].join('\n');
}

function synFate({ fate }: PacketStory, look: Look): string {
  if (fate.kind === 'dropped') {
    const text = `dropped by ${fate.kernelFunction}(): ${reasonText(fate.reason).title} (${fate.reason})`;
    return paint(look, 'red', wrap(printable(text), look.columns, `${INDENT}${look.unicode ? '✗' : 'x'} `));
  }
  if (fate.kind === 'under way') return `${INDENT}  under way when the trace ends`;
  return `${INDENT}→ reaches ${printable(packetTarget(fate.packet))}`;
}

function end(attempt: Attempt, look: Look): string[] {
  if (attempt.answered_ns === null) return [];
  const text = isEstablished(attempt)
    ? 'SYN+ACK reaches the client: connected'
    : `${packetKind(attempt.answer!.packet)} reaches the client`;
  return [line(attempt.answered_ns, text, look)];
}

function conclusion(attempt: Attempt, look: Look): string[] {
  const dropped = attempt.syns.flatMap(({ fate }) => (fate.kind === 'dropped' ? [fate.reason] : []));
  const reason = dropped[0];
  if (reason === undefined) {
    return isEstablished(attempt) ? ['No SYN of it was dropped: there is nothing to explain.'] : [];
  }
  const text = reasonText(reason);
  const late = attempt.syns.some(({ decisions }) => decisions.some(({ values }) => values.overdue === 1));
  const paragraphs = [
    wrap(text.happened, look.columns, paint(look, 'bold', 'Why: ')),
    late ? wrap(LATE_TIMER, look.columns, paint(look, 'bold', 'Late timer: ')) : '',
    text.client === '' ? '' : wrap(text.client, look.columns, paint(look, 'bold', 'The client: ')),
    text.visible === '' ? '' : wrap(text.visible, look.columns, paint(look, 'bold', 'On a real node: ')),
    text.remedies.length === 0
      ? ''
      : [
          paint(look, 'bold', 'What helps:'),
          ...text.remedies.map((remedy) => wrap(remedy, look.columns, '  - ')),
        ].join('\n'),
  ];
  return [paragraphs.filter((paragraph) => paragraph !== '').join('\n')];
}

/**
 * Why a SYN that was sent again is dropped again. ip_vs_conn.c ip_vs_conn_expire_now() moves a timer only while
 * its expiry lies ahead; kernel/time/timer.c fires long timers late from 4.8 on.
 */
const LATE_TIMER =
  "The entry's time was over already, but its timer had not fired: from 4.8 on the timer wheel fires long timers up to " +
  'an eighth late, a 120 s one by up to 2 s (HZ=250), 4 s (HZ=1000) or 5 s (HZ=100). ip_vs_conn_expire_now() moves a ' +
  'timer only when its expiry lies ahead, so the entry stays, and every SYN is dropped until the timer fires. That is ' +
  'how a connect comes to take 3 s or 7 s.';

const TIME_COLUMNS = 13;
const INDENT = ' '.repeat(TIME_COLUMNS + 4);

function line(at_ns: number, text: string, look: Look): string {
  return wrap(printable(text), look.columns, `${padStart(exact(at_ns), TIME_COLUMNS)}  `);
}

function exact(at_ns: number): string {
  return `${(at_ns / 1e9).toFixed(6)} s`;
}

function spell(length_ns: number): string {
  return length_ns < 1e9 ? milliseconds(length_ns / 1e6) : `${Number((length_ns / 1e9).toFixed(3))} s`;
}
