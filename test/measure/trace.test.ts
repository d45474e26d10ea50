import { describe, expect, it } from 'vitest';
import { IPPROTO_ICMP, IPPROTO_TCP, SkBuffs, TH_ACK, TH_RST, TH_SYN } from '../../src/kernel/sk_buff.ts';
import { ConnectLog, findConnect } from '../../src/measure/connects.ts';
import { type TraceOptions, TraceRecorder } from '../../src/measure/trace.ts';
import { formatAddress } from '../../src/text/ipv4.ts';

const CLIENT = 0x0a000001;
const VIRTUAL = 0x0a600001;
const SERVER = 0x0af40105;

/** Packets and a clock without a simulation around them. */
function world() {
  const skbs = new SkBuffs();
  const clock = { now_ns: 0 };
  const packet = (flags: number, port = 32768, retransmission = 0) => {
    const skb = skbs.alloc();
    skbs.setProtocol(skb, IPPROTO_TCP);
    skbs.setFlags(skb, flags);
    skbs.setSaddr(skb, CLIENT);
    skbs.setSport(skb, port);
    skbs.setDaddr(skb, VIRTUAL);
    skbs.setDport(skb, 80);
    skbs.setRetransmission(skb, retransmission);
    return skb;
  };
  const turn = (skb: number) => {
    const [saddr, sport] = [skbs.saddr(skb), skbs.sport(skb)];
    skbs.setSaddr(skb, skbs.daddr(skb));
    skbs.setSport(skb, skbs.dport(skb));
    skbs.setDaddr(skb, saddr);
    skbs.setDport(skb, sport);
  };
  return {
    skbs,
    clock,
    packet,
    turn,
    recorder: (options?: TraceOptions) => new TraceRecorder(skbs, clock, options),
  };
}

describe('TraceRecorder', () => {
  it('writes a packet down as it looked at each point, under one number', () => {
    const { skbs, clock, packet, recorder } = world();
    const trace = recorder();
    const skb = packet(TH_SYN);
    trace.packet('client', skb, true);
    clock.now_ns = 100;
    trace.packet('director-in', skb, false);
    trace.decision('ip_vs_schedule', 'new entry', skb, { scheduler: 'rr' });
    skbs.setDaddr(skb, SERVER);
    skbs.setDport(skb, 8080);
    trace.packet('director-out', skb, true);
    clock.now_ns = 200;
    trace.packet('real-server', skb, false);
    expect(
      trace.events.map(({ at_ns, kind, packet: { id, destination } }) => [at_ns, kind, id, destination]),
    ).toEqual([
      [0, 'packet', 1, '10.96.0.1'],
      [100, 'packet', 1, '10.96.0.1'],
      [100, 'decision', 1, '10.96.0.1'],
      [100, 'packet', 1, '10.244.1.5'],
      [200, 'packet', 1, '10.244.1.5'],
    ]);
  });

  it('gives a slot that is used again a new number', () => {
    const { skbs, packet, recorder } = world();
    const trace = recorder();
    const first = packet(TH_SYN);
    trace.packet('client', first, true);
    trace.drop('old_conntrack', 'ip_vs_in', first);
    skbs.free(first);
    const second = packet(TH_SYN);
    expect(second).toBe(first);
    trace.packet('client', second, true);
    expect(trace.events.map(({ packet: { id } }) => id)).toEqual([1, 1, 2]);
  });

  it("tells the director's own answer from the packet in whose slot it was built", () => {
    const { packet, turn, recorder } = world();
    const trace = recorder();
    const skb = packet(TH_ACK);
    trace.packet('client', skb, true);
    trace.packet('director-in', skb, false);
    turn(skb);
    trace.packet('director-in', skb, true);
    trace.packet('client', skb, false);
    expect(trace.events.map(({ packet: { id } }) => id)).toEqual([1, 1, 2, 2]);
  });

  it('knows where a drop at a real server belongs', () => {
    const { packet, recorder } = world();
    const trace = recorder();
    const skb = packet(TH_SYN);
    for (const [point, sending] of [
      ['client', true],
      ['real-server', false],
    ] as const)
      trace.packet(point, skb, sending);
    trace.drop('backlog_full', 'tcp_conn_request', skb);
    expect(trace.events.map(({ packet: { id } }) => id)).toEqual([1, 1, 1]);
  });

  it('follows an end, in both directions and through ICMP errors', () => {
    const { skbs, packet, turn, recorder } = world();
    const trace = recorder({ follow: [`${formatAddress(CLIENT)}:40000`] });
    trace.packet('client', packet(TH_SYN, 32768), true);
    const wanted = packet(TH_SYN, 40000);
    trace.packet('client', wanted, true);
    turn(wanted);
    trace.packet('client', wanted, false);
    const icmp = packet(0x33, 40000);
    skbs.setProtocol(icmp, IPPROTO_ICMP);
    skbs.setSaddr(icmp, VIRTUAL);
    skbs.setDaddr(icmp, CLIENT);
    trace.packet('client', icmp, false);
    expect(trace.events.map(({ packet: { protocol } }) => protocol)).toEqual(['tcp', 'tcp', 'icmp']);
  });

  it('keeps within its span of time', () => {
    const { clock, packet, recorder } = world();
    const trace = recorder({ from_ns: 10, to_ns: 20 });
    for (clock.now_ns = 0; clock.now_ns <= 30; clock.now_ns += 5)
      trace.packet('client', packet(TH_SYN), true);
    expect(trace.events.map(({ at_ns }) => at_ns)).toEqual([10, 15, 20]);
    expect(trace.done).toBe(true);
  });

  it.each([
    ['first', [0, 1, 2], true],
    ['last', [7, 8, 9], false],
  ] as const)('keeps the %s events when there are too many', (keep, kept, done) => {
    const { clock, packet, recorder } = world();
    const trace = recorder({ limit: 3, keep });
    for (clock.now_ns = 0; clock.now_ns < 10; clock.now_ns++) trace.packet('client', packet(TH_SYN), true);
    expect(trace.events.map(({ at_ns }) => at_ns)).toEqual(kept);
    expect(trace.truncated).toBe(true);
    expect(trace.done).toBe(done);
  });

  it('does not call a trace truncated that fits exactly', () => {
    const { packet, recorder } = world();
    const trace = recorder({ limit: 2 });
    trace.packet('client', packet(TH_SYN), true);
    trace.packet('client', packet(TH_SYN), true);
    expect(trace.truncated).toBe(false);
  });

  it('stops at the first drop when asked', () => {
    const { packet, recorder } = world();
    const trace = recorder({ untilDrop: true });
    const skb = packet(TH_SYN);
    trace.packet('client', skb, true);
    trace.drop('old_conntrack', 'ip_vs_in', skb);
    trace.packet('client', packet(TH_SYN), true);
    expect(trace.events).toHaveLength(2);
    expect(trace.done).toBe(true);
    expect(trace.drops).toBe(1);
  });

  it('shows the outer header of a tunnel', () => {
    const { skbs, packet, recorder } = world();
    const trace = recorder({
      realServer: (nexthop) => ({
        realServer: { address: SERVER + nexthop, port: 80 },
        service: { address: VIRTUAL, port: 80 },
      }),
    });
    const skb = packet(TH_SYN);
    skbs.setEncapsulation(skb, 1);
    skbs.setNexthop(skb, 1);
    trace.packet('director-out', skb, true);
    expect(trace.events[0]!.packet).toMatchObject({
      tunnel: { source: '10.96.0.1', destination: '10.244.1.6' },
      realServer: '10.244.1.6:80',
    });
  });

  it('writes addresses above 127.255.255.255 as they are', () => {
    expect(formatAddress(0xffffffff)).toBe('255.255.255.255');
    expect(formatAddress(0xc0a80001)).toBe('192.168.0.1');
  });
});

describe('ConnectLog', () => {
  /** Two lives of one port: the first at once, the second with two SYNs lost and a third that is refused. */
  function log() {
    const { skbs, clock, packet, turn } = world();
    const connects = new ConnectLog(skbs, clock);
    const send = (at_ns: number, retransmission = 0, port = 32768) => {
      clock.now_ns = at_ns;
      const skb = packet(TH_SYN, port, retransmission);
      connects.packet('client', skb, true);
      return skb;
    };
    const answer = (at_ns: number, flags: number, port = 32768) => {
      clock.now_ns = at_ns;
      const skb = packet(flags, port);
      turn(skb);
      connects.packet('client', skb, false);
    };
    send(0);
    answer(5, TH_SYN | TH_ACK);
    const lost = send(100);
    connects.drop('old_conntrack', 'ip_vs_in', lost);
    send(110, 0, 40000);
    answer(115, TH_SYN | TH_ACK, 40000);
    const again = send(200, 1);
    skbs.setDaddr(again, SERVER);
    connects.drop('backlog_full', 'tcp_conn_request', again);
    send(400, 2);
    answer(410, TH_RST);
    return connects;
  }

  it('keeps a row per connect, with its SYNs, its drops and its end', () => {
    expect(log().attempts).toMatchObject([
      {
        number: 1,
        sourcePort: 32768,
        start_ns: 0,
        end_ns: 5,
        outcome: 'established',
        syns: 1,
        dropped: 0,
        reason: null,
        previous: null,
      },
      {
        number: 2,
        sourcePort: 32768,
        start_ns: 100,
        end_ns: 410,
        outcome: 'refused',
        syns: 3,
        dropped: 2,
        reason: 'old_conntrack',
        previous: { number: 1 },
      },
      { number: 3, sourcePort: 40000, start_ns: 110, end_ns: 115, outcome: 'established', syns: 1 },
    ]);
  });

  it('finds the one that a question is about', () => {
    const { attempts } = log();
    const numberOf = (query: Parameters<typeof findConnect>[1]) =>
      findConnect(attempts, query)?.number ?? null;
    expect(numberOf({ at_ns: 112 })).toBe(2);
    expect(numberOf({ at_ns: 3 })).toBe(1);
    expect(numberOf({ at_ns: 50 })).toBe(2);
    expect(numberOf({ at_ns: 9000 })).toBe(null);
    expect(numberOf({ request: 3 })).toBe(3);
    expect(numberOf({ request: 4 })).toBe(null);
    expect(numberOf({ sourcePort: 32768 })).toBe(2);
    expect(numberOf({ sourcePort: 1 })).toBe(null);
  });
});
