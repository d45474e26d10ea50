/** The end of a real server's process: what the kernel does with the sockets that it leaves behind. */
import { NO_NODE } from '../../engine/hash_chains.ts';
import { inet_end, inet_reset } from '../../kernel/ipv4/af_inet.ts';
import { SOCK_PINNED } from '../../kernel/ipv4/inet_sock.ts';
import type { TcpStack } from '../../kernel/ipv4/tcp.ts';
import { tcp_done } from '../../kernel/ipv4/tcp_input.ts';
import { TCP_CLOSE, TCP_CLOSE_WAIT, TCP_ESTABLISHED, TCP_SYN_RECV } from '../../kernel/ipv4/tcp_states.ts';
import type { RealServer } from './real_server.ts';

/**
 * do_exit(), as far as sockets notice. inet_csk_listen_stop(): handshakes are forgotten and connections that
 * nobody has accepted are reset. tcp_close(): a request that nobody has read makes a reset of it too; all
 * other connections get a FIN, in the middle of an answer or not. `holdsWorker` is the flag of sockets that have a
 * worker, who is gone too.
 */
export function exitProcess(
  stack: TcpStack,
  listener: number,
  server: RealServer,
  holdsWorker: number,
): void {
  const { socks } = stack;
  for (let sock = server.waiting.shift(); sock !== NO_NODE; sock = server.waiting.shift()) {
    socks.flags[sock]! &= ~SOCK_PINNED;
    if (server.isUdp || socks.state[sock] === TCP_CLOSE) {
      socks.free(sock);
    } else {
      inet_reset(stack, sock);
    }
  }
  server.busy = 0;
  server.acceptQueue = 0;
  for (let sock = 0; sock < socks.used; sock++) {
    if (socks.service[sock] !== listener) continue;
    socks.flags[sock]! &= ~holdsWorker;
    if (server.isUdp) continue;
    switch (socks.state[sock]) {
      case TCP_SYN_RECV:
        tcp_done(stack, sock);
        break;
      case TCP_ESTABLISHED:
      case TCP_CLOSE_WAIT:
        inet_end(stack, sock);
    }
  }
}
