/** net/ipv4/udp.c: datagrams between clients and real servers, over the same sockets and routes as TCP. */
import { NO_NODE } from '../../engine/hash_chains.ts';
import { IPPROTO_UDP } from '../sk_buff.ts';
import { icmpErrno } from './icmp.ts';
import type { TcpStack } from './tcp.ts';
import { allocSegment, xmit } from './tcp_output.ts';

/** UDP ports are told from TCP's by this bit, where addresses and ports are turned into numbers. */
export const UDP_PORT = 0x10000;

/** The application above UDP sockets. */
export interface UdpApp {
  /** A datagram has come for a connected socket. */
  datagram(sock: number): void;
  /** One for a listening socket. */
  arrived(caddr: number, cport: number, service: number): void;
  /** An ICMP error has come for a connected socket; `errno` indexes ERRNO_NAMES. */
  udpFailed(sock: number, errno: number): void;
}

/** udp_sendmsg() on a connected socket. */
export function udp_sendmsg(stack: TcpStack, sock: number, len: number, message: number): void {
  const { skbs, socks } = stack;
  const service = socks.service[sock]!;
  const skb = allocSegment(stack, socks.caddr[sock]!, socks.cport[sock]!, service);
  skbs.setProtocol(skb, IPPROTO_UDP);
  skbs.setFlags(skb, 0);
  skbs.setSeq(skb, 0);
  skbs.setAck(skb, 0);
  skbs.setLen(skb, len);
  skbs.setMessage(skb, message);
  xmit(stack, service, skb);
}

/** udp_rcv(): false, and nothing done, when there is no socket: an answer that comes after its client has given up. */
export function udp_rcv(stack: TcpStack, skb: number, service: number): boolean {
  if (service === NO_NODE) return false;
  const { skbs, socks } = stack;
  if (!stack.isClient) {
    const caddr = skbs.saddr(skb) | 0;
    const cport = skbs.sport(skb);
    consume(stack, skb);
    stack.udp.arrived(caddr, cport, service);
    return true;
  }
  const sock = socks.find(skbs.daddr(skb) | 0, skbs.dport(skb), service);
  if (sock === NO_NODE) return false;
  stack.counters.payloadBytes += skbs.len(skb);
  consume(stack, skb);
  stack.udp.datagram(sock);
  return true;
}

/** udp_err(): false, and nothing done, when there is no socket. */
export function udp_err(stack: TcpStack, skb: number, service: number): boolean {
  const { skbs, socks } = stack;
  const sock = socks.find(skbs.daddr(skb) | 0, skbs.sport(skb), service);
  if (sock === NO_NODE) return false;
  const errno = icmpErrno(skbs.flags(skb));
  consume(stack, skb);
  stack.udp.udpFailed(sock, errno);
  return true;
}

function consume(stack: TcpStack, skb: number): void {
  if (stack.tap !== null) stack.tap.packet(stack.point, skb, false);
  stack.skbs.free(skb);
}
