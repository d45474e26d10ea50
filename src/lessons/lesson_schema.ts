/** The keys of a lesson's file. */
import * as z from 'zod';
import { readExpectation } from '../scenario/expect/expect.ts';
import { accept, reject } from '../scenario/reading.ts';
import { choice, duration, line, listOf, paragraphs, reads, whole } from '../scenario/schema/schema_parts.ts';
import { LOOKS, type Look } from './lesson.ts';

const LONGEST_TEXT = 10_000;

const prose = () => paragraphs(LONGEST_TEXT);

/** The expression as it is written. */
const expectation = () =>
  reads(
    (raw) => {
      if (typeof raw !== 'string') return reject('must be an expectation', 'like min(qps, 30s..60s) >= 1990');
      const reading = readExpectation(raw);
      return reading.ok ? accept(raw) : reading;
    },
    { type: 'string' },
  );

const settings = (least: number) => listOf(line(500), least, 20);

export const lessonSchema = z.strictObject({
  title: line(100),
  minutes: whole(1, 120),
  scenario: prose(),
  text: prose(),
  predict: z.strictObject({
    set: settings(1).optional(),
    question: prose(),
    answers: listOf(z.strictObject({ text: line(500), expect: expectation() }), 2, 6),
  }),
  steps: listOf(
    z.strictObject({
      at: duration('0s', '1h'),
      look: listOf(choice(Object.keys(LOOKS) as Look[]), 0, 4).optional(),
      set: settings(1).optional(),
      text: prose(),
    }),
    1,
    12,
  ),
  explain: prose(),
  puzzle: z.strictObject({
    text: prose(),
    change: listOf(
      z.strictObject({ key: line(200), choices: listOf(line(200, ['string', 'number']), 2, 12).optional() }),
      1,
      10,
    ),
    expect: listOf(expectation(), 1, 20),
    traps: listOf(z.strictObject({ set: settings(1), text: prose() }), 0, 10).optional(),
    solutions: listOf(settings(1), 1, 10),
  }),
  constants: z.record(z.string(), line(300)).optional(),
});

export type LessonFile = z.infer<typeof lessonSchema>;
