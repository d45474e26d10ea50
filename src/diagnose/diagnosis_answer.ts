/** `diagnose` as JSON. */
import * as z from 'zod';
import { answerVersion, count, VERSION_FIELDS } from '../report/answers/answer.ts';
import { missingOf, type Told } from './diagnosis_text.ts';

export function diagnosisAnswer({ recognised, unplaced, diagnosis, reproduction }: Told) {
  return {
    ...answerVersion(),
    verdict: diagnosis.verdict,
    kernel: diagnosis.kernel,
    recognised: recognised.map(({ facts, ...rest }) => ({ ...rest, facts: facts.length })),
    unplaced,
    judgements: diagnosis.judgements,
    missing: missingOf(diagnosis),
    reproduction,
  };
}

const place = z.object({ file: z.string(), line: count() });

export const diagnosisSchema = z.object({
  ...VERSION_FIELDS,
  verdict: z
    .enum(['found', 'nothing', 'unknown'])
    .describe('A cause is likely; clients fare well by this evidence; cannot say.'),
  kernel: z.string().nullable().describe('As it was read; null where no kernel is named.'),
  recognised: z.array(
    z.object({ file: z.string(), from: count(), to: count(), title: z.string(), facts: count() }),
  ),
  unplaced: z.array(place.extend({ why: z.string() })),
  judgements: z
    .array(
      z.object({
        name: z.string().describe('As ipvsim explain knows it: port-reuse, idle-entry ...'),
        title: z.string(),
        certainty: z.enum(['very likely', 'likely', 'possible', 'no sign of it', 'excluded']),
        points: z.number().describe('hint 1, sign 2, proof 4: for it less against it.'),
        observations: z.array(
          z.object({
            side: z.enum(['for', 'against']),
            weight: z.enum(['hint', 'sign', 'proof']),
            text: z.string(),
            at: place,
          }),
        ),
        missing: z.array(z.object({ command: z.string(), tells: z.string() })),
      }),
    )
    .describe('Every cause that was weighed, the likeliest first.'),
  missing: z
    .array(z.object({ command: z.string(), tells: z.string(), name: z.string() }))
    .describe('Read-only commands that would tell more, for the causes that are still open.'),
  reproduction: z
    .object({
      yaml: z.string().describe('A scenario made of the evidence.'),
      shows: z.boolean().describe('Whether its run shows the leading cause, too.'),
      beside: z.array(z.object({ what: z.string(), observed: z.string(), simulated: z.string(), at: place })),
    })
    .nullable(),
});
