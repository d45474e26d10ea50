/** TIME_WAIT as a FIFO: the same instants as timers would have, and every connection in it is found. */
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { NO_NODE } from '../../../src/engine/hash_chains.ts';
import { Simulation } from '../../../src/engine/simulation.ts';
import { TimerWheel } from '../../../src/engine/timer_wheel.ts';
import { TimeWaits } from '../../../src/kernel/ipv4/inet_timewait_sock.ts';

function table(hz = 250, onTheJiffy = false) {
  const simulation = new Simulation();
  const fired: number[] = [];
  const fire = (timer: number): void => {
    fired[timer] = simulation.now_ns;
  };
  const timers = new TimerWheel(simulation, { hz, onTheJiffy }, fire);
  const ended: string[] = [];
  const timewaits = new TimeWaits(simulation, timers, (caddr, cport, service) => {
    ended.push(`${caddr}:${cport}/${service}`);
  });
  return { simulation, timers, timewaits, ended, fired };
}

describe('TimeWaits', () => {
  test.each([
    [100, false],
    [250, false],
    [1000, false],
    [1000, true],
  ])('HZ=%i, on the jiffy %s: ends when a timer of 60 s fires', (hz, onTheJiffy) => {
    const { simulation, timers, timewaits, fired } = table(hz, onTheJiffy);
    const instants = [0, 1.234e9, 3.0401e9, 7.7e9];
    for (const [index, at_ns] of instants.entries()) {
      simulation.advance(at_ns);
      timewaits.add(index, 1000, 0, 0, 0, 0);
      timers.mod(index, timers.jiffies + 60 * hz);
    }
    simulation.advance(100e9);
    expect(fired.filter((at_ns) => at_ns >= 60e9)).toHaveLength(instants.length);

    const again = table(hz, onTheJiffy);
    for (const [index, at_ns] of instants.entries()) {
      again.simulation.advance(at_ns);
      again.timewaits.add(index, 1000, 0, 0, 0, 0);
    }
    for (const at_ns of new Set(fired)) {
      again.simulation.advance(at_ns - 1);
      const before = fired.map((_, index) => again.timewaits.find(index, 1000, 0) !== NO_NODE);
      expect(before).toEqual(fired.map((end_ns) => end_ns >= at_ns));
      again.simulation.advance(at_ns);
      const after = fired.map((_, index) => again.timewaits.find(index, 1000, 0) !== NO_NODE);
      expect(after).toEqual(fired.map((end_ns) => end_ns > at_ns));
    }
    expect(again.timewaits.live).toBe(0);
  });

  test('keeps sequence numbers and time stamps, and begins anew when rescheduled', () => {
    const { simulation, timewaits, ended } = table(1000, true);
    timewaits.add(-5, 40000, 3, 111, -222, 77);
    simulation.advance(50e9);
    timewaits.reschedule(timewaits.find(-5, 40000, 3));
    simulation.advance(100e9);
    const node = timewaits.find(-5, 40000, 3);
    const { rcv_nxt, snd_nxt, ts_recent } = timewaits;
    expect([rcv_nxt[node], snd_nxt[node], ts_recent[node]]).toEqual([111, -222, 77]);
    expect(ended).toEqual([]);
    simulation.advance(111e9);
    expect(timewaits.find(-5, 40000, 3)).toBe(NO_NODE);
    expect(ended).toEqual(['-5:40000/3']);
  });

  test('holds a hundred thousand, and its memory is used again', () => {
    const { simulation, timewaits } = table();
    for (let round = 0; round < 4; round++) {
      for (let index = 0; index < 100_000; index++)
        timewaits.add(index >> 16, index & 0xffff, round, index, 0, 0);
      expect(timewaits.live).toBe(100_000);
      expect(timewaits.rcv_nxt[timewaits.find(1, 34, round)]).toBe(65536 + 34);
      simulation.advance((round + 1) * 100e9);
      expect(timewaits.live).toBe(0);
    }
    expect(timewaits.rcv_nxt.length).toBeLessThanOrEqual(2 ** 17);
  });

  property.prop([fc.array(fc.tuple(fc.constantFrom('add', 'remove', 'reschedule', 'wait'), fc.nat(40)))])(
    'agrees with a plain map',
    (steps) => {
      const { simulation, timewaits } = table(1000, true);
      const model = new Map<number, number>();
      for (const [step, value] of steps) {
        for (const [port, end_ns] of model) if (simulation.now_ns >= end_ns) model.delete(port);
        const node = timewaits.find(1, value, 2);
        expect(node !== NO_NODE).toBe(model.has(value));
        if (step === 'wait') simulation.advance(simulation.now_ns + value * 1e9);
        else if (step === 'add' && node === NO_NODE) timewaits.add(1, value, 2, 0, 0, 0);
        else if (step === 'remove' && node !== NO_NODE) timewaits.remove(node);
        else if (step === 'reschedule' && node !== NO_NODE) timewaits.reschedule(node);
        if (step === 'remove') model.delete(value);
        // Timers of 3.10 have a slack of a 256th.
        else if (step === 'add' || step === 'reschedule') {
          if (step === 'add' ? node === NO_NODE : node !== NO_NODE) {
            model.set(value, endOf(simulation));
          }
        }
        for (const [port, end_ns] of model) if (simulation.now_ns >= end_ns) model.delete(port);
        expect(timewaits.live).toBe(model.size);
      }
    },
  );
});

/** When 60 s from now are over by the wheel's own account. */
function endOf(simulation: Simulation): number {
  const timers = new TimerWheel(simulation, { hz: 1000, onTheJiffy: true }, () => {});
  return timers.firingTime_ns(timers.jiffies + 60_000);
}
