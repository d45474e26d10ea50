/** nf_conntrack_proto_udp.c: replied or not, and for how long. */

import type { Net } from '../net.ts';
import { IP_CT_DIR_REPLY, IPS_ASSURED, IPS_SEEN_REPLY } from './nf_conntrack_core.ts';
import { nf_ct_refresh } from './nf_conntrack_timeout.ts';

/** udp_packet(): always accepted. `ctdir` is the packet's direction. */
export function nf_conntrack_udp_packet(net: Net, ct: number, ctdir: number): void {
  const { conntracks, timers, sysctl } = net;
  const seenReply = (conntracks.status[ct]! & IPS_SEEN_REPLY) !== 0;
  if (!conntracks.isConfirmed(ct)) conntracks.proto[ct] = timers.jiffies + 2 * timers.hz;
  if (!seenReply) {
    nf_ct_refresh(net, ct, sysctl.nf_conntrack_udp_timeout * timers.hz);
    if (ctdir === IP_CT_DIR_REPLY) conntracks.status[ct]! |= IPS_SEEN_REPLY;
    return;
  }
  // From v5.0 on only a flow that is still alive two seconds after it began is a stream and assured.
  const isStream = net.features.conntrack.udpStreamAfter2s ? timers.jiffies > conntracks.proto[ct]! : true;
  const timeout = isStream ? sysctl.nf_conntrack_udp_timeout_stream : sysctl.nf_conntrack_udp_timeout;
  nf_ct_refresh(net, ct, timeout * timers.hz);
  if (isStream || !net.features.conntrack.onlyStreamsAssured) conntracks.status[ct]! |= IPS_ASSURED;
}
