/** `trace` as JSON: the events as they were recorded. */
import * as z from 'zod';
import type { TraceEvent } from '../../measure/trace.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { TRANSPORTS } from '../../text/transport.ts';
import { answerHead, count, HEAD_FIELDS } from './answer.ts';

export interface Recorded {
  readonly events: readonly TraceEvent[];
  /** Whether events had to be left out. */
  readonly truncated: boolean;
}

export function traceAnswer(scenario: Scenario, { events, truncated }: Recorded) {
  return { ...answerHead(scenario), truncated, events };
}

const packetSchema = z.object({
  id: count().describe('The same from the host that sent the packet to where it ends.'),
  protocol: z.enum([...TRANSPORTS, 'icmp']),
  source: z.string(),
  sourcePort: count(),
  destination: z.string(),
  destinationPort: count(),
  flags: count().describe('TCP flag bits; for ICMP, type << 4 | code.'),
  seq: count(),
  ack: count(),
  length: count().describe('Payload bytes.'),
  retransmission: count().describe('0 for the first transmission of a segment.'),
  tunnel: z.object({ source: z.string(), destination: z.string() }).nullable(),
});

const EVENT_FIELDS = {
  at_ns: count(),
  node: z.string().optional().describe('Of several nodes, the one at which it was.'),
  packet: packetSchema,
};

export const traceSchema = z.object({
  ...HEAD_FIELDS,
  truncated: z.boolean().describe('Whether events were left out, for --limit.'),
  events: z.array(
    z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('packet'),
        ...EVENT_FIELDS,
        point: z.enum(['client', 'director-in', 'director-out', 'real-server']),
        sending: z.boolean().describe('Whether it leaves the point, or arrives.'),
      }),
      z.object({
        kind: z.literal('decision'),
        ...EVENT_FIELDS,
        kernelFunction: z.string(),
        branch: z.string().describe('What the function did.'),
        values: z.record(z.string(), z.union([z.string(), z.number()])).describe('What it looked at.'),
      }),
      z.object({
        kind: z.literal('drop'),
        ...EVENT_FIELDS,
        reason: z.string(),
        kernelFunction: z.string(),
      }),
    ]),
  ),
});
