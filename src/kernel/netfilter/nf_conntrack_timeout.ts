/** Timeouts of conntrack entries: nf_ct_refresh_acct() and nf_ct_is_expired(). */
import type { Net } from '../net.ts';

/** The entry lives `jiffies` from now; for one not yet confirmed the time starts when it is. */
export function nf_ct_refresh(net: Net, ct: number, jiffies: number): void {
  const { conntracks } = net;
  if (!conntracks.isConfirmed(ct)) {
    conntracks.timeout[ct] = jiffies;
    return;
  }
  const expires = net.timers.jiffies + jiffies;
  // __nf_ct_refresh_acct(), v3.10: the timer is moved only when it gains at least a second. A shorter timeout
  // makes the (unsigned) difference huge, so it is always obeyed.
  if (!net.features.conntrack.timeoutIsTimestamp) {
    const gain = (expires - conntracks.timeout[ct]!) | 0;
    if (gain >= 0 && gain < net.timers.hz) return;
  }
  conntracks.timeout[ct] = expires;
}

/** Whole jiffies left; 0 or less for an entry that only waits to be collected. */
export function nf_ct_expires(net: Net, ct: number): number {
  // Modulo 2^32, as the kernel's time stamps are.
  return (net.conntracks.timeout[ct]! - net.timers.jiffies) | 0;
}
