/** NF_DROP: where packets end that a hook or the stack drops. */
import { DROP_REASONS, type DropReason } from './drop_reason.ts';
import type { Net } from './net.ts';
import { nf_ct_put } from './netfilter/nf_conntrack_core.ts';

const DROP_INDEX = Object.fromEntries(DROP_REASONS.map((reason, index) => [reason, index])) as Record<
  DropReason,
  number
>;

/** Counts the packet, tells the tap, frees it. */
export function dropSkb(net: Net, skb: number, reason: DropReason, kernelFunction: string): void {
  net.drops[DROP_INDEX[reason]]!++;
  if (net.skbs.isSyn(skb)) net.synDrops++;
  if (net.tap !== null) net.tap.drop(reason, kernelFunction, skb);
  nf_ct_put(net.conntracks, net.skbs, skb);
  net.skbs.free(skb);
}
