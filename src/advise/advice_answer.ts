/** `advise` as JSON. */
import * as z from 'zod';
import type { Result } from '../measure/result.ts';
import {
  answerHead,
  causeEntry,
  causeSchema,
  count,
  HEAD_FIELDS,
  remedyEntry,
  remedySchema,
} from '../report/answers/answer.ts';
import type { Advice } from './advice.ts';

/** `advice` is null where no cause was found. */
export function adviceAnswer({ scenario, totals, errors }: Result, advice: Advice | null) {
  return {
    ...answerHead(scenario),
    failed: totals.failed,
    errors,
    causes: (advice?.findings ?? []).map(({ cause, concerned, from_s, to_s, text }) => ({
      ...causeEntry(cause),
      concerned,
      from_s,
      to_s,
      text,
    })),
    rows: (advice?.rows ?? []).map(({ remedy, changes, effect, price, trouble }) => ({
      remedy: remedyEntry(remedy),
      changes,
      effect,
      price,
      trouble,
    })),
    untried: (advice?.untried ?? []).map(remedyEntry),
  };
}

const figure = () => z.number().nullable();

export const adviceSchema = z.object({
  ...HEAD_FIELDS,
  failed: count().describe('Requests that failed as it is.'),
  errors: z.record(z.string(), count()).describe("Failed requests, by the name of the client's errno."),
  causes: z
    .array(
      causeSchema.extend({
        concerned: count().describe('Requests or packets that met it.'),
        from_s: count(),
        to_s: count(),
        text: z.string().describe('With the figures of this run.'),
      }),
    )
    .describe('What was found, the one that concerns most first.'),
  rows: z
    .array(
      z.object({
        remedy: remedySchema,
        changes: z.array(z.string()).describe('Arguments of --set.'),
        effect: z
          .object({
            rps: z.number().nullable(),
            connect_p50_ms: figure(),
            connect_max_ms: figure(),
            answered: count(),
            failed: count(),
            longest_ms: count(),
            balance: figure(),
            packets: count(),
            entries: count(),
          })
          .nullable()
          .describe('Null where the remedy is impossible here.'),
        price: z
          .object({ balance: figure(), stale: figure(), empty_after_s: figure() })
          .nullable()
          .describe('Of a drained server; only against the cliff.'),
        trouble: z.string().nullable(),
      }),
    )
    .describe('The scenario as it is, then each remedy that changes something in it.'),
  untried: z.array(remedySchema).describe('Remedies that the scenario gives no handle for.'),
});
