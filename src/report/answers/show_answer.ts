/** `show` as JSON: all views at once, the director as it is. */
import * as z from 'zod';
import type { Snapshot } from '../../measure/snapshot.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { TRANSPORTS } from '../../text/transport.ts';
import { answerHead, count, HEAD_FIELDS } from './answer.ts';

export function showAnswer(scenario: Scenario, { kernel: _, ...snapshot }: Snapshot) {
  return { ...answerHead(scenario), ...snapshot };
}

const statsSchema = z
  .record(z.string(), z.number())
  .describe('Counters and rates, as ipvsadm --stats and --rate.');
const tupleSchema = z.object({
  source: z.string(),
  sourcePort: count(),
  destination: z.string(),
  destinationPort: count(),
});

export const showSchema = z.object({
  ...HEAD_FIELDS,
  at_ns: count(),
  hz: count(),
  tableSize: count(),
  timeouts: z.object({ tcp: count(), tcpfin: count(), udp: count() }).describe('Seconds.'),
  sysctl: z.record(z.string(), z.number()),
  stats: statsSchema,
  services: z.array(
    z.object({
      protocol: z.enum(TRANSPORTS),
      address: z.string(),
      port: count(),
      scheduler: z.string(),
      schedulerFlags: z.array(z.string()),
      persistent_s: count(),
      persistentNetmask: z.union([z.string(), z.int()]).optional(),
      onePacket: z.boolean(),
      stats: statsSchema,
      destinations: z.array(
        z.object({
          address: z.string(),
          port: count(),
          forward: z.enum(['masq', 'route', 'tunnel', 'local']),
          weight: count(),
          activeConn: count(),
          inActConn: count(),
          persistConn: count(),
          upperThreshold: count(),
          lowerThreshold: count(),
          stats: statsSchema,
        }),
      ),
    }),
  ),
  connections: z
    .array(
      z.object({
        protocol: z.enum(TRANSPORTS),
        client: z.string(),
        clientPort: count(),
        virtual: z.string(),
        virtualPort: count(),
        destination: z.string(),
        destinationPort: count(),
        state: z.string(),
        expires_s: z.number(),
      }),
    )
    .describe('The connection table, in the order of /proc/net/ip_vs_conn.'),
  conntracks: z.array(
    z.object({
      protocol: z.enum(TRANSPORTS),
      state: z.string(),
      timeout_s: z.number(),
      original: tupleSchema,
      reply: tupleSchema,
      assured: z.boolean(),
      unreplied: z.boolean(),
    }),
  ),
  conntrackStats: z.record(z.string(), count()),
});
