/** The timer wheel against the kernel's own numbers, and against a list of timers that knows no wheel. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Simulation } from '../../src/engine/simulation.ts';
import { TimerWheel } from '../../src/engine/timer_wheel.ts';

interface Bench {
  readonly simulation: Simulation;
  readonly wheel: TimerWheel;
  /** Timer and jiffy of every expiry. */
  readonly fired: (readonly [timer: number, jiffy: number])[];
  /** Runs everything up to the beginning of the jiffy. */
  to(jiffy: number): void;
}

function bench(hz: number, onTheJiffy = false): Bench {
  const simulation = new Simulation();
  const fired: [number, number][] = [];
  const wheel: TimerWheel = new TimerWheel(simulation, { hz, onTheJiffy }, (timer) =>
    fired.push([timer, wheel.jiffies]),
  );
  const first = wheel.jiffies;
  return { simulation, wheel, fired, to: (jiffy) => void simulation.advance(((jiffy - first) * 1e9) / hz) };
}

/** calc_wheel_index() of v5.4: from the reading of the kernel, not from the wheel's own code. */
function firingJiffy(now: number, expires: number): number {
  const delta = expires - now;
  if (delta <= 0) return now + 1;
  let level = 0;
  while (level < 8 && delta >= 63 * 8 ** level) level++;
  const granularity = 8 ** level;
  return level === 0 ? expires + 1 : (Math.floor(expires / granularity) + 1) * granularity;
}

test('jiffies begin five minutes before they would overflow in the kernel', () => {
  for (const hz of [100, 250, 1000]) expect(bench(hz).wheel.jiffies).toBe(-300 * hz);
});

describe('since v4.8 a timer is late by up to the granularity of its level', () => {
  test.each([
    [100, 1, 0.08],
    [250, 1, 0.032],
    [1000, 1, 0.064],
    [100, 10, 0.64],
    [250, 10, 0.256],
    [1000, 10, 0.512],
    [100, 60, 5.12],
    [250, 60, 2.048],
    [1000, 60, 4.096],
    [100, 120, 5.12],
    [250, 120, 2.048],
    [1000, 120, 4.096],
    [100, 900, 40.96],
    [250, 900, 16.384],
    [1000, 900, 32.768],
  ])('HZ=%i: %i s fire within %f s, and as late as that', (hz, delay_s, latest_s) => {
    const granularity = Math.round(latest_s * hz);
    // Where the expiry lies within its bucket, and how late the timer then is, in jiffies.
    const lateness = [0, 1, granularity / 2, granularity - 1].map((phase) => {
      const { wheel, fired, to } = bench(hz);
      const expires = granularity * 300 + phase;
      to(expires - delay_s * hz);
      wheel.mod(0, expires);
      to(expires + 2 * granularity);
      return fired[0]![1] - expires;
    });
    expect(lateness).toEqual([granularity, granularity - 1, granularity / 2, 1]);
  });

  test('on exactly the bucket that the kernel computes', () => {
    fc.assert(
      fc.property(
        fc.nat(2_000_000),
        fc.oneof(fc.nat(600), fc.nat(5000), fc.nat(3_000_000)),
        (ahead, delta) => {
          const { wheel, fired, to } = bench(1000);
          to(-300_000 + ahead);
          const now = wheel.jiffies;
          wheel.mod(0, now + delta);
          expect(wheel.firingTime_ns(now + delta)).toBe((firingJiffy(now, now + delta) + 300_000) * 1e6);
          to(now + delta * 1.2 + 100);
          expect(fired).toEqual([[0, firingJiffy(now, now + delta)]]);
        },
      ),
    );
  });

  test('the newest timer of a bucket fires first', () => {
    const { wheel, fired, to } = bench(100);
    for (const timer of [0, 1, 2]) wheel.mod(timer, wheel.jiffies + 1000);
    to(wheel.jiffies + 1200);
    expect(fired.map(([timer]) => timer)).toEqual([2, 1, 0]);
  });
});

describe('before v4.8 a timer fires on its jiffy', () => {
  test('give or take its slack of 1/256, which apply_slack rounds to round jiffies', () => {
    fc.assert(
      fc.property(fc.nat(2_000_000), fc.oneof(fc.nat(600), fc.nat(3_000_000)), (ahead, delta) => {
        const { wheel, fired, to } = bench(1000, true);
        to(-300_000 + ahead);
        const asked = wheel.jiffies + delta;
        wheel.mod(0, asked);
        const expires = wheel.expires(0);
        expect(expires - asked).toBeGreaterThanOrEqual(0);
        expect(expires - asked).toBeLessThanOrEqual(Math.floor(delta / 256));
        to(expires + 10);
        expect(fired).toEqual([[0, delta === 0 ? asked + 1 : expires]]);
      }),
    );
  });

  test('mod_timer_pending has no slack', () => {
    const { wheel, fired, to } = bench(1000, true);
    const asked = wheel.jiffies + 123_457;
    wheel.mod(0, asked + 5);
    wheel.modPending(0, asked);
    to(asked + 1);
    expect(fired).toEqual([[0, asked]]);
  });
});

test.each([false, true])(
  'a timeout of weeks neither fires early nor stops the others (on the jiffy: %s)',
  (onTheJiffy) => {
    // The longest that a setting allows, at 1000 Hz: 2147483 s, beyond 32 bits of jiffies after five minutes.
    const { wheel, fired, to } = bench(1000, onTheJiffy);
    for (const start of [0, 400_000, 600_000_000]) {
      to(start);
      wheel.mod(0, wheel.jiffies + 2_147_483_000);
      wheel.mod(1, wheel.jiffies + 1000);
      expect(wheel.remaining(0)).toBeGreaterThanOrEqual(2_147_483_000);
      to(start + 4_000_000);
      expect(wheel.remaining(0)).toBeGreaterThan(2_143_000_000);
      expect(fired.splice(0).map(([timer]) => timer)).toEqual([1]);
    }
  },
);

test('a timer that is deleted does not fire, and says whether it was pending', () => {
  const { wheel, fired, to } = bench(100);
  wheel.mod(0, wheel.jiffies + 10);
  expect(wheel.del(0)).toBe(true);
  expect(wheel.del(0)).toBe(false);
  to(wheel.jiffies + 100);
  expect({ fired, pending: wheel.pendingCount }).toEqual({ fired: [], pending: 0 });
});

test('an expiry function may move and delete timers of its own bucket', () => {
  const simulation = new Simulation();
  const fired: number[] = [];
  const wheel: TimerWheel = new TimerWheel(simulation, { hz: 100, onTheJiffy: false }, (timer) => {
    fired.push(timer);
    if (timer !== 3) return;
    wheel.del(2);
    wheel.mod(1, wheel.jiffies + 50);
    wheel.mod(3, wheel.jiffies);
  });
  for (const timer of [1, 2, 3]) wheel.mod(timer, wheel.jiffies + 10);
  simulation.advance(0.115e9);
  expect(fired).toEqual([3]);
  simulation.advance(0.125e9);
  expect(fired).toEqual([3, 3]);
  expect(wheel.isPending(1)).toBe(true);
  expect(wheel.isPending(2)).toBe(false);
});

describe.each([false, true])('against a list of timers (on the jiffy: %s)', (onTheJiffy) => {
  const operation = fc.oneof(
    fc.record({
      kind: fc.constant('mod' as const),
      timer: fc.nat(7),
      delta: fc.oneof(fc.nat(80), fc.nat(70_000)),
    }),
    fc.record({ kind: fc.constant('del' as const), timer: fc.nat(7) }),
    fc.record({ kind: fc.constant('wait' as const), jiffies: fc.oneof(fc.nat(100), fc.nat(30_000)) }),
  );

  test('the same timers fire in the same jiffies', () => {
    fc.assert(
      fc.property(fc.array(operation, { size: 'large' }), (operations) => {
        const { wheel, fired, to } = bench(100, onTheJiffy);
        const due = new Map<number, number>();
        const expected: [number, number][] = [];
        for (const step of operations) {
          const now = wheel.jiffies;
          if (step.kind === 'mod') {
            wheel.mod(step.timer, now + step.delta);
            const expires = wheel.expires(step.timer);
            due.set(step.timer, onTheJiffy ? Math.max(expires, now + 1) : firingJiffy(now, expires));
          } else if (step.kind === 'del') {
            expect(wheel.del(step.timer)).toBe(due.delete(step.timer));
          } else {
            to(now + step.jiffies);
            for (const [timer, jiffy] of due) {
              if (jiffy > now + step.jiffies) continue;
              expected.push([timer, jiffy]);
              due.delete(timer);
            }
          }
          expect(wheel.pendingCount).toBe(due.size);
        }
        const sorted = (list: readonly (readonly [number, number])[]) => list.map(String).sort();
        expect(sorted(fired)).toEqual(sorted(expected));
        expect(fired.map(([, jiffy]) => jiffy)).toEqual(
          fired.map(([, jiffy]) => jiffy).sort((a, b) => a - b),
        );
      }),
    );
  });
});
