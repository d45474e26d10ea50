/** Connections as they were: each row of a CSV is one, which starts when it did and is simulated anew. */
import { accept, type Reader, reject } from '../reading.ts';
import { reads } from '../schema/schema_parts.ts';
import { loadKind } from './load_kind.ts';
import { REPLAY_COLUMNS, readReplayRows } from './replay_rows.ts';

export interface ReplayLoad {
  readonly kind: 'replay';
  /** CSV, as replay_rows.ts reads it. */
  readonly rows: string;
  readonly connections: number;
  readonly requests: number;
  /** When the last one starts. */
  readonly last_ns: number;
  /** Whether its rows say from where each comes; else the client's addresses take turns. */
  readonly hasAddresses: boolean;
}

export interface ReplayEntry extends Omit<ReplayLoad, 'kind'> {
  /** Empty where the rows name none. */
  readonly addresses: readonly string[];
}

const readReplay: Reader<ReplayEntry> = (raw) => {
  if (typeof raw !== 'string') return reject('must be the name of a CSV file, or its rows', EXAMPLE);
  if (isFileName(raw))
    return reject(
      'names a file that is not beside the scenario',
      'where there are no files, write its rows here',
    );
  const reading = readReplayRows(raw);
  if (!reading.ok) return reading;
  const { length, requests, start_ns, addresses } = reading.value;
  return accept({
    rows: raw,
    connections: length,
    requests: requests.reduce((sum, count) => sum + count, 0),
    last_ns: start_ns[length - 1]!,
    hasAddresses: addresses.length > 0,
    addresses,
  });
};

/** One line that ends like a file's name; rows have a header and a line each. */
const NAME = /^[^\r\n]{1,200}\.csv$/iu;

export function isFileName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}

const EXAMPLE = 'a header and rows, like "start_s,port" and "0.25,40000"';

const COLUMNS = Object.entries(REPLAY_COLUMNS)
  .map(([name, about]) => `\`${name}\`: ${about}`)
  .join('; ');

const fields = {
  replay: reads(readReplay, { type: 'string' })
    .optional()
    .describe(
      `Connections as they were, a row each: a CSV file beside the scenario, or its rows. Its header names the columns. ${COLUMNS}.`,
    ),
};

export const REPLAY = loadKind<typeof fields, ReplayLoad>({
  key: 'replay',
  about: 'connections as they were',
  fields,
  keepsConnections: false,
  read: ({ replay }) => {
    const { addresses: _addresses, ...load } = replay!;
    return { kind: 'replay', ...load };
  },
  entry: ({ rows }) => ({ replay: rows }),
  words: ({ connections, requests, last_ns }, time) =>
    `replay of ${connections} connections with ${requests} requests, begun within ${time(last_ns)}`,
  concurrency: () => 0,
  requests: ({ requests }) => requests,
  demand_per_s: ({ requests, last_ns }) => requests / Math.max(1, last_ns / 1e9),
  share: () => null,
});
