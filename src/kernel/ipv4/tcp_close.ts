/** net/ipv4/tcp.c: an application ends its side of a connection. */
import { SOCK_READS } from './inet_sock.ts';
import type { TcpStack } from './tcp.ts';
import { tcp_done } from './tcp_input.ts';
import { tcp_send_fin } from './tcp_output.ts';
import { FIN_TIMEOUT_S } from './tcp_rto.ts';
import { TCP_CLOSE_WAIT, TCP_ESTABLISHED, TCP_FIN_WAIT2, TCP_SYN_SENT } from './tcp_states.ts';

/** tcp_shutdown(SEND_SHUTDOWN): nothing more is sent, but what comes is still read. */
export function tcp_shutdown(stack: TcpStack, sock: number): void {
  stack.socks.flags[sock]! |= SOCK_READS;
  tcp_send_fin(stack, sock);
}

/** tcp_close(), whatever the connection is doing. An attempt to connect is forgotten without a word. */
export function tcp_close(stack: TcpStack, sock: number): void {
  const { socks, hosts } = stack;
  const { timers } = hosts[socks.host[sock]!]!;
  socks.flags[sock]! &= ~SOCK_READS;
  switch (socks.state[sock]) {
    case TCP_SYN_SENT:
      tcp_done(stack, sock);
      return;
    case TCP_ESTABLISHED:
    case TCP_CLOSE_WAIT:
      tcp_send_fin(stack, sock);
      return;
    case TCP_FIN_WAIT2:
      timers.mod(sock, timers.jiffies + FIN_TIMEOUT_S * timers.hz);
  }
}
