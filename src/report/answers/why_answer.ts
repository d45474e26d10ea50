/** `why` as JSON. */
import * as z from 'zod';
import type { Scenario } from '../../scenario/scenario.ts';
import { TRANSPORTS } from '../../text/transport.ts';
import type { Why } from '../why.ts';
import {
  answerHead,
  causeEntry,
  causeSchema,
  count,
  HEAD_FIELDS,
  remedyEntry,
  remedySchema,
} from './answer.ts';

export function whyAnswer(scenario: Scenario, { causes, remedies, ...rest }: Why) {
  return {
    ...answerHead(scenario),
    ...rest,
    causes: causes.map(({ cause, text }) => ({ ...causeEntry(cause), text })),
    remedies: remedies.map(remedyEntry),
  };
}

export const whySchema = z.object({
  ...HEAD_FIELDS,
  chosen: z.string().describe('How the request was chosen; empty where the question named it.'),
  request: z.object({
    client: z.string(),
    source: z.string().nullable().describe('Address and port; null where no source port was found.'),
    destination: z.string().nullable(),
    protocol: z.enum(TRANSPORTS),
    start_ns: count(),
    end_ns: count().nullable().describe('Null while it waits.'),
    error: z.string().nullable().describe('Name of the error; null when it was answered, or waits.'),
    syns: count().describe('SYNs (of SCTP: INITs) that it took; 0 on a connection that was there.'),
    connected_ns: count().nullable(),
  }),
  steps: z
    .array(
      z.object({
        at_ns: count(),
        text: z.string(),
        decisions: z.array(z.string()).describe('What kernel functions looked at and did.'),
        fate: z
          .object({ kind: z.enum(['arrived', 'answered', 'dropped', 'under way']), text: z.string() })
          .nullable(),
      }),
    )
    .describe('What happened, in order of time.'),
  causes: z.array(causeSchema.extend({ text: z.string().describe('With the figures of this request.') })),
  remedies: z.array(remedySchema).describe('What helps against the first cause and is not in force.'),
  hasLateTimer: z.boolean().describe('A SYN met an entry whose time was over and whose timer had not fired.'),
});
