/** Why one request was slow or failed, as text. */
import { remedyText } from '../causes/remedies/remedy.ts';
import { inWordsOf, spokenOf } from '../causes/words.ts';
import { type Asked, commandLine } from './command.ts';
import { exact, spell } from './numbers.ts';
import { openerOfProtocol } from './opener.ts';
import { type Look, PLAIN, padStart, paint, printable, sign, wrap } from './text.ts';
import type { Why, WhyStep } from './why.ts';

export interface WhyOptions {
  readonly look?: Look;
  /** The command that shows this again, and others worth running. */
  readonly commands?: readonly string[];
}

/** What to ask next about that request and its scenario. */
export function nextCommands({ request }: Why, asked: Asked): readonly string[] {
  const follow = request.source === null ? '' : ` --follow ${request.source}`;
  const { until_ns: _until, ...whole } = asked;
  return [`${commandLine('trace', whole)}${follow} --decisions`, commandLine('advise', asked)];
}

export function renderWhy(why: Why, options: WhyOptions = {}): string {
  const { look = PLAIN, commands = [] } = options;
  const blocks = [
    paint(look, 'bold', wrap(printable(headline(why)), look.columns)),
    why.steps.map((step) => stepLines(step, look)).join('\n'),
    ...conclusion(why, look),
    commands.length === 0 ? '' : `Next:\n${commands.map((command) => `  ${printable(command)}`).join('\n')}`,
  ];
  return `${sign(look, blocks.filter((block) => block !== '').join('\n\n'))}\n`;
}

function headline({ chosen, request }: Why): string {
  const { client, source, destination, protocol, start_ns, end_ns, error, syns } = request;
  const from = source === null ? `client ${client}` : `${source} to ${destination}`;
  const opener = openerOfProtocol(protocol);
  const sent = syns === 0 ? '' : syns === 1 ? ` (one ${opener})` : ` (${syns} ${opener}s)`;
  const how = chosen === '' ? '' : ` (${chosen})`;
  const who = `The request from ${from} at ${exact(start_ns)}${how}`;
  if (end_ns === null) return `${who} has no answer yet${sent}.`;
  const took = spell(end_ns - start_ns);
  if (error === null) return `${who} took ${took}${sent}.`;
  return end_ns === start_ns
    ? `${who} failed at once: ${error}.`
    : `${who} failed after ${took}${sent}: ${error}.`;
}

function stepLines({ at_ns, text, decisions, fate }: WhyStep, look: Look): string {
  return [
    wrap(printable(text), look.columns, `${padStart(exact(at_ns), TIME_COLUMNS)}  `),
    ...decisions.map((decision) => wrap(printable(decision), look.columns, `${INDENT}· `)),
    ...(fate === null ? [] : [fateLine(fate, look)]),
  ].join('\n');
}

function fateLine({ kind, text }: NonNullable<WhyStep['fate']>, look: Look): string {
  if (kind === 'arrived') return `${INDENT}→ ${printable(text)}`;
  if (kind === 'answered') return paint(look, 'red', wrap(printable(text), look.columns, `${INDENT}← `));
  if (kind === 'under way') return `${INDENT}  ${text}`;
  return paint(look, 'red', wrap(printable(text), look.columns, `${INDENT}${look.unicode ? '✗' : 'x'} `));
}

function conclusion(why: Why, look: Look): string[] {
  const [main, ...others] = why.causes;
  const label = (text: string) => paint(look, 'bold', text);
  if (main === undefined) return [wrap(unremarkable(why), look.columns)];
  const { cause, text } = main;
  const paragraphs = [
    wrap(`${printable(text)} ${cause.story}`, look.columns, label('Why: ')),
    why.hasLateTimer
      ? wrap(
          inWordsOf(
            spokenOf({ protocol: why.request.protocol, source: why.request.source ?? '' }),
            LATE_TIMER,
          ),
          look.columns,
          label('Late timer: '),
        )
      : '',
    wrap(cause.client, look.columns, label('The client: ')),
    wrap(cause.kernel, look.columns, label('In the kernel: ')),
    [
      label('On a real node:'),
      ...cause.visible.map(([command, shows]) => wrap(`${command}: ${shows}.`, look.columns, '  - ')),
    ].join('\n'),
    why.remedies.length === 0
      ? ''
      : [
          label('What helps:'),
          ...why.remedies.map((remedy) => wrap(remedyText(remedy), look.columns, '  - ')),
        ].join('\n'),
    ...others.map((other) => wrap(printable(other.text), look.columns, label('Besides: '))),
  ];
  return [paragraphs.filter((paragraph) => paragraph !== '').join('\n')];
}

/** Where the time went, when no cause is known. */
function unremarkable({ request }: Why): string {
  const { start_ns, end_ns, error, connected_ns } = request;
  if (error !== null) return 'No cause that is known fits it: what happened to its packets is above.';
  if (end_ns === null) return 'Nothing of it was dropped: it waits for its answer.';
  const rest = end_ns - (connected_ns ?? start_ns);
  const connect = connected_ns === null ? '' : `${spell(connected_ns - start_ns)} to connect, `;
  return `No packet of it was dropped: ${connect}${spell(rest)} until the answer was there.`;
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
