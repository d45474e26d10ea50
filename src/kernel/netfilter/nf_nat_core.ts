/**
 * nf_nat_core.c: the null binding. Where NAT rules exist, a new conntrack that no rule matches is bound to
 * its own source; when another entry already holds its reply tuple, it gets another port.
 */
import { NO_NODE } from '../../engine/hash_chains.ts';
import type { Net } from '../net.ts';
import { IP_CT_DIR_ORIGINAL, IPS_CONFIRMED, IPS_SRC_NAT, IPS_SRC_NAT_DONE } from './nf_conntrack_core.ts';

/** nf_nat_l4proto_unique_tuple(): tries from a random offset, then from others with fewer tries each. */
const ATTEMPTS = [128, 64, 32, 16];

/** nf_nat_alloc_null_binding() for the source: at POST_ROUTING and LOCAL_IN, before the entry is confirmed. */
export function nf_nat_null_binding(net: Net, ct: number): void {
  if (!net.natHooks) return;
  const { conntracks: table } = net;
  if ((table.status[ct]! & (IPS_SRC_NAT_DONE | IPS_CONFIRMED)) !== 0) return;
  table.status[ct]! |= IPS_SRC_NAT_DONE;
  if (!replyTaken(net, ct, table.replyDport[ct]!)) return;
  const own = table.replyDport[ct]!;
  const [low, high] = own >= 1024 ? [1024, 65535] : own < 512 ? [1, 511] : [600, 1023];
  table.replyDport[ct] = uniquePort(net, ct, low, high - low + 1);
  table.status[ct]! |= IPS_SRC_NAT;
}

function uniquePort(net: Net, ct: number, low: number, size: number): number {
  let port = low;
  for (const attempts of ATTEMPTS) {
    const offset = net.drawPort(size);
    for (let attempt = 0; attempt < Math.min(attempts, size); attempt++) {
      port = low + ((offset + attempt) % size);
      if (!replyTaken(net, ct, port)) return port;
    }
    if (attempts >= size) break;
  }
  // Every try was taken: the last port stays, and the clash shows when the entry is confirmed.
  return port;
}

/** nf_conntrack_tuple_taken(): whether another entry has this one's reply tuple with `port` as destination. */
function replyTaken(net: Net, ct: number, port: number): boolean {
  const { conntracks: table } = net;
  const node = table.find(
    table.protocol[ct]!,
    table.replySaddr[ct]!,
    table.replySport[ct]!,
    table.replyDaddr[ct]!,
    port,
  );
  return node !== NO_NODE && node >> 1 !== ct;
}

/** nf_nat_packet(): rewrites the packet's source (or, coming back, its destination) as its entry was bound. */
export function nf_nat_packet(net: Net, skb: number): void {
  const { conntracks: table, skbs } = net;
  const node = skbs.nfct(skb);
  const ct = node >> 1;
  if (node < 0 || (table.status[ct]! & IPS_SRC_NAT) === 0) return;
  if ((node & 1) === IP_CT_DIR_ORIGINAL) {
    skbs.setSaddr(skb, table.replyDaddr[ct]!);
    skbs.setSport(skb, table.replyDport[ct]!);
  } else {
    skbs.setDaddr(skb, table.origSaddr[ct]!);
    skbs.setDport(skb, table.origSport[ct]!);
  }
}
