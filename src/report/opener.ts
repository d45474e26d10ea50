/** What opens the connections of a run, by name: to say `SYN` of SCTP would be wrong. */
import type { Scenario } from '../scenario/scenario.ts';

/** INIT where clients speak nothing but SCTP. */
export function openerOf({ clients, services }: Scenario): 'SYN' | 'INIT' {
  const called = new Set(clients.map(({ to }) => to));
  const isSctp = services.every(({ name, protocol }) => protocol === 'sctp' || !called.has(name));
  return isSctp ? 'INIT' : 'SYN';
}
