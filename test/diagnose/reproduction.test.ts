/** What is diagnosed comes about in the scenario that is made of the evidence: every cause, on runs of known cause. */
import { describe, expect, test } from 'vitest';
import { findCauses } from '../../src/causes/causes.ts';
import { diagnose, isLikely } from '../../src/diagnose/diagnose.ts';
import { HYPOTHESES } from '../../src/diagnose/hypotheses.ts';
import { importedFrom } from '../../src/diagnose/imported.ts';
import { busiestService } from '../../src/diagnose/reported_load.ts';
import { beside, loadOf } from '../../src/diagnose/reproduction.ts';
import { recognise } from '../../src/evidence/recognise.ts';
import { scenarioFrom } from '../../src/import/scenario_yaml.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { simulate } from '../../src/simulate.ts';
import { CONFUSION_CASES } from '../../tools/confusion/cases.ts';
import { outputsOf, textsOf } from '../../tools/confusion/confusion.ts';

/** The last load of each cause, quiet, on the last of its kernels; what no evidence makes likely has none. */
const CASES = HYPOTHESES.flatMap(
  ({ name }) =>
    CONFUSION_CASES.findLast(
      ({ cause, isNoisy, load }) => cause === name && !isNoisy && !load.includes('after it'),
    ) ?? [],
);

describe.each(CASES)('$cause, $load', (each) => {
  const texts = textsOf(outputsOf(each).outputs, 'all hosts');
  const evidence = texts.map((text) => recognise(text, 'a'));
  const read = importedFrom(texts, evidence);
  const lead = HYPOTHESES.find(
    ({ name }) => name === diagnose(read.seen.facts).judgements.find(isLikely)?.name,
  )!;
  const made = scenarioFrom({
    ...read,
    service: busiestService(read.seen)?.address,
    load: loadOf(read.seen),
    staging: lead.stage?.(read.seen),
    schema: 'x',
  })!;
  const { scenario, problems } = parseScenario(made.yaml);

  test('has it again', () => {
    expect(problems).toEqual([]);
    const result = simulate(scenario!);
    const shows = lead.shows?.(result) ?? findCauses(result).some(({ cause }) => cause.name === lead.name);
    expect(shows, made.yaml).toBe(true);
    for (const row of beside(read.seen, result, lead)) expect(row.observed).not.toBe('');
  });
});
