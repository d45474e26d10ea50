/** What the shell's completion offers for the values of options and positionals. */
import { type JsonSchema, type SettableKey, settableKeys } from '../../explain/key_topics.ts';
import { LESSON_PREFIX } from '../../lessons/puzzle.ts';
import { lessonNames } from '../files/lesson_source.ts';
import { readSchema } from '../files/schema_file.ts';
import { shippedScenarios } from '../files/shipped.ts';

export async function scenarioNames(): Promise<readonly string[]> {
  const lessons = await lessonNames();
  return [
    ...(await shippedScenarios()).map(({ name }) => name),
    ...lessons.map((name) => `${LESSON_PREFIX}${name}`),
  ];
}

/** `KEY=` for what is typed so far, and `KEY=VALUE` once the key is there. */
export async function settings(typed: string): Promise<readonly string[]> {
  const known = settableKeys(JSON.parse(await readSchema('scenario')) as JsonSchema);
  const indexes = typed.split('=', 1)[0]!.match(ITEM) ?? [];
  return known.flatMap(({ key, choices }) => {
    const named = withIndexes(nameOf(key), indexes);
    return typed.startsWith(`${named}=`) ? choices.map((choice) => `${named}=${choice}`) : [`${named}=`];
  });
}

const ITEM = /(?<=\.)\d+(?=\.|$)/g;

/** A sysctl stands for itself. */
function nameOf(key: SettableKey['key']): string {
  return key.replace(/^sysctl\./, '');
}

/** The items that the user has typed in place of the first ones. */
function withIndexes(key: string, indexes: readonly string[]): string {
  let at = 0;
  return key.replace(ITEM, (first) => indexes[at++] ?? first);
}
