/** net.ipv4.vs.conn_max, where the kernel has it. */
import { count } from '../../report/numbers.ts';
import type { Hypothesis } from '../hypothesis.ts';

export const CONN_TABLE_FULL: Hypothesis = {
  name: 'conn-table-full',
  title: 'the connection table is full',
  weigh(seen, scales) {
    const limit = seen.sysctl('net.ipv4.vs.conn_max');
    const entries = seen.all('entries');
    // Kernels without the setting have no limit but memory.
    if (limit === null || limit.value === 0) return;
    const at = seen.all('listing')[0]?.at ?? entries[0]?.at;
    if (at === undefined) {
      scales.lacks('ipvsadm -Lnc | wc -l', 'whether it stands at conn_max');
      return;
    }
    const total = entries.reduce((sum, { count: number }) => sum + number, 0);
    const words = `${count(total)} entries, conn_max is ${count(limit.value)}`;
    if (total >= 0.98 * limit.value) scales.speaksFor('proof', at, words);
    else scales.speaksAgainst('proof', at, words);
  },
};
