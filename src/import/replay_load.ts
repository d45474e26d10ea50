/** Connections that were seen as the load of a scenario. */
import { type ReplayRow, writeReplayRows } from '../scenario/loads/replay_rows.ts';

export type { ReplayRow };

export interface ImportedReplay {
  /** CSV, or the name of a file beside the scenario that holds it. */
  readonly rows: string;
  /** A handshake's way there and back; null where none was seen. */
  readonly trip_ns: number | null;
  /** Whether rows say from where each connection comes. */
  readonly hasAddresses: boolean;
}

export function replayLoad(rows: readonly ReplayRow[], trip_ns: number | null): ImportedReplay {
  const hasAddresses = rows.some(({ address }) => address !== undefined);
  return { rows: writeReplayRows(rows), trip_ns, hasAddresses };
}
