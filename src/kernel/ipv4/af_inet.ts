/**
 * net/ipv4/af_inet.c: what an application does with a connection, whichever of TCP and SCTP is under it (sk->sk_prot).
 * Datagrams are udp.ts's.
 */
import { sctp_sendmsg, sendAbort } from '../sctp/sctp_output.ts';
import { sctp_close, sctp_connect, sctp_done } from '../sctp/sctp_socket.ts';
import { sctp_timer } from '../sctp/sctp_timer.ts';
import { IPPROTO_SCTP } from '../sk_buff.ts';
import { portProtocol } from './inet_endpoints.ts';
import type { TcpStack } from './tcp.ts';
import { tcp_close } from './tcp_close.ts';
import { tcp_done } from './tcp_input.ts';
import { tcp_v4_connect } from './tcp_ipv4.ts';
import { tcp_send_ack, tcp_send_active_reset, tcp_send_fin, tcp_sendmsg } from './tcp_output.ts';
import { tcp_write_timer } from './tcp_timer.ts';

function isSctp({ sctp, services, socks }: TcpStack, sock: number): boolean {
  return sctp !== null && portProtocol(services.port[socks.service[sock]!]!) === IPPROTO_SCTP;
}

/** connect() of a socket with its addresses and a port that has been chosen; its `established` or `aborted` comes later. */
export function inet_connect(stack: TcpStack, sock: number): void {
  if (isSctp(stack, sock)) sctp_connect(stack, sock);
  else tcp_v4_connect(stack, sock);
}

/** send(): a whole message of at least one byte. */
export function inet_sendmsg(stack: TcpStack, sock: number, len: number, message: number): void {
  if (isSctp(stack, sock)) sctp_sendmsg(stack, sock, len, message);
  else tcp_sendmsg(stack, sock, len, message);
}

/** close() of a connection that is open, or whose peer has closed it, and that has nothing left to say. */
export function inet_end(stack: TcpStack, sock: number): void {
  if (isSctp(stack, sock)) sctp_close(stack, sock);
  else tcp_send_fin(stack, sock);
}

/** close(), whatever the connection is doing. */
export function inet_release(stack: TcpStack, sock: number): void {
  if (isSctp(stack, sock)) sctp_close(stack, sock);
  else tcp_close(stack, sock);
}

/** The peer has closed, and the application has work to do first: SCTP needs no word of it. */
export function inet_acknowledge(stack: TcpStack, sock: number): void {
  if (!isSctp(stack, sock)) tcp_send_ack(stack, sock);
}

/** The connection ends here and now, and the peer is told: it had not been accepted. */
export function inet_reset(stack: TcpStack, sock: number): void {
  if (isSctp(stack, sock)) {
    sendAbort(stack, sock);
    sctp_done(stack, sock);
  } else {
    tcp_send_active_reset(stack, sock);
    tcp_done(stack, sock);
  }
}

/** The socket's timer. */
export function inet_timer(stack: TcpStack, sock: number): void {
  if (isSctp(stack, sock)) sctp_timer(stack, sock);
  else tcp_write_timer(stack, sock);
}
