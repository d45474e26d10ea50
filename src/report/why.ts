/**
 * Why one request was slow or failed, as data: what its port and its connection had behind them, each packet with
 * what the kernel looked at and decided, what became of it, and the causes. why_text.ts writes it.
 */
import { closes, isBare, isConnected, isFromClient, isSyn, type RequestAccount } from '../causes/account.ts';
import { causesOfRequest, type RequestFinding } from '../causes/causes.ts';
import type { Remedy } from '../causes/remedies/remedy.ts';
import { reasonTitle, spokenOf } from '../causes/words.ts';
import type { PacketStory } from '../measure/packet_stories.ts';
import type { Transport } from '../text/transport.ts';
import { exact } from './numbers.ts';
import { decisionText, packetKind, packetTarget } from './packets/packet_text.ts';

export interface Why {
  /** In how the request was chosen: "the first of 794 that failed". */
  readonly chosen: string;
  readonly request: {
    /** Name of the client in the scenario. */
    readonly client: string;
    /** `10.0.0.1:32770`; null where no port was found. */
    readonly source: string | null;
    readonly destination: string | null;
    readonly protocol: Transport;
    readonly start_ns: number;
    /** Null while it waits. */
    readonly end_ns: number | null;
    readonly error: string | null;
    /** SYNs that it took; 0 on a connection that was there. */
    readonly syns: number;
    /** When its connection was there; null where it came to none, or had one. */
    readonly connected_ns: number | null;
  };
  readonly steps: readonly WhyStep[];
  readonly causes: readonly RequestFinding[];
  /** What helps against the first of them and is not in force. */
  readonly remedies: readonly Remedy[];
  /** A SYN met an entry whose time was over and whose timer had not fired. */
  readonly hasLateTimer: boolean;
}

export interface WhyStep {
  readonly at_ns: number;
  readonly text: string;
  /** What kernel functions looked at and did. */
  readonly decisions: readonly string[];
  /** Where it ended; null where that says nothing. */
  readonly fate: {
    readonly kind: 'arrived' | 'answered' | 'dropped' | 'under way';
    readonly text: string;
  } | null;
}

/** Retransmissions shown one by one: the first ones tell the story, the last ones how it ended. */
const SHOWN_FIRST = 6;
const SHOWN_LAST = 2;
/** Answers of one kind that are shown. */
const SHOWN_ANSWERS = 2;

/** Fates that make a packet worth telling of. */
const ENDED: ReadonlySet<string> = new Set(['dropped', 'answered']);

export interface WhyAsked {
  readonly chosen: string;
  readonly client: string;
  readonly protocol: Transport;
  readonly source: string | null;
  readonly destination: string | null;
}

export function whyOf(account: RequestAccount, asked: WhyAsked): Why {
  const { own, start_ns, end_ns, errno } = account;
  const syns = own.filter((story) => isFromClient(story) && isSyn(story));
  const synAck = own.find((story) => reachesClient(story) && isConnected(story));
  const causes = causesOfRequest(account);
  return {
    chosen: asked.chosen,
    request: {
      client: asked.client,
      source: asked.source,
      destination: asked.destination,
      protocol: asked.protocol,
      start_ns,
      end_ns,
      error: errno,
      syns: syns.length,
      connected_ns: syns.length > 0 && synAck?.fate.kind === 'arrived' ? synAck.fate.at_ns : null,
    },
    steps: [...past(account), ...ownSteps(account), ...ending(account)],
    causes,
    remedies:
      causes[0]?.cause.remedies.filter((remedy) => remedy.changes(account.scenario)?.length !== 0) ?? [],
    hasLateTimer: own.some(({ decisions }) => decisions.some(({ values }) => values.overdue === 1)),
  };
}

/** The port's last life, or what its connection did before. */
function past({ before, own }: RequestAccount): WhyStep[] {
  const opening = before.findLast(
    (story) => isFromClient(story) && isSyn(story) && story.packet.retransmission === 0,
  );
  if (opening === undefined) return [];
  const since = before.slice(before.indexOf(opening));
  const sent = since.find(
    ({ from, fate }) => from === 'client' && fate.kind === 'arrived' && fate.point === 'real-server',
  );
  const to =
    sent?.fate.kind === 'arrived'
      ? `, is sent to ${packetTarget(sent.fate.packet)}${through(sent.node)}`
      : '';
  const isKept = own.length > 0 && !own.some((story) => isFromClient(story) && isSyn(story));
  if (!isKept) {
    const closing = since.findLast((story) => closes(story) && story.fate.kind === 'arrived');
    const closed = closing?.fate.kind === 'arrived' ? ` and closes at ${exact(closing.fate.at_ns)}` : '';
    return [step(opening.at_ns, `the same port connects to the same place${to}${closed}`)];
  }
  const last = since.at(-1)!;
  return [
    step(opening.at_ns, `the connection is made${to}`),
    ...(last === opening ? [] : [step(last.at_ns, 'its last packet before the request')]),
  ];
}

function ownSteps({ own }: RequestAccount): WhyStep[] {
  const sent = own.filter((story) => isFromClient(story) && (!isBare(story) || ENDED.has(story.fate.kind)));
  const hidden = new Set(sent.slice(SHOWN_FIRST, Math.max(SHOWN_FIRST, sent.length - SHOWN_LAST)));
  const steps: WhyStep[] = [];
  let hasBytes = false;
  const answers = new Map<string, number>();
  for (const story of own) {
    if (hidden.has(story)) {
      if (story === sent[SHOWN_FIRST]) steps.push(step(story.at_ns, `${hidden.size} more packets like it`));
    } else if (sent.includes(story)) steps.push(sentStep(story));
    else if (reachesClient(story) && (isTellingAnswer(story) || (story.packet.length > 0 && !hasBytes))) {
      hasBytes ||= story.packet.length > 0;
      const answer = answerStep(story);
      const times = (answers.get(answer.text) ?? 0) + 1;
      answers.set(answer.text, times);
      if (times <= SHOWN_ANSWERS) steps.push(answer);
    }
  }
  return steps.map((one) => {
    const times = answers.get(one.text) ?? 0;
    return times > SHOWN_ANSWERS ? { ...one, text: `${one.text} (${times} times in all)` } : one;
  });
}

/** Of answers the first with data is told of by itself. */
function isTellingAnswer(story: PacketStory): boolean {
  const hasData = story.packet.protocol !== 'udp' && story.packet.length > 0;
  return !isBare(story) && !hasData;
}

function reachesClient({ fate }: PacketStory): boolean {
  return fate.kind === 'arrived' && fate.point === 'client';
}

function sentStep(story: PacketStory): WhyStep {
  const { retransmission } = story.packet;
  const again = retransmission === 0 ? '' : ` again (retransmission ${retransmission})`;
  return {
    at_ns: story.at_ns,
    text: `${packetKind(story.packet)}${again}`,
    decisions: story.decisions.map(decisionText),
    fate: fateOf(story),
  };
}

function fateOf({ fate, node, packet }: PacketStory): WhyStep['fate'] {
  if (fate.kind === 'dropped') {
    const where = node === null ? '' : ` of ${node}`;
    return {
      kind: 'dropped',
      text: `dropped by ${fate.kernelFunction}()${where}: ${reasonTitle(spokenOf(packet), fate.reason)} (${fate.reason})`,
    };
  }
  if (fate.kind === 'answered') {
    return {
      kind: 'answered',
      text: `answered with ${fate.answer} by ${node === null ? "the director's" : `${node}'s`} own ${fate.kernelFunction}()`,
    };
  }
  if (fate.kind === 'under way') return { kind: 'under way', text: 'under way when the trace ends' };
  return { kind: 'arrived', text: `reaches ${packetTarget(fate.packet)}${through(node)}` };
}

function through(node: string | null): string {
  return node === null ? '' : ` through ${node}`;
}

function answerStep(story: PacketStory): WhyStep {
  const { packet, fate, at_ns, from, node } = story;
  const kind = packetKind(packet);
  const sender = from === 'real-server' ? '' : `, which ${node ?? 'the director'} sent,`;
  const connected = isConnected(story) ? ': connected' : '';
  return step(
    fate.kind === 'arrived' ? fate.at_ns : at_ns,
    `${kind}${sender} reaches the client${connected}`,
  );
}

function ending({ end_ns, errno, own }: RequestAccount): WhyStep[] {
  if (end_ns === null) return [];
  if (errno !== null) return [step(end_ns, `the request fails: ${errno}`)];
  return own.length === 0 ? [] : [step(end_ns, 'the request is answered')];
}

function step(at_ns: number, text: string): WhyStep {
  return { at_ns, text, decisions: [], fate: null };
}
