/**
 * Where a scenario comes from: a file, `-` for standard input, or the name of a shipped one. Reading it and
 * finding its problems is the same for every command that takes a SCENARIO.
 */
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseScenario } from '../scenario/parse.ts';
import { formatProblems, type Problem } from '../scenario/problem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { systemTrouble } from '../sweep/system_trouble.ts';
import { Trouble } from '../sweep/trouble.ts';
import { noteSeed } from './bug.ts';
import { didYouMean } from './nearest.ts';
import { shippedScenarios } from './shipped.ts';

/** No scenario that a person writes comes near; a log or a disk image given by mistake does. */
const LARGEST_BYTES = 4 * 1024 * 1024;

export interface ScenarioText {
  readonly text: string;
  /** What messages call it: the path as given, `standard input`, or `scenarios/NAME.yaml`. */
  readonly label: string;
}

/** What the options --set and --seed change. */
export interface Changes {
  readonly set?: readonly string[];
  readonly seed?: string | undefined;
}

export async function readScenarioText(source: string): Promise<ScenarioText> {
  if (source === '-') return { text: await readStandardInput(), label: 'standard input' };
  const there = await stat(source).catch(() => null);
  if (there !== null && !there.isDirectory()) return { text: await readLimited(source), label: source };
  const shipped = await shippedScenarios();
  const found = shipped.find((scenario) => scenario.name === source);
  if (found !== undefined) return { text: found.text, label: `scenarios/${found.name}.yaml` };
  if (there !== null) throw new Trouble(`${source} is a folder`, 'give a scenario file in it');
  const hint = didYouMean(
    source,
    shipped.map((scenario) => scenario.name),
  );
  throw new Trouble(
    `no file and no shipped scenario is called ${source}`,
    hint ?? 'ipvsim examples lists them',
  );
}

/** The effective scenario; problems are thrown as one Trouble that shows all of them. */
export async function loadScenario(source: string, changes: Changes): Promise<Scenario> {
  const from = await readScenarioText(source);
  return parseOrThrow(from, changes);
}

export function parseOrThrow(from: ScenarioText, changes: Changes): Scenario {
  const { scenario, problems } = parseText(from, changes);
  if (scenario === null) throw new ScenarioProblems(problems, from.text);
  noteSeed(scenario.seed);
  return scenario;
}

export function parseText(from: ScenarioText, changes: Changes) {
  return parseScenario(from.text, {
    file: from.label,
    ...(changes.set === undefined ? {} : { set: changes.set }),
    ...(changes.seed === undefined ? {} : { seed: changes.seed }),
  });
}

/** A scenario that cannot be run: printed with its source lines, as scenario/problem.ts draws them. */
export class ScenarioProblems extends Trouble {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], text: string) {
    super(formatProblems(problems, text));
    this.problems = problems;
  }
}

/** The name a scenario has without one of its own: its file's. */
export function nameFromLabel(label: string): string {
  return basename(label).replace(/\.ya?ml$/, '');
}

async function readLimited(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.alloc(LARGEST_BYTES + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await file.read(buffer, length, buffer.length - length);
        if (bytesRead === 0) break;
        length += bytesRead;
        if (length > LARGEST_BYTES) throw tooLarge(path);
      }
      return buffer.toString('utf8', 0, length);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw systemTrouble(`read ${path}`, error);
  }
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LARGEST_BYTES) throw tooLarge('standard input');
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(what: string): Trouble {
  return new Trouble(`${what} is larger than 4 MiB: not a scenario`);
}
