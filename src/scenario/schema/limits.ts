/** How much of anything a scenario may have. */
import { MOST_ADDRESSES } from '../addresses.ts';

export const LIMITS = {
  services: 65_536,
  realServers: 1024,
  nodes: 256,
  clients: 65_536,
  addresses: MOST_ADDRESSES,
  events: 10_000,
  expectations: 1000,
  empiricalValues: 10_000,
  /** Cells of the series: rows times columns, eight bytes each. */
  seriesCells: 20_000_000,
} as const;
