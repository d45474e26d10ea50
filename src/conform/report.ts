/** What a replay showed, as text: the line of a recording, a divergence as a diff, one step side by side. */
import { compareStep, type Divergence, type Outcome, realServers, rowText } from './compare.ts';
import { frameText, stepText } from './frame.ts';
import { type Recording, type Step, virtualAddresses } from './recording.ts';
import type { PlayedStep, Replay } from './replay.ts';

/** Marks lines that only the recording, or only the model has. */
export type Paint = (side: 'recorded' | 'modelled', line: string) => string;

/** Steps that are shown before a divergence. */
const CONTEXT = 3;
/** What follows a divergence mostly follows from it, so the first few say it all. */
const SHOWN = 3;

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function recordingLine(name: string, replay: Replay): string {
  const { steps, divergences } = replay;
  return `${name}: ${steps} steps, ${divergences.length} divergences${edgeText(replay)}`;
}

export function totalLine(replays: readonly Replay[]): string {
  const sum = (of: (replay: Replay) => number): number =>
    replays.reduce((total, each) => total + of(each), 0);
  const steps = sum((replay) => replay.steps);
  const divergences = sum((replay) => replay.divergences.length);
  const edges = edgeText({
    movedTo_ns: { size: sum(({ movedTo_ns }) => movedTo_ns.size) },
    readOnOtherSide: sum(({ readOnOtherSide }) => readOnOtherSide),
  });
  return `${replays.length} traces, ${steps} steps, ${divergences} divergences${edges}`;
}

/** How often what happened at a jiffy's edge was taken to be on its other side; nothing where it never was. */
function edgeText({
  movedTo_ns,
  readOnOtherSide,
}: {
  readonly movedTo_ns: { readonly size: number };
  readonly readOnOtherSide: number;
}): string {
  const parts = [
    ...(movedTo_ns.size > 0 ? [plural(movedTo_ns.size, 'packet')] : []),
    ...(readOnOtherSide > 0 ? [plural(readOnOtherSide, 'reading')] : []),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(' and ')} on the other side of a jiffy's edge)`;
}

/** The first divergences of a recording, with the steps before each; empty where there are none. */
export function divergenceText(recording: Recording, replay: Replay, paint: Paint): string {
  const { divergences } = replay;
  const numbers = [...new Set(divergences.map(({ step }) => step))];
  const shown = numbers.slice(0, SHOWN);
  const parts = shown.map((number, i) => {
    const first = Math.max(1, number - CONTEXT, (shown[i - 1] ?? 0) + 1);
    const before = recording.steps.slice(first - 1, number - 1);
    return [
      ...before.map((step, j) => `  ${stepLine(recording, first + j, step)}`),
      `> ${stepLine(recording, number, recording.steps[number - 1]!)}`,
      ...divergences.filter(({ step }) => step === number).flatMap((found) => diffLines(found, paint)),
    ].join('\n');
  });
  if (numbers.length > SHOWN)
    parts.push(`  ... and ${plural(numbers.length - SHOWN, 'more step')} that differ`);
  return parts.join('\n\n');
}

function stepLine({ header }: Recording, number: number, step: Step): string {
  const heard = step.out.length === 0 ? '' : `  ->  ${step.out.map(frameText).join(', ')}`;
  return `step ${number} (line ${number + 1}) ${(step.at / 1000).toFixed(6)} s  ${stepText(step, virtualAddresses(header.services[0]!)[0]!)}${heard}`;
}

function diffLines({ what, kernelFunction, recorded, modelled }: Divergence, paint: Paint): string[] {
  return [
    `    ${what} differ; look at ${kernelFunction}`,
    ...recorded.map((line) => paint('recorded', `    - kernel  ${line}`)),
    ...modelled.map((line) => paint('modelled', `    + model   ${line}`)),
  ];
}

/** The whole state after one step: what both have, and what only one of them has. */
export function stepReport(recording: Recording, played: PlayedStep, paint: Paint): string {
  const { number, step, recorded, modelled } = played;
  const { divergences: found } = compareStep(recording.header, number, step, recorded, modelled);
  const sections = SECTIONS.map(({ what, lines }) => {
    const differing = found.find((divergence) => divergence.what === what);
    const rest = [...(differing?.modelled ?? [])];
    const both = lines(modelled).filter((line) => {
      const at = rest.indexOf(line);
      if (at !== -1) rest.splice(at, 1);
      return at === -1;
    });
    return [
      `  ${what}`,
      ...both.map((line) => `      ${line}`),
      ...(differing === undefined ? [] : diffLines(differing, paint)),
      ...(both.length === 0 && differing === undefined ? ['      none'] : []),
    ].join('\n');
  });
  return [stepLine(recording, number, step), ...sections].join('\n');
}

const SECTIONS: readonly {
  readonly what: Divergence['what'];
  readonly lines: (outcome: Outcome) => readonly string[];
}[] = [
  { what: 'frames', lines: ({ frames }) => frames.map(frameText) },
  { what: 'connections', lines: ({ state }) => state.ipvs.map(rowText) },
  { what: 'real servers', lines: ({ state }) => realServers(state) },
  { what: 'conntrack', lines: ({ state }) => state.ct.map(rowText) },
];
