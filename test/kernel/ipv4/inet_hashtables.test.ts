/** Which ports connect() walks through on each era of kernels: see __inet_hash_connect(). */
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../../src/engine/random.ts';
import { Simulation } from '../../../src/engine/simulation.ts';
import { TimerWheel } from '../../../src/engine/timer_wheel.ts';
import { type Connect, PortChooser } from '../../../src/kernel/ipv4/inet_hashtables.ts';
import { InetPorts, NO_RESERVED_PORTS } from '../../../src/kernel/ipv4/inet_ports.ts';
import { type PortChoice, tcpFeatures } from '../../../src/kernel/ipv4/tcp_features.ts';

const DEFAULT_RANGE = [32768, 60999] as const;
const CHOICES: readonly PortChoice[] = ['sequential', 'evenHint', 'evenFirst', 'perturb', 'perturbRandom'];

function host(choice: PortChoice, [low, high]: readonly [number, number] = DEFAULT_RANGE) {
  const simulation = new Simulation();
  const timers = new TimerWheel(simulation, { hz: 250, onTheJiffy: false }, () => {});
  const ports = new InetPorts();
  const chooser = new PortChooser(choice, ports, timers, new RandomStream('seed', 'ports'));
  const connectTo = (daddr: number): Connect => ({
    pair: ports.pair(0x0a000002, daddr & 0xff),
    saddr: 0x0a000002,
    daddr,
    dport: 80,
    low,
    high,
    reserved: NO_RESERVED_PORTS,
  });
  return { simulation, ports, chooser, connectTo };
}

/** Ports of `count` connections in a row, each closed before the next. */
function walk(chooser: PortChooser, to: Connect, count: number): number[] {
  return Array.from({ length: count }, () => chooser.choose(to));
}

describe('the ports of connections that are closed at once', () => {
  test.each([
    ['sequential', DEFAULT_RANGE, 28232],
    ['evenHint', DEFAULT_RANGE, 14116],
    ['evenFirst', DEFAULT_RANGE, 14116],
    ['evenHint', [1024, 65535], 32256],
    ['evenFirst', [40000, 41999], 1000],
  ] as const)(
    '%s walks through the range %j in %i connections, then begins again',
    (choice, range, count) => {
      const { chooser, connectTo } = host(choice, range);
      const to = connectTo(0x0a600001);
      const first = walk(chooser, to, count);
      expect(new Set(first).size).toBe(count);
      expect(Math.min(...first)).toBeGreaterThanOrEqual(range[0]);
      expect(Math.max(...first)).toBeLessThanOrEqual(range[1]);
      expect(walk(chooser, to, count)).toEqual(first);
    },
  );

  test('before v5.12 all destinations share the hint; from then on each has its own', () => {
    for (const [choice, step] of [
      ['evenFirst', 4],
      ['perturb', 2],
    ] as const) {
      const { chooser, connectTo } = host(choice);
      const one = connectTo(0x0a600001);
      const other = connectTo(0x0a600002);
      const steps: number[] = [];
      let last = chooser.choose(one);
      for (let count = 0; count < 200; count++) {
        chooser.choose(other);
        const port = chooser.choose(one);
        steps.push((port - last + 28232) % 28232);
        last = port;
      }
      expect(steps.sort((a, b) => a - b)[100]).toBe(step);
    }
  });

  test('v5.12 skips a port now and then', () => {
    const { chooser, connectTo } = host('perturb');
    const ports = walk(chooser, connectTo(0x0a600001), 4000);
    const steps = ports.slice(1).map((port, index) => (port - ports[index]! + 28232) % 28232);
    expect(new Set(steps)).toEqual(new Set([2, 4]));
    const skipped = steps.filter((step) => step === 4).length / steps.length;
    expect(skipped).toBeGreaterThan(1 / 16 - 0.02);
    expect(skipped).toBeLessThan(1 / 16 + 0.02);
  });

  test('v5.18 takes random even steps of 2 to 16 and begins elsewhere every 10 s', () => {
    const { simulation, chooser, connectTo } = host('perturbRandom');
    const to = connectTo(0x0a600001);
    const ports = walk(chooser, to, 4000);
    const steps = ports.slice(1).map((port, index) => (port - ports[index]! + 28232) % 28232);
    expect(new Set(steps)).toEqual(new Set([2, 4, 6, 8, 10, 12, 14, 16]));
    const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
    expect(mean).toBeCloseTo(9, 0);
    const last = ports.at(-1)!;
    simulation.advance(10e9);
    const jump = (chooser.choose(to) - last + 28232) % 28232;
    expect(jump > 16).toBe(true);
  });
});

describe('ports in use', () => {
  test.each(CHOICES)('%s never takes one, uses all others, and then has none', (choice) => {
    const { ports, chooser, connectTo } = host(choice, [40000, 40099]);
    const to = connectTo(0x0a600001);
    const taken: number[] = [];
    for (let port = chooser.choose(to); port >= 0; port = chooser.choose(to)) {
      expect(ports.has(to.pair, port)).toBe(false);
      ports.take(to.pair, port);
      taken.push(port);
    }
    expect(taken.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => 40000 + index));
    expect(chooser.choose(connectTo(0x0a600002))).toBeGreaterThan(0);
    ports.release(to.saddr, 1, 40057);
    expect(chooser.choose(to)).toBe(40057);
  });

  test.each(['evenFirst', 'perturb', 'perturbRandom'] as const)('%s takes odd ports last', (choice) => {
    const { ports, chooser, connectTo } = host(choice, [40000, 40099]);
    const to = connectTo(0x0a600001);
    const parities = Array.from({ length: 100 }, () => {
      const port = chooser.choose(to);
      ports.take(to.pair, port);
      return port % 2;
    });
    expect(parities.slice(0, 50).every((parity) => parity === 0)).toBe(true);
    expect(parities.slice(50).every((parity) => parity === 1)).toBe(true);
  });

  property.prop([
    fc.constantFrom(...CHOICES),
    fc.integer({ min: 1024, max: 65535 }),
    fc.integer({ min: 1, max: 200 }),
    fc.array(fc.boolean(), { minLength: 300, maxLength: 300 }),
  ])('any range and any pattern of opening and closing', (choice, low, size, opens) => {
    const high = Math.min(65535, low + size - 1);
    const { ports, chooser, connectTo } = host(choice, [low, high]);
    const to = connectTo(0x0a600001);
    const open: number[] = [];
    for (const isOpening of opens) {
      if (isOpening) {
        const port = chooser.choose(to);
        // A range with an odd number of ports loses one of them to the walk by twos.
        if (port < 0) expect(open.length).toBeGreaterThanOrEqual(high - low);
        else {
          expect(port).toBeGreaterThanOrEqual(low);
          expect(port).toBeLessThanOrEqual(high);
          expect(open).not.toContain(port);
          ports.take(to.pair, port);
          open.push(port);
        }
      } else {
        const port = open.shift();
        if (port !== undefined) ports.release(to.saddr, 1, port);
      }
    }
  });
});

describe('tcpFeatures', () => {
  test.each([
    ['3.10', 'sequential', true, 0],
    ['3.10.0-1127.el7.x86_64', 'evenHint', true, 0],
    ['4.1.12', 'sequential', true, 0],
    ['4.4', 'evenHint', true, 0],
    ['4.8', 'evenFirst', false, 0],
    ['4.19.48', 'evenFirst', false, 0],
    ['4.19.249', 'perturbRandom', false, 0],
    ['5.4', 'evenFirst', false, 0],
    ['5.4.0', 'evenFirst', false, 0],
    ['5.10.118', 'evenFirst', false, 0],
    ['5.10.124', 'perturb', false, 0],
    ['4.5.7', 'evenHint', true, 0],
    ['4.18.0-305.el8', 'evenFirst', false, 0],
    ['4.18.0-553.el8_10', 'perturbRandom', false, 0],
    ['5.14.0-362.el9', 'perturbRandom', false, 0],
    ['5.10.223', 'perturbRandom', false, 0],
    ['5.12', 'perturb', false, 0],
    ['5.15.40', 'perturb', false, 0],
    ['5.15.41', 'perturbRandom', false, 0],
    ['5.18', 'perturbRandom', false, 0],
    ['6.1.192', 'perturbRandom', false, 0],
    ['6.5', 'perturbRandom', false, 4],
    ['7.2.13', 'perturbRandom', false, 4],
  ] as const)('%s: %s', (release, choice, timersOnTheJiffy, synLinearTimeouts) => {
    expect(tcpFeatures(release)).toMatchObject({ portChoice: choice, timersOnTheJiffy, synLinearTimeouts });
  });
});
