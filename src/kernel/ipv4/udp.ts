/** net/ipv4/udp.c: datagrams between clients and real servers, over the same sockets and routes as TCP. */
import { IPPROTO_UDP } from '../sk_buff.ts';
import type { TcpStack } from './tcp.ts';
import { allocSegment, xmit } from './tcp_output.ts';

/** UDP ports are told from TCP's by this bit, where addresses and ports are turned into numbers. */
export const UDP_PORT = 0x10000;

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
