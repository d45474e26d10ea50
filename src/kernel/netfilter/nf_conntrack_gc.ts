/**
 * gc_worker() of nf_conntrack_core.c: removes entries whose time has run out and that nobody looked up since. On the
 * way it takes the tracks of TCP flows that have come to rest, which the kernel has no need to.
 *
 * Deviation: one pass goes over the whole table at once, because in simulated time it takes none; the pause
 * until the next is the mean of the remaining timeouts, between one second and sixty, as in v6.1.
 */
import type { Net } from '../net.ts';
import { IPPROTO_TCP } from '../sk_buff.ts';
import { settle } from './nf_conntrack_tcp_rest.ts';
import { nf_ct_expires } from './nf_conntrack_timeout.ts';

const GC_SCAN_INTERVAL_MIN_S = 1;
const GC_SCAN_INTERVAL_MAX_S = 60;

/** ct_seq_show(): whoever lists the table takes what has run out from it. */
export function collectExpired(net: Net): void {
  const { conntracks: table } = net;
  for (let ct = 0; ct < table.used; ct++) {
    if (table.isConfirmed(ct) && nf_ct_expires(net, ct) <= 0) table.kill(ct);
  }
}

export function nf_conntrack_gc(net: Net): void {
  const { conntracks: table, timers } = net;
  const shortest = GC_SCAN_INTERVAL_MIN_S * timers.hz;
  const longest = GC_SCAN_INTERVAL_MAX_S * timers.hz;
  let sum = 0;
  let counted = 0;
  for (let ct = 0; ct < table.used; ct++) {
    if (!table.isConfirmed(ct)) continue;
    const left = nf_ct_expires(net, ct);
    if (left <= 0) {
      table.kill(ct);
      continue;
    }
    if (table.protocol[ct] === IPPROTO_TCP) settle(table, ct);
    sum += Math.min(Math.max(left, shortest), longest);
    counted++;
  }
  const pause = counted === 0 ? longest : Math.round(sum / counted);
  net.gcWork.mod(pause);
}
