/** Events run in the order (time, priority, sequence), whatever order their sources were scheduled in. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NEVER_NS } from '../../src/engine/clock.ts';
import { EventQueue, EventSource, Priority, precedes } from '../../src/engine/event_queue.ts';
import { Simulation, StandstillError } from '../../src/engine/simulation.ts';

function source(
  at_ns: number,
  priority: number,
  sequence: number,
  fire: () => void = () => undefined,
): EventSource {
  return {
    at_ns,
    priority,
    sequence,
    scheduled: false,
    fire() {
      fire();
      this.at_ns = NEVER_NS;
    },
  };
}

test('the queue gives out sources in total order', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat(3), fc.nat(1000)), { size: 'large' }), (triples) => {
      const queue = new EventQueue();
      for (const [at, priority, sequence] of triples) queue.add(source(at, priority, sequence));
      const polled: EventSource[] = [];
      while (queue.size > 0) polled.push(queue.poll()!);
      expect(polled).toHaveLength(triples.length);
      for (let i = 1; i < polled.length; i++) expect(precedes(polled[i]!, polled[i - 1]!)).toBe(false);
    }),
  );
});

describe('the loop', () => {
  test('runs what is due, and puts the clock where it was asked to', () => {
    const simulation = new Simulation();
    const seen: string[] = [];
    for (const [name, at, priority] of [
      ['c', 30, 1],
      ['b', 20, 1],
      ['a', 20, 0],
      ['d', 31, 0],
    ] as const) {
      simulation.schedule(
        source(at, priority, simulation.nextSequence(), () => seen.push(`${name}@${simulation.now_ns}`)),
      );
    }
    expect(simulation.advance(30)).toBe(true);
    expect({ seen, now: simulation.now_ns }).toEqual({ seen: ['a@20', 'b@20', 'c@30'], now: 30 });
    simulation.advance(100);
    expect({ last: seen.at(-1), now: simulation.now_ns, events: simulation.events }).toEqual({
      last: 'd@31',
      now: 100,
      events: 4,
    });
  });

  test('stops at its budget and goes on where it was', () => {
    const simulation = new Simulation();
    const seen: number[] = [];
    for (let i = 0; i < 5; i++) simulation.schedule(source(i, 1, i, () => seen.push(i)));
    expect(simulation.advance(10, 2)).toBe(false);
    expect(seen).toEqual([0, 1]);
    expect(simulation.advance(10, 3)).toBe(true);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });

  test('is stopped by an event: the clock stays, later events do not run', () => {
    const simulation = new Simulation();
    simulation.schedule(source(7, 1, 0, () => simulation.stop()));
    simulation.schedule(source(8, 1, 1, () => expect.unreachable()));
    expect(simulation.advance(10)).toBe(true);
    expect(simulation.now_ns).toBe(7);
  });

  test('lets a source that another one has made due earlier go first', () => {
    const simulation = new Simulation();
    const seen: string[] = [];
    let left = 3;
    const repeating: EventSource = {
      at_ns: 10,
      priority: 1,
      sequence: 0,
      scheduled: false,
      fire() {
        seen.push(`tick ${simulation.now_ns}`);
        if (left === 3)
          simulation.schedule(source(15, 1, simulation.nextSequence(), () => seen.push('between')));
        this.at_ns = --left === 0 ? NEVER_NS : this.at_ns + 10;
      },
    };
    simulation.schedule(repeating);
    simulation.advance(100);
    expect(seen).toEqual(['tick 10', 'between', 'tick 20', 'tick 30']);
  });
});

describe('time that stands still', () => {
  const circle = (simulation: Simulation) => {
    const source = new EventSource(Priority.packet, () => {
      source.sequence = simulation.nextSequence();
    });
    source.at_ns = 5;
    simulation.schedule(source);
  };

  test('ends the run, in one go or in slices', () => {
    for (const slice of [Number.POSITIVE_INFINITY, 7, 1]) {
      const simulation = new Simulation();
      simulation.mostAtOnce = 1000;
      circle(simulation);
      const run = () => {
        while (!simulation.advance(100, slice));
      };
      expect(run, `slices of ${slice}`).toThrow(StandstillError);
      expect(simulation.now_ns).toBe(5);
    }
  });

  test('is not what many events at many instants make', () => {
    const simulation = new Simulation();
    simulation.mostAtOnce = 10;
    const source = new EventSource(Priority.packet, () => {
      source.at_ns++;
      source.sequence = simulation.nextSequence();
    });
    source.at_ns = 0;
    simulation.schedule(source);
    expect(simulation.advance(5000)).toBe(true);
    expect(simulation.events).toBe(5001);
  });
});
