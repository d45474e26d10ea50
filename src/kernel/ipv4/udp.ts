/** net/ipv4/udp.c: datagrams between clients and real servers, over the same sockets and routes as TCP. */
import { NO_NODE } from '../../engine/hash_chains.ts';
import { IPPROTO_UDP } from '../sk_buff.ts';
import { icmpErrno } from './icmp.ts';
import type { TcpStack } from './tcp.ts';
import { allocSegment, xmit } from './tcp_output.ts';

/** What a datagram says to its application: a request's number and where its sender keeps it, which answers repeat. */
export interface Datagram {
  message: number;
  number: number;
  cookie: number;
}

/** The application above UDP sockets. */
export interface UdpApp {
  /** A datagram has come for a connected socket. */
  datagram(sock: number, datagram: Datagram): void;
  /** One for a listening socket. */
  arrived(caddr: number, cport: number, service: number, datagram: Datagram): void;
  /** An ICMP error about that datagram has come for a connected socket; `errno` indexes ERRNO_NAMES. */
  udpFailed(sock: number, errno: number, datagram: Datagram): void;
}

/** The datagram at hand: nobody keeps it, so there is only one. */
const datagram: Datagram = { message: 0, number: 0, cookie: 0 };

/**
 * udp_sendmsg() on a connected socket, whose columns for sequence numbers hold the datagram's number and cookie. False for
 * EPERM: the host itself dropped it.
 */
export function udp_sendmsg(stack: TcpStack, sock: number, len: number, message: number): boolean {
  const { skbs, socks } = stack;
  const service = socks.service[sock]!;
  const skb = allocSegment(stack, socks.caddr[sock]!, socks.cport[sock]!, service);
  skbs.setProtocol(skb, IPPROTO_UDP);
  skbs.setFlags(skb, 0);
  skbs.setSeq(skb, socks.snd_nxt[sock]!);
  skbs.setAck(skb, socks.rcv_nxt[sock]!);
  skbs.setLen(skb, len);
  skbs.setMessage(skb, message);
  stack.hasRefused = false;
  xmit(stack, service, skb);
  return !stack.hasRefused;
}

/** udp_rcv(): false, and nothing done, when there is no socket: an answer that comes after its client has given up. */
export function udp_rcv(stack: TcpStack, skb: number, service: number): boolean {
  if (service === NO_NODE) return false;
  const { skbs, socks } = stack;
  if (!stack.isClient) {
    const caddr = skbs.saddr(skb) | 0;
    const cport = skbs.sport(skb);
    consume(stack, skb);
    stack.udp.arrived(caddr, cport, service, datagram);
    return true;
  }
  const sock = socks.find(skbs.daddr(skb) | 0, skbs.dport(skb), service);
  if (sock === NO_NODE) return false;
  stack.counters.payloadBytes += skbs.len(skb);
  consume(stack, skb);
  stack.udp.datagram(sock, datagram);
  return true;
}

/** udp_err(): false, and nothing done, when there is no socket. */
export function udp_err(stack: TcpStack, skb: number, service: number): boolean {
  const { skbs, socks } = stack;
  const sock = socks.find(skbs.daddr(skb) | 0, skbs.sport(skb), service);
  if (sock === NO_NODE) return false;
  const errno = icmpErrno(skbs.flags(skb));
  consume(stack, skb);
  stack.udp.udpFailed(sock, errno, datagram);
  return true;
}

function consume(stack: TcpStack, skb: number): void {
  const { skbs } = stack;
  datagram.message = skbs.message(skb);
  datagram.number = skbs.seq(skb);
  datagram.cookie = skbs.ack(skb);
  if (stack.tap !== null) stack.tap.packet(stack.point, skb, false);
  skbs.free(skb);
}
