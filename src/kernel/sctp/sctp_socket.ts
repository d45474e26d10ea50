/** net/sctp/socket.c (v6.1): what an application does with a one-to-one socket, and how an association ends. */
import type { TcpStack } from '../ipv4/tcp.ts';
import { TCP_CLOSE, TCP_ESTABLISHED, TCP_LAST_ACK, TCP_SYN_SENT } from '../ipv4/tcp_states.ts';
import { SctpState } from './association.ts';
import { initialRto, sendInit, sendShutdown } from './sctp_output.ts';

/** sctp_connect(): of a socket with its addresses and a port that has been chosen already. */
export function sctp_connect(stack: TcpStack, sock: number): void {
  const { socks } = stack;
  const associations = stack.sctp!;
  beginAssociation(stack, sock);
  const tag = associations.newTag(stack.isnSecret);
  associations.state[sock] = SctpState.cookieWait;
  associations.myTag[sock] = tag;
  socks.state[sock] = TCP_SYN_SENT;
  socks.snd_una[sock] = tag;
  socks.snd_nxt[sock] = tag;
  sendInit(stack, sock);
}

/** sctp_association_new(): of a socket that is not in the table yet. */
export function beginAssociation(stack: TcpStack, sock: number): void {
  resetPath(stack, sock);
  stack.socks.hash(sock);
}

/** Nothing is known of the path: sctp_transport_reset(), too. */
export function resetPath(stack: TcpStack, sock: number): void {
  stack.sctp!.rto[sock] = initialRto(stack, sock);
  stack.sctp!.srtt[sock] = 0;
}

/** sctp_close(): a handshake is given up without a word; else SHUTDOWN, as soon as all that was sent is acknowledged. */
export function sctp_close(stack: TcpStack, sock: number): void {
  const { socks } = stack;
  const { state } = stack.sctp!;
  switch (state[sock]) {
    case SctpState.cookieWait:
    case SctpState.cookieEchoed:
      sctp_done(stack, sock);
      return;
    case SctpState.established:
      if (socks.snd_una[sock] === socks.snd_nxt[sock]) sendShutdown(stack, sock);
      else {
        state[sock] = SctpState.shutdownPending;
        socks.state[sock] = TCP_LAST_ACK;
      }
  }
}

/** sctp_association_free(): both ends know that it is over. There is no TIME_WAIT: its port is free at once. */
export function sctp_done(stack: TcpStack, sock: number): void {
  unhash(stack, sock);
  stack.socks.free(sock);
}

/** sctp_assoc_failed(): the application is told, unless it has closed the socket before. */
export function sctp_fail(stack: TcpStack, sock: number, errno: number): void {
  const { socks } = stack;
  const state = socks.state[sock]!;
  unhash(stack, sock);
  if (state === TCP_SYN_SENT || state === TCP_ESTABLISHED) stack.app.aborted(sock, errno);
  socks.free(sock);
}

function unhash(stack: TcpStack, sock: number): void {
  const { socks } = stack;
  stack.hosts[socks.host[sock]!]!.timers.del(sock);
  stack.sctp!.state[sock] = SctpState.closed;
  socks.state[sock] = TCP_CLOSE;
  socks.unhash(sock);
  stack.app.unhashed(sock, false);
}
