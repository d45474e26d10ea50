/**
 * Where a scenario comes from: a file, `-` for standard input, the name of a shipped one, or the puzzle of a
 * lesson (`lesson:NAME`). Reading it and finding its problems is the same for every command that takes a SCENARIO.
 */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { LESSON_PREFIX } from '../../lessons/puzzle.ts';
import { parseScenario } from '../../scenario/parse.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { formatProblems, type Problem } from '../../scenario/text/problem.ts';
import { UserError } from '../../storage/user_error.ts';
import { noteSeed } from '../bug.ts';
import { didYouMean } from '../did_you_mean.ts';
import { requireWithin } from '../instant.ts';
import { readBeside } from './beside_files.ts';
import { lessonNames, lessonText } from './lesson_source.ts';
import { shippedScenarios } from './shipped.ts';
import { type NamedText, readText } from './text_file.ts';

/** What the options --set and --seed change. */
export interface Changes {
  readonly set?: readonly string[];
  readonly seed?: string | undefined;
}

export async function readScenarioText(source: string): Promise<NamedText> {
  const there = source === '-' ? null : await stat(source).catch(() => null);
  if (source === '-' || (there !== null && !there.isDirectory())) {
    const found = await readText(source);
    return { ...found, beside: await readBeside(source, found.text) };
  }
  if (source.startsWith(LESSON_PREFIX)) return await lessonText(source);
  const shipped = await shippedScenarios();
  const found = shipped.find((scenario) => scenario.name === source);
  if (found !== undefined) return { text: found.text, label: `scenarios/${found.name}.yaml` };
  if (there !== null) throw new UserError(`${source} is a folder`, 'give a scenario file in it');
  const lessons = (await lessonNames()).map((name) => `${LESSON_PREFIX}${name}`);
  const hint = didYouMean(source, [...shipped.map(({ name }) => name), ...lessons]);
  throw new UserError(
    `no file and no shipped scenario is called ${source}`,
    hint ?? 'ipvsim examples lists them',
  );
}

/** The effective scenario; problems are thrown as one UserError that shows all of them. */
export async function loadScenario(source: string, changes: Changes): Promise<Scenario> {
  const from = await readScenarioText(source);
  return parseOrThrow(from, changes);
}

export function parseOrThrow(from: NamedText, changes: Changes): Scenario {
  const { scenario, problems } = parseText(from, changes);
  if (scenario === null) throw new ScenarioProblems(problems, from.text);
  noteSeed(scenario.seed);
  return scenario;
}

export function parseText(from: NamedText, changes: Changes) {
  return parseScenario(from.text, {
    file: from.label,
    ...(from.beside === undefined ? {} : { beside: from.beside }),
    ...(changes.set === undefined ? {} : { set: changes.set }),
    ...(changes.seed === undefined ? {} : { seed: changes.seed }),
  });
}

/** The same scenario with an earlier end; expectations of what comes after it cannot be judged then. */
export function endingAt(scenario: Scenario, until_ns: number | undefined): Scenario {
  if (until_ns === undefined) return scenario;
  if (until_ns === 0) throw new UserError('--until must be more than 0s');
  requireWithin('--until', until_ns, scenario.duration_ns);
  return { ...scenario, duration_ns: until_ns };
}

/** A scenario that cannot be run: printed with its source lines, as scenario/problem.ts draws them. */
export class ScenarioProblems extends UserError {
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
