/**
 * net/ipv4/ip_input.c: a packet has reached the host that has its address, and goes to its protocol. The other
 * end of a connection is named by the number of its service: see inet_sock.ts.
 */
import { NO_NODE } from '../../engine/hash_chains.ts';
import { sctp_rcv } from '../sctp/sctp_input.ts';
import { IPPROTO_ICMP, IPPROTO_SCTP, IPPROTO_TCP, IPPROTO_UDP } from '../sk_buff.ts';
import { isProtocolUnreachable } from './icmp.ts';
import { portKey } from './inet_endpoints.ts';
import type { TcpStack } from './tcp.ts';
import { tcp_v4_err, tcp_v4_rcv } from './tcp_ipv4.ts';
import { udp_err, udp_rcv } from './udp.ts';

/** The number of the service end of a packet that reaches the stack, or NO_NODE. */
export function serviceEnd(stack: TcpStack, skb: number): number {
  const { skbs, services, isClient } = stack;
  const addr = isClient ? skbs.saddr(skb) : skbs.daddr(skb);
  const port = isClient ? skbs.sport(skb) : skbs.dport(skb);
  return services.find(addr, portKey(skbs.protocol(skb), port));
}

/** ip_local_deliver_finish(). `service` is the packet's service end, NO_NODE for one that the stack does not know. */
export function ip_local_deliver(stack: TcpStack, skb: number, service: number): void {
  const protocol = stack.skbs.protocol(skb);
  if (protocol === IPPROTO_TCP) {
    if (service !== NO_NODE) tcp_v4_rcv(stack, skb, service);
    else dropSilently(stack, skb, 'tcp_v4_rcv');
  } else if (protocol === IPPROTO_ICMP) {
    icmp_unreach(stack, skb);
  } else if (protocol === IPPROTO_SCTP) {
    if (service !== NO_NODE) sctp_rcv(stack, skb, service);
    else dropSilently(stack, skb, 'sctp_rcv');
  } else if (!udp_rcv(stack, skb, service)) {
    dropSilently(stack, skb, 'udp_rcv');
  }
}

/**
 * icmp_unreach(): the error names the ports of the packet that it answers, for a TCP or a UDP socket. SCTP only remembers
 * it for who asks (sctp_v4_err(), v6.1), and goes on trying; nor does "protocol unreachable", of which a first INIT could
 * die, end an association that the other end has answered.
 */
function icmp_unreach(stack: TcpStack, skb: number): void {
  const { skbs, services } = stack;
  if (isProtocolUnreachable(skbs.flags(skb))) {
    dropSilently(stack, skb, 'sctp_icmp_proto_unreachable');
    return;
  }
  const udp = services.find(skbs.saddr(skb), portKey(IPPROTO_UDP, skbs.dport(skb)));
  if (udp !== NO_NODE && udp_err(stack, skb, udp)) return;
  const tcp = services.find(skbs.saddr(skb), skbs.dport(skb));
  if (tcp === NO_NODE) dropSilently(stack, skb, 'icmp_unreach');
  else tcp_v4_err(stack, skb, tcp);
}

function dropSilently(stack: TcpStack, skb: number, kernelFunction: string): void {
  const { tap } = stack;
  stack.counters.silent++;
  if (tap !== null) {
    tap.packet(stack.point, skb, false);
    tap.drop('local_silent', kernelFunction, skb);
  }
  stack.skbs.free(skb);
}
