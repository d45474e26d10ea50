/** net/ipv4/tcp_ipv4.c: where TCP packets come in, and where connections begin. */
import { NO_NODE } from '../../engine/hash_chains.ts';
import { TH_ACK, TH_FIN, TH_RST, TH_SYN } from '../sk_buff.ts';
import { icmpErrno } from './icmp.ts';
import { SOCK_TSTAMP } from './inet_sock.ts';
import { secure_tcp_seq } from './secure_seq.ts';
import type { TcpStack } from './tcp.ts';
import { abort, backlogFull, type Segment, tcp_rcv } from './tcp_input.ts';
import { tcp_timewait_state_process } from './tcp_minisocks.ts';
import { resetTimer, sendReset, sendSyn, sendSynAck } from './tcp_output.ts';
import { synRto, tcp_rto } from './tcp_rto.ts';
import { ECONNREFUSED, TCP_CLOSE, TCP_SYN_RECV, TCP_SYN_SENT } from './tcp_states.ts';
import { tcp_write_timer } from './tcp_timer.ts';
import { NO_TIMESTAMP, TimestampMode, timestampOffset } from './tcp_timestamps.ts';

/** The segment at hand: nobody keeps it, so there is only one. */
const segment: Segment = { flags: 0, seq: 0, ack: 0, len: 0, message: 0, tsval: 0, skb: 0 };

/** ISN of a new connection in TIME_WAIT's place lies this far beyond the old one's last byte. */
const TIMEWAIT_ISN_STEP = 65535 + 2;

/** tcp_v4_rcv(): a TCP packet has reached the host with the `service` end, or the client that talks to it. */
export function tcp_v4_rcv(stack: TcpStack, skb: number, service: number): void {
  const { skbs, socks, isClient } = stack;
  if (stack.tap !== null) stack.tap.packet(stack.point, skb, false);
  const caddr = (isClient ? skbs.daddr(skb) : skbs.saddr(skb)) | 0;
  const cport = isClient ? skbs.dport(skb) : skbs.sport(skb);
  segment.flags = skbs.flags(skb);
  segment.seq = skbs.seq(skb) | 0;
  segment.ack = skbs.ack(skb) | 0;
  segment.len = skbs.len(skb);
  segment.message = skbs.message(skb);
  segment.tsval = skbs.tsval(skb);
  segment.skb = skb;
  // Freed first, so that the answer is built where the question was and the columns stay in the cache.
  skbs.free(skb);
  const sock = socks.find(caddr, cport, service);
  if (sock !== NO_NODE) tcp_rcv(stack, sock, segment);
  else rcvWithoutSocket(stack, caddr, cport, service);
}

/** A connection in TIME_WAIT, a listener, or nobody. */
function rcvWithoutSocket(stack: TcpStack, caddr: number, cport: number, service: number): void {
  for (let host = 0; host < stack.hosts.length; host++) {
    const { timewaits } = stack.hosts[host]!;
    const node = timewaits.find(caddr, cport, service);
    if (node === NO_NODE) continue;
    const listens = stack.app.listens(service);
    if (!tcp_timewait_state_process(stack, timewaits, node, segment, caddr, cport, service, listens)) return;
    const isn = (timewaits.snd_nxt[node]! + TIMEWAIT_ISN_STEP) | 0;
    timewaits.remove(node);
    tcp_conn_request(stack, caddr, cport, service, isn);
    return;
  }
  const { flags } = segment;
  if ((flags & TH_RST) !== 0) return;
  if ((flags & (TH_SYN | TH_ACK | TH_FIN)) === TH_SYN && stack.app.listens(service)) {
    const { now_ns } = stack.simulation;
    tcp_conn_request(
      stack,
      caddr,
      cport,
      service,
      secure_tcp_seq(stack.isnSecret, now_ns, caddr, cport, service),
    );
    return;
  }
  sendReset(stack, caddr, cport, service, flags, segment.seq, segment.ack, segment.len);
}

/** tcp_conn_request(): a SYN for a listener. */
function tcp_conn_request(stack: TcpStack, caddr: number, cport: number, service: number, isn: number): void {
  if (stack.app.acceptQueueFull(service)) {
    stack.counters.backlogSyns++;
    backlogFull(stack, segment.skb, 'tcp_conn_request');
    return;
  }
  const { socks } = stack;
  const sock = socks.alloc(caddr, cport, service, service, 0);
  socks.state[sock] = TCP_SYN_RECV;
  socks.snd_una[sock] = isn;
  socks.snd_nxt[sock] = isn + 1;
  socks.rcv_nxt[sock] = segment.seq + 1;
  socks.timestamp[sock] = segment.tsval;
  if (segment.tsval !== NO_TIMESTAMP) socks.flags[sock]! |= SOCK_TSTAMP;
  socks.hash(sock);
  sendSynAck(stack, sock);
  resetTimer(stack, sock);
}

/** tcp_v4_connect(): of a socket with its addresses and a port that has been chosen already. */
export function tcp_v4_connect(stack: TcpStack, sock: number): void {
  const { socks } = stack;
  const caddr = socks.caddr[sock]!;
  const cport = socks.cport[sock]!;
  const service = socks.service[sock]!;
  const isn = secure_tcp_seq(stack.isnSecret, stack.simulation.now_ns, caddr, cport, service);
  socks.state[sock] = TCP_SYN_SENT;
  socks.snd_una[sock] = isn;
  socks.snd_nxt[sock] = isn + 1;
  const { timers, features } = stack.hosts[socks.host[sock]!]!;
  socks.retransStamp[sock] = timers.jiffies;
  const { timestamps, uptime_ms } = stack.app.options(sock);
  if (timestamps !== TimestampMode.off) {
    socks.flags[sock]! |= SOCK_TSTAMP;
    const offsets = timestamps === TimestampMode.clock ? 'none' : features.timestampOffsets;
    socks.timestamp[sock] = uptime_ms + timestampOffset(stack, offsets, caddr, cport, service);
  }
  socks.hash(sock);
  sendSyn(stack, sock);
}

/**
 * tcp_v4_err(): "destination unreachable" for a packet of a client. It ends a connection that is being
 * opened; one that is established remembers it, in case it never recovers.
 */
export function tcp_v4_err(stack: TcpStack, skb: number, service: number): void {
  const { skbs, socks } = stack;
  if (stack.tap !== null) stack.tap.packet(stack.point, skb, false);
  const sock = socks.find(skbs.daddr(skb) | 0, skbs.sport(skb), service);
  const errno = icmpErrno(skbs.flags(skb));
  const seq = skbs.seq(skb) | 0;
  skbs.free(skb);
  if (sock === NO_NODE) return;
  const una = socks.snd_una[sock]!;
  // LINUX_MIB_OUTOFWINDOWICMPS: an error about a packet that is no longer under way.
  if (((seq - una) | 0) < 0 || ((socks.snd_nxt[sock]! - seq) | 0) < 0) return;
  if (errno !== ECONNREFUSED && seq === una) tcp_ld_RTO_revert(stack, sock);
  // The revert may have been the last attempt.
  if (socks.state[sock] === TCP_CLOSE) return;
  if (socks.state[sock] === TCP_SYN_SENT) abort(stack, sock, errno);
  else socks.softError[sock] = errno + 1;
}

/**
 * tcp_ld_RTO_revert(), in tcp_v4_err() before v5.8 (RFC 6069): the path is to blame, not congestion, so the
 * last doubling of the timeout is taken back, and what is due by that is sent again at once. That is so even
 * for the SYN of a connection that the same error then ends: the director gets a SYN of nobody's, and the
 * error about that one is wasted on a client that may have few.
 *
 * Deviation: an established connection keeps its doublings, and so tries again a little later than it might.
 */
function tcp_ld_RTO_revert(stack: TcpStack, sock: number): void {
  const { socks, hosts } = stack;
  const { timers, features } = hosts[socks.host[sock]!]!;
  const backoff = socks.retransmits[sock]! - features.synLinearTimeouts;
  if (socks.state[sock] !== TCP_SYN_SENT || backoff <= 0) return;
  const sent = timers.expires(sock) - tcp_rto(stack, sock);
  if (sent + synRto(backoff - 1, timers.hz) <= timers.jiffies) tcp_write_timer(stack, sock);
}
