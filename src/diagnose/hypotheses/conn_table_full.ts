/** net.ipv4.vs.conn_max, where the kernel has it. */
import { count } from '../../report/numbers.ts';
import { besideCount, type Hypothesis, mostOf } from '../hypothesis.ts';

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
  stage(seen) {
    const limit = seen.sysctl('net.ipv4.vs.conn_max')?.value ?? 0;
    // Entries stay two minutes: at that rate the table is full after one.
    return limit > 0
      ? { client: { load: `rate: ${Math.max(1, Math.ceil(limit / 60))}/s` }, duration_s: 100 }
      : {};
  },
  beside(seen, result) {
    const [listing] = seen.all('listing');
    const observed = listing === undefined ? null : { value: listing.count, at: listing.at };
    return besideCount('entries of the table', observed, mostOf(result, 'entries'));
  },
};
