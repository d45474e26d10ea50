/** A trace as text: one line per packet, from where it started to what became of it. */

import { reasonTitle, spokenOf } from '../../causes/words.ts';
import { type PacketStory, storiesOf } from '../../measure/packet_stories.ts';
import type { TraceEvent } from '../../measure/trace.ts';
import { endpointText } from '../../text/endpoint.ts';
import { type Look, PLAIN, padEnd, paint, printable, sign, width, wrap } from '../text.ts';
import { againText, decisionText, packetAddresses, packetKind } from './packet_text.ts';

export interface TraceTextOptions {
  readonly look?: Look;
  /** A line for each decision of a kernel function under its packet. */
  readonly decisions?: boolean;
  /** Explain the columns and the drop reasons that occur. */
  readonly legend?: boolean;
}

const TIME_COLUMNS = 11;

export function renderTrace(events: readonly TraceEvent[], options: TraceTextOptions = {}): string {
  const { look = PLAIN, decisions = false, legend = true } = options;
  const stories = storiesOf(events);
  const kinds = Math.max(6, ...stories.map((story) => width(kindText(story))));
  const lines = stories.flatMap((story) => [
    packetLine(story, kinds, look),
    ...(decisions ? story.decisions.map((event) => decisionLine(decisionText(event), look)) : []),
  ]);
  const head = legend
    ? [`${'time s'.padStart(TIME_COLUMNS)}  ${padEnd('packet', kinds)}  from > to, and what became of it`]
    : [];
  const foot = legend ? legendLines(stories, look) : [];
  return `${sign(look, [...head.map((line) => paint(look, 'bold', line)), ...lines, ...foot].join('\n'))}\n`;
}

function kindText({ packet }: PacketStory): string {
  return packetKind(packet, '') + againText(packet);
}

/** Never wrapped: a line per packet is what grep and diff want. */
function packetLine(story: PacketStory, kinds: number, look: Look): string {
  const time = (story.at_ns / 1e9).toFixed(6).padStart(TIME_COLUMNS);
  const what = `${padEnd(kindText(story), kinds)}  ${printable(packetAddresses(story.packet))}`;
  return `${time}  ${what}  ${fateText(story, look)}${atText(story)}`;
}

function atText({ node }: PacketStory): string {
  return node === null ? '' : `, at ${printable(node)}`;
}

function fateText({ fate, packet }: PacketStory, look: Look): string {
  if (fate.kind === 'under way') return 'under way';
  if (fate.kind === 'dropped') {
    return paint(
      look,
      'red',
      `${look.unicode ? '✗' : 'x'} ${printable(fate.reason)} in ${printable(fate.kernelFunction)}()`,
    );
  }
  if (fate.kind === 'answered') return `answered with ${fate.answer} in ${printable(fate.kernelFunction)}()`;
  const { destination, destinationPort, source, sourcePort, realServer } = fate.packet;
  if (realServer !== null) return `→ ${realServer}`;
  if (destination !== packet.destination || destinationPort !== packet.destinationPort) {
    return `→ ${endpointText(destination, destinationPort)}`;
  }
  if (source !== packet.source || sourcePort !== packet.sourcePort)
    return `as ${endpointText(source, sourcePort)}`;
  return 'arrived';
}

function decisionLine(text: string, look: Look): string {
  return paint(look, 'dim', wrap(printable(text), look.columns, `${' '.repeat(TIME_COLUMNS + 2)}· `));
}

function legendLines(stories: readonly PacketStory[], look: Look): string[] {
  const dropped = new Set(
    stories.flatMap(({ fate, packet }) =>
      fate.kind === 'dropped' ? [`${fate.reason}: ${reasonTitle(spokenOf(packet), fate.reason)}`] : [],
    ),
  );
  return [
    '',
    '→ sent on to a real server; as: what the client sees for the sender; again (n): n-th retransmission; a number after the flags: bytes.',
    ...(stories.some(({ node }) => node !== null) ? ['at: the node that had it.'] : []),
    ...[...dropped].map((text) => `${look.unicode ? '✗' : 'x'} ${printable(text)}`),
  ].flatMap((line) => wrap(line, look.columns));
}
