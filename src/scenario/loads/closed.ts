/** `ab -c N`: each worker sends its next request when the last one is answered. */
import {
  type Distribution,
  distributionEntry,
  distributionWords,
  mean_ns,
  NO_TIME,
} from '../distribution.ts';
import { distribution, whole } from '../schema/schema_parts.ts';
import { loadKind } from './load_kind.ts';

export interface ClosedLoad {
  readonly kind: 'closed';
  readonly concurrency: number;
  readonly think: Distribution;
}

const fields = {
  concurrency: whole(1, 100_000)
    .optional()
    .describe('Closed loop: so many requests are always under way, like `ab -c`.'),
  thinkTime: distribution()
    .optional()
    .describe('Closed loop: pause between an answer and the next request; default: none.'),
};

export const CLOSED = loadKind<typeof fields, ClosedLoad>({
  key: 'concurrency',
  about: 'closed loop',
  fields,
  keepsConnections: true,
  read: ({ concurrency, thinkTime }) => ({
    kind: 'closed',
    concurrency: concurrency!,
    think: thinkTime ?? NO_TIME,
  }),
  entry: ({ concurrency, think }, duration) => ({
    concurrency,
    thinkTime: distributionEntry(think, duration),
  }),
  words: ({ concurrency, think }, time) => {
    const pause = mean_ns(think) === 0 ? '' : `, ${distributionWords(think, time)} between requests`;
    return `closed loop, ${concurrency} at a time${pause}`;
  },
  concurrency: ({ concurrency }) => concurrency,
  demand_per_s: ({ concurrency, think }, request_ns) =>
    concurrency / (Math.max(1, mean_ns(think) + request_ns) / 1e9),
  share: (load, clients) =>
    load.concurrency < clients ? null : { ...load, concurrency: Math.round(load.concurrency / clients) },
});
