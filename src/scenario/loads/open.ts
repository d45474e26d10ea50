/** Requests are due at their own times, whatever happens to those before. */
import { choice, reads } from '../schema/schema_parts.ts';
import { RATE_PATTERN, readRate } from '../units.ts';
import { loadKind } from './load_kind.ts';

export interface OpenLoad {
  readonly kind: 'open';
  readonly rate_per_s: number;
  readonly arrivals: 'constant' | 'poisson';
}

const fields = {
  rate: reads(readRate, { type: 'string', pattern: RATE_PATTERN, examples: ['200/s'] })
    .optional()
    .describe('Open loop: requests are due at this rate, whatever happens to those before.'),
  arrivals: choice(['constant', 'poisson'])
    .optional()
    .describe('Open loop: even or Poisson arrivals; default: constant.'),
};

export const OPEN = loadKind<typeof fields, OpenLoad>({
  key: 'rate',
  about: 'open loop',
  fields,
  keepsConnections: true,
  read: ({ rate, arrivals }) => ({ kind: 'open', rate_per_s: rate!, arrivals: arrivals ?? 'constant' }),
  entry: ({ rate_per_s, arrivals }) => ({ rate: `${rate_per_s}/s`, arrivals }),
  words: ({ rate_per_s, arrivals }) => `open loop, ${rate_per_s}/s, ${arrivals} arrivals`,
  concurrency: () => 0,
  demand_per_s: ({ rate_per_s }) => rate_per_s,
  share: (load, clients) => ({ ...load, rate_per_s: load.rate_per_s / clients }),
});
