/** net.ipv4.vs.conn_max, where the kernel has it. */
import { count } from '../../report/numbers.ts';
import { besideCount, type Hypothesis, mostOf } from '../hypothesis.ts';
import type { Figure, Seen } from '../seen.ts';

export const CONN_TABLE_FULL: Hypothesis = {
  name: 'conn-table-full',
  title: 'the connection table is full',
  weigh(seen, scales) {
    const limit = seen.sysctl('net.ipv4.vs.conn_max');
    // Kernels without the setting have no limit but memory.
    if (limit === null || limit.value === 0) return;
    const size = tableSize(seen);
    if (size === null) {
      scales.lacks('ipvsadm -Lnc | wc -l', 'whether it stands at conn_max');
      return;
    }
    const words = `${count(size.value)} ${size.what}, conn_max is ${count(limit.value)}`;
    if (size.value >= 0.98 * limit.value) scales.speaksFor('proof', size.at, words);
    else scales.speaksAgainst(size.isWhole ? 'proof' : 'sign', size.at, words);
  },
  stage(seen) {
    const limit = seen.sysctl('net.ipv4.vs.conn_max')?.value ?? 0;
    // Entries stay two minutes: at that rate the table is full after one.
    return limit > 0
      ? { client: { load: `rate: ${Math.max(1, Math.ceil(limit / 60))}/s` }, duration_s: 100 }
      : {};
  },
  beside(seen, result) {
    return besideCount('entries of the table', tableSize(seen), mostOf(result, 'entries'));
  },
};

/** How many entries there are: as listed, or by what the real servers count, which leaves templates out. */
function tableSize(seen: Seen): (Figure & { readonly what: string; readonly isWhole: boolean }) | null {
  const [listing] = seen.isExtract ? [] : seen.all('listing');
  if (listing !== undefined) return { value: listing.count, at: listing.at, what: 'entries', isWhole: true };
  const entries = seen.isExtract ? [] : seen.all('entries');
  const counted = seen.all('server').filter(({ active }) => active !== null);
  const [first] = entries.length > 0 ? entries : counted;
  if (first === undefined) return null;
  const value =
    entries.length > 0
      ? entries.reduce((sum, entry) => sum + entry.count, 0)
      : counted.reduce((sum, { active, inactive }) => sum + (active ?? 0) + (inactive ?? 0), 0);
  const what = entries.length > 0 ? 'entries' : 'ActiveConn and InActConn together';
  return { value, at: first.at, what, isWhole: false };
}
