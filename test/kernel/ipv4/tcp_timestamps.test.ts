import { describe, expect, test } from 'vitest';
import { Simulation } from '../../../src/engine/simulation.ts';
import { InetEndpoints } from '../../../src/kernel/ipv4/inet_endpoints.ts';
import { InetSocks } from '../../../src/kernel/ipv4/inet_sock.ts';
import { addHost, newTcpStack } from '../../../src/kernel/ipv4/tcp.ts';
import { tcpFeatures } from '../../../src/kernel/ipv4/tcp_features.ts';
import { tcp_timewait_state_process } from '../../../src/kernel/ipv4/tcp_minisocks.ts';
import { NO_TIMESTAMP, timestampNow, timestampOffset } from '../../../src/kernel/ipv4/tcp_timestamps.ts';
import { SkBuffs, TH_ACK, TH_RST, TH_SYN } from '../../../src/kernel/sk_buff.ts';

function aStack() {
  const skbs = new SkBuffs();
  const services = new InetEndpoints();
  const simulation = new Simulation();
  const stack = newTcpStack(false, {
    simulation,
    skbs,
    socks: new InetSocks(),
    services,
    isnSecret: 7,
    tap: null,
  });
  const sent: { flags: number; seq: number; ack: number }[] = [];
  for (const port of [80, 81]) {
    const service = services.add(1, port);
    stack.routes[service] = {
      send: (skb) => void sent.push({ flags: skbs.flags(skb), seq: skbs.seq(skb), ack: skbs.ack(skb) }),
    };
  }
  addHost(stack, 100, tcpFeatures('6.1.192'), () => {});
  return { stack, sent, simulation, timewaits: stack.hosts[0]!.timewaits };
}

describe('secure_tcp_ts_off()', () => {
  test.each([
    ['3.10', 'none'],
    ['4.9.300', 'none'],
    ['4.10.5', 'connection'],
    ['5.4', 'hosts'],
    ['6.1.190', 'hosts'],
    ['6.1.191', 'connection'],
    ['6.1.192', 'connection'],
    ['6.12', 'hosts'],
    ['6.18.17', 'connection'],
    ['7.0', 'connection'],
  ])('Linux %s: %s', (release, offsets) => {
    expect(tcpFeatures(release).timestampOffsets).toBe(offsets);
  });

  test('is nothing, one number for two hosts, or one for each connection', () => {
    const { stack } = aStack();
    const offsets = (kind: 'none' | 'hosts' | 'connection') =>
      new Set([
        timestampOffset(stack, kind, 5, 1000, 0),
        timestampOffset(stack, kind, 5, 1001, 0),
        timestampOffset(stack, kind, 5, 1000, 1),
        timestampOffset(stack, kind, 6, 1000, 0),
      ]);
    expect(offsets('none')).toEqual(new Set([0]));
    expect(offsets('hosts').size).toBe(2);
    expect(offsets('connection').size).toBe(4);
  });

  test('is added to a clock of milliseconds, which wraps and is never 0', () => {
    const { stack, simulation } = aStack();
    expect(timestampNow(stack, 0)).toBe(1);
    simulation.advance(1.5e9);
    expect(timestampNow(stack, 20)).toBe(1520);
    expect(timestampNow(stack, 2 ** 31 - 1)).toBe(-(2 ** 31) + 1499);
  });
});

describe('a segment for a connection in TIME_WAIT', () => {
  const RCV_NXT = 5000;
  const TS_RECENT = 100_000;
  const meet = (flags: number, seq: number, tsval: number, ts_recent = TS_RECENT) => {
    const { stack, sent, timewaits } = aStack();
    timewaits.add(5, 1000, 0, RCV_NXT, 900, ts_recent);
    const node = timewaits.find(5, 1000, 0);
    const segment = { flags, seq, ack: 0, len: 0, message: 0, tsval, skb: 0 };
    const opens = tcp_timewait_state_process(stack, timewaits, node, segment, 5, 1000, 0, true);
    return { opens, sent, live: timewaits.live, rejected: stack.counters.pawsRejected };
  };
  const OPENS = { opens: true, sent: [], live: 1, rejected: 0 };
  const acknowledged = (rejected: number) => ({
    opens: false,
    sent: [{ flags: TH_ACK, seq: 900, ack: RCV_NXT }],
    live: 1,
    rejected,
  });

  test.each([
    ['a later sequence number', RCV_NXT + 1, NO_TIMESTAMP, OPENS],
    ['an earlier sequence number', RCV_NXT - 1, NO_TIMESTAMP, acknowledged(0)],
    ['an earlier one and a later time stamp', RCV_NXT - 1, TS_RECENT + 1, OPENS],
    ['an earlier one and the same time stamp', RCV_NXT - 1, TS_RECENT, acknowledged(0)],
    ['a later one and the same time stamp', RCV_NXT + 1, TS_RECENT, OPENS],
    ['a later one and an earlier time stamp (PAWS)', RCV_NXT + 1, TS_RECENT - 1, acknowledged(1)],
  ])('SYN with %s', (_, seq, tsval, expected) => {
    expect(meet(TH_SYN, seq, tsval)).toEqual(expected);
  });

  test('a connection that had none cannot refuse a time stamp', () => {
    expect(meet(TH_SYN, RCV_NXT + 1, 5, NO_TIMESTAMP)).toEqual(OPENS);
  });

  test('the reset that answers the ACK carries no time stamp, and ends it', () => {
    expect(meet(TH_RST, RCV_NXT, NO_TIMESTAMP)).toEqual({ opens: false, sent: [], live: 0, rejected: 0 });
  });
});
