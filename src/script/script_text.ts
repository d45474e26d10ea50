/** What a packet script did, as text: the ladder of its packets, and the tables after each step. */
import { type LadderStep, ladderOf } from '../report/packets/ladder.ts';
import { ladderHead, ladderLine } from '../report/packets/ladder_text.ts';
import { clip, type Look, paint, printable, sign, wrap } from '../report/text.ts';
import type { PerformedStep } from './perform.ts';

const INDENT = ' '.repeat(14);
/** Shorter waits are seen by the times of the steps. */
const SHORT_S = 0.05;

export function scriptText(steps: readonly PerformedStep[], look: Look): string {
  const ladder = ladderOf(steps.flatMap(({ events }) => events));
  const lines = ladderHead(ladder, look);
  let before: Tables = { entries: new Map(), conntracks: new Map(), servers: new Map() };
  for (const step of steps) {
    lines.push(...stepLines(step, look));
    const tables = tablesOf(step);
    for (const name of ['entries', 'conntracks', 'servers'] as const) {
      const changed = changes(before[name], tables[name]);
      lines.push(
        ...changed.map((line) => paint(look, 'dim', clip(INDENT + printable(line), look.columns, look))),
      );
    }
    before = tables;
    lines.push(...judgementLines(step, look));
  }
  return sign(look, lines.join('\n'));
}

/** Rows by what names them; seconds stand apart, for their passing alone is no news. */
type Rows = ReadonlyMap<string, { readonly text: string; readonly seconds: string }>;

interface Tables {
  readonly entries: Rows;
  readonly conntracks: Rows;
  readonly servers: Rows;
}

function tablesOf({ outcome }: PerformedStep): Tables {
  const { ipvs, ct, rs } = outcome.state;
  const seconds = (left_s: number) => `, ${left_s} s`;
  return {
    entries: new Map(
      ipvs.map(([, client, , server, state, left_s], index) => [
        `entry ${client} → ${server}${occurrence(ipvs, index)}`,
        { text: state, seconds: seconds(left_s) },
      ]),
    ),
    conntracks: new Map(
      ct.map(([, client, , replySource, replyDestination, state, left_s, flags], index) => [
        `conntrack ${client} → ${replySource}${occurrence(ct, index)}`,
        {
          text: [
            state,
            ...marks(flags),
            ...(replyDestination === client ? [] : [`as ${replyDestination}`]),
          ].join(', '),
          seconds: seconds(left_s),
        },
      ]),
    ),
    servers: new Map(
      Object.entries(rs).map(([address, [weight, active, inactive]]) => [
        `server ${address}`,
        { text: `weight ${weight}, ${active} active, ${inactive} inactive`, seconds: '' },
      ]),
    ),
  };
}

function marks(flags: string): string[] {
  return [...(flags.includes('A') ? ['assured'] : []), ...(flags.includes('U') ? ['unreplied'] : [])];
}

/** Rows may be alike but for their state: the second and further ones are numbered. */
function occurrence(rows: readonly (readonly (string | number)[])[], index: number): string {
  const [, a, b, c] = rows[index]!;
  const earlier = rows.slice(0, index).filter((row) => row[1] === a && row[2] === b && row[3] === c).length;
  return earlier === 0 ? '' : ` (${earlier + 1})`;
}

function changes(before: Rows, after: Rows): string[] {
  const fresh = [...after].filter(([name, { text }]) => before.get(name)?.text !== text);
  const gone = [...before.keys()].filter((name) => !after.has(name));
  return [
    ...fresh.map(([name, { text, seconds }]) => `${name}: ${text}${seconds}`),
    ...gone.map((name) => `${name}: gone`),
  ];
}

/** The step's own ladder; its packets are told since the beginning of the script. */
function stepLines({ planned, events }: PerformedStep, look: Look): string[] {
  const { action, at_ns } = planned;
  const time = `${(at_ns / 1e9).toFixed(3)} s`.padStart(12);
  const { steps } = ladderOf(events);
  const first = events[0]?.at_ns ?? 0;
  const shown = steps.filter((step): step is Exclude<LadderStep, { kind: 'gap' }> => step.kind !== 'gap');
  const lines = shown.map((step) => time + ladderLine(step, first, look).slice(time.length));
  switch (action.op) {
    case 'client':
    case 'server':
      return lines;
    case 'sleep':
      return action.seconds! < SHORT_S
        ? lines
        : [`${'...'.padStart(12)}  ${action.seconds} s later`, ...lines];
    case 'sysctl':
      return [`${time}  ${action.key} = ${action.value}`, ...lines];
    case 'del':
      return [`${time}  real server ${action.dest} deleted`, ...lines];
    default:
      return [
        `${time}  real server ${action.dest} ${action.op === 'add' ? 'added, ' : ''}weight ${action.weight}`,
        ...lines,
      ];
  }
}

function judgementLines({ judgements }: PerformedStep, look: Look): string[] {
  return judgements.map(({ holds, text, found, line }) => {
    const said = holds ? `✓ ${text}` : `✗ line ${line}: expected ${text}; ${found}`;
    return paint(look, holds ? 'green' : 'red', wrap(printable(said), look.columns, INDENT));
  });
}
