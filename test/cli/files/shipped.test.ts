import { expect, test } from 'vitest';
import { shippedLessons, shippedScenarios, titleOf } from '../../../src/cli/files/shipped.ts';
import { parseLesson } from '../../../src/lessons/parse_lesson.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';

test('titles are what the whole file says', async () => {
  for (const each of await shippedScenarios())
    expect([each.name, titleOf(each)]).toEqual([each.name, parseScenario(each.text).scenario?.title]);
  for (const each of await shippedLessons())
    expect([each.name, titleOf(each)]).toEqual([each.name, parseLesson(each.text, each.name).lesson?.title]);
});
