/** One connection at a time from a fixed source port: `curl --local-port`. */
import * as z from 'zod';
import { duration, whole } from '../schema/schema_parts.ts';
import { loadKind } from './load_kind.ts';

export interface ProbeLoad {
  readonly kind: 'probe';
  readonly port: number;
  readonly every_ns: number;
}

const fields = {
  probe: z
    .strictObject({
      port: whole(1, 65_535).describe('Source port of every connection.'),
      every: duration('1ms', '168h')
        .prefault('1s')
        .describe(
          'Time from the start of one connection to the start of the next; at least until it is over.',
        ),
    })
    .optional()
    .describe('One connection at a time from a fixed source port, like `curl --local-port`.'),
};

export const PROBE = loadKind<typeof fields, ProbeLoad>({
  key: 'probe',
  about: 'one port',
  fields,
  keepsConnections: false,
  read: ({ probe }) => ({ kind: 'probe', port: probe!.port, every_ns: probe!.every }),
  entry: ({ port, every_ns }, duration) => ({ probe: { port, every: duration(every_ns) } }),
  words: ({ port, every_ns }, time) => `one connection from port ${port} every ${time(every_ns)}`,
  concurrency: () => 0,
  demand_per_s: ({ every_ns }) => 1e9 / Math.max(1, every_ns),
  share: () => null,
});
