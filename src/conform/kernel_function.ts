/** Which kernel function a divergence points to: where somebody who knows the kernel would look first. */
import type { Row } from './compare.ts';
import type { Frame, RecordingHeader, Step } from './recording.ts';

export function frameFunction(
  { services, forward }: RecordingHeader,
  step: Step,
  missing: readonly Frame[],
  extra: readonly Frame[],
): string {
  const all = [...missing, ...extra];
  if (all.some(({ icmp }) => icmp !== undefined)) return 'ip_vs_leave, inet_peer_xrlim_allow';
  if (step.op === 'server') return 'ip_vs_out, handle_response';
  if (all.some(({ to, flags }) => to === 'client' && flags?.includes('R'))) return 'tcp_v4_send_reset';
  // Forwarded by one and dropped by the other: the decision was made before a destination was picked.
  if (missing.length !== extra.length || missing[0]!.to !== extra[0]!.to) return 'ip_vs_in';
  if (missing[0]!.rs !== extra[0]!.rs)
    return services[0]!.scheduler === undefined
      ? 'nf_nat_setup_info'
      : `ip_vs_${services[0]!.scheduler}_schedule`;
  return forward === 'masq'
    ? 'ip_vs_nat_xmit, nf_nat_l4proto_unique_tuple'
    : forward === 'route'
      ? 'ip_vs_dr_xmit'
      : 'ip_vs_tunnel_xmit';
}

/** Rows are [protocol, client, virtual, destination, state, seconds]. */
export function connectionFunction(missing: readonly Row[], extra: readonly Row[]): string {
  for (const row of missing) {
    const twin = extra.find((other) => sameStart(row, other, 3));
    if (twin === undefined) continue;
    if (twin[3] !== row[3]) return 'ip_vs_schedule, ip_vs_sched_persist';
    if (twin[4] !== row[4]) return 'set_tcp_state';
    return 'set_tcp_state (timeout), ip_vs_conn_put';
  }
  return missing.length > 0
    ? 'ip_vs_conn_new, ip_vs_conn_expire (too early)'
    : 'ip_vs_conn_expire (too late)';
}

/** Rows are [protocol, original source, destination, reply source, destination, state, seconds, flags]. */
export function conntrackFunction(missing: readonly Row[], extra: readonly Row[]): string {
  for (const row of missing) {
    const twin = extra.find((other) => sameStart(row, other, 3));
    if (twin === undefined) continue;
    if (!sameStart(row, twin, 5)) return 'ip_vs_update_conntrack, nf_nat_l4proto_unique_tuple';
    if (twin[5] !== row[5]) return 'nf_conntrack_tcp_packet';
    return twin[7] !== row[7] ? 'nf_conntrack_in (status)' : 'nf_ct_refresh_acct, tcp_in_window';
  }
  return missing.length > 0 ? '__nf_conntrack_confirm' : 'ip_vs_conn_drop_conntrack, nf_ct_gc_expired';
}

function sameStart(a: Row, b: Row, length: number): boolean {
  return a.slice(0, length).every((value, i) => value === b[i]);
}
