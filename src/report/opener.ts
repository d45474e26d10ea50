/** What opens the connections of a run, and what it costs to lose it: to say `SYN` of SCTP would be wrong, and so would 1 s. */
import type { Scenario } from '../scenario/scenario.ts';
import type { Transport } from '../text/transport.ts';

export type Opener = 'SYN' | 'INIT';

/** INIT where clients speak nothing but SCTP. */
export function openerOf({ clients, services }: Scenario): Opener {
  const called = new Set(clients.map(({ to }) => to));
  const isSctp = services.every(({ name, protocol }) => protocol === 'sctp' || !called.has(name));
  return isSctp ? 'INIT' : 'SYN';
}

export function openerOfProtocol(protocol: Transport): Opener {
  return protocol === 'sctp' ? 'INIT' : 'SYN';
}

export interface OpenerTimes {
  /** After how many seconds a connect sends it again: 1, 2, 4 ... s from one to the next for a SYN, 3, 6, 12 ... for an INIT. */
  readonly again_s: readonly number[];
  /** A timer that fires on the jiffy may do so a little early: classes of connect times begin a bit below. */
  readonly bounds_ms: readonly number[];
}

/** tcp_syn_retries is 6, max_init_retransmits 8; the last class is what takes longer. */
export const OPENER_TIMES: Readonly<Record<Opener, OpenerTimes>> = {
  SYN: { again_s: [1, 3, 7, 15, 31], bounds_ms: [900, 2500, 6000, 14000, 30000] },
  INIT: { again_s: [3, 9, 21, 45, 93], bounds_ms: [2900, 8500, 20000, 44000, 90000] },
};
