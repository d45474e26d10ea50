import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PLAIN } from '../../src/report/text.ts';
import { formatScript } from '../../src/script/format_script.ts';
import type { PacketScript } from '../../src/script/packet_script.ts';
import { parseScript } from '../../src/script/parse_script.ts';
import { perform } from '../../src/script/perform.ts';
import { randomScript } from '../../src/script/random_script.ts';
import { scriptText } from '../../src/script/script_text.ts';
import { shrink } from '../../src/script/shrink.ts';

const FOLDER = new URL('../../scenarios/scripts/', import.meta.url);
const SHIPPED = readdirSync(FOLDER).filter((name) => name.endsWith('.pkt'));

function shipped(file: string): PacketScript {
  const { script, problems } = parseScript(readFileSync(new URL(file, FOLDER), 'utf8'), file);
  expect(problems).toEqual([]);
  return script!;
}

test.each(SHIPPED)('%s: what it expects holds on the model', (file) => {
  const script = shipped(file);
  const judged = perform(script, script.kernel ?? '6.1').flatMap(({ judgements }) => judgements);
  expect(judged.length).toBeGreaterThan(0);
  expect(judged.filter(({ holds }) => !holds)).toEqual([]);
});

test('an expectation that does not hold says what there was', () => {
  const script = shipped('time-wait-mode-1-before-5.9.pkt');
  const failed = perform(script, '5.10').flatMap(({ judgements }) =>
    judgements.filter(({ holds }) => !holds),
  );
  expect(failed.map(({ text, found }) => [text, found])).toContainEqual([
    'nothing',
    'to server: 10.0.1.2:40000 > 10.0.2.2:8080 S by 10.0.2.2',
  ]);
});

test('the ladder with its tables', () => {
  const script = shipped('time-wait-mode-1-before-5.9.pkt');
  expect(scriptText(perform(script, '5.4'), PLAIN)).toMatchSnapshot();
});

test('random scripts are the same for the same seed, reach the model without a refusal, and read back', () => {
  const limits = { steps: 30, wait_s: 150 };
  const one = formatScript(randomScript('s', 1, '6.1', limits));
  expect(formatScript(randomScript('s', 1, '6.1', limits))).toBe(one);
  expect(formatScript(randomScript('s', 2, '6.1', limits))).not.toBe(one);
  for (let number = 1; number <= 25; number++) {
    const script = randomScript('kinds', number, '6.1', limits);
    const text = formatScript(script);
    const { script: read, problems } = parseScript(text, 'random');
    expect(problems, text).toEqual([]);
    expect(formatScript(read!)).toBe(text);
    const frames = perform(read!, '6.1').flatMap(({ outcome }) => outcome.frames);
    expect(frames.length).toBeGreaterThan(0);
  }
});

test('shrinking keeps the step that matters and drops the others', async () => {
  const script = randomScript('shrink', 3, '6.1', { steps: 40, wait_s: 100 });
  const culprit = script.steps.findIndex((step) => step.kind === 'packet' && step.flags === 'S');
  const { source } = script.steps[culprit] as { source: string };
  const isBad = (candidate: PacketScript) =>
    candidate.steps.some((step) => step.kind === 'packet' && step.flags === 'S' && step.source === source);
  let rounds = 0;
  const least = await shrink(script, '6.1', async (candidates) => {
    rounds++;
    return candidates.map(isBad);
  });
  expect(least.steps.length).toBe(1);
  expect(least.steps[0]).toMatchObject({ flags: 'S', source });
  expect(rounds).toBeLessThan(13);
});
