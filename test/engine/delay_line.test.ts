/** Delay lines and delay heaps: numbers come out when they should, in the order they should. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DelayHeap } from '../../src/engine/delay_heap.ts';
import { DelayLine } from '../../src/engine/delay_line.ts';
import { Simulation } from '../../src/engine/simulation.ts';

describe('a delay line', () => {
  test('is a FIFO of constant delay, across the growth of its ring', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.array(fc.nat(20), { size: 'large' }), (delay_ns, pauses) => {
        const simulation = new Simulation();
        const out: [number, number][] = [];
        const line = new DelayLine(simulation, delay_ns, (item) => out.push([item, simulation.now_ns]));
        const expected: [number, number][] = [];
        for (const [item, pause] of pauses.entries()) {
          simulation.advance(simulation.now_ns + pause);
          line.push(item);
          expected.push([item, simulation.now_ns + delay_ns]);
        }
        simulation.advance(1e6);
        expect(out).toEqual(expected);
        expect(line.length).toBe(0);
      }),
    );
  });

  test('whose delay shrinks lets nothing overtake', () => {
    const simulation = new Simulation();
    const out: string[] = [];
    const line = new DelayLine(simulation, 100, (item) => out.push(`${item}@${simulation.now_ns}`));
    line.push(1);
    line.setDelay(10);
    line.push(2);
    simulation.advance(95);
    line.push(3);
    simulation.advance(1000);
    expect(out).toEqual(['1@100', '2@100', '3@105']);
  });

  test('takes what its own delivery pushes', () => {
    const simulation = new Simulation();
    const out: number[] = [];
    const line: DelayLine = new DelayLine(simulation, 10, (item) => {
      out.push(simulation.now_ns);
      if (item > 0) line.push(item - 1);
    });
    line.push(3);
    simulation.advance(1000);
    expect(out).toEqual([10, 20, 30, 40]);
  });
});

describe('a delay heap', () => {
  test('gives out by time, and what is due together in the order it came', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { size: 'large' }), (delays) => {
        const simulation = new Simulation();
        const out: [number, number][] = [];
        const heap = new DelayHeap(simulation, (item) => out.push([item, simulation.now_ns]));
        for (const [item, delay] of delays.entries()) heap.push(item, delay);
        expect(heap.length).toBe(delays.length);
        simulation.advance(1000);
        expect(out).toEqual([...delays.entries()].sort(([i, a], [j, b]) => a - b || i - j));
      }),
    );
  });

  test('rings earlier when something more urgent comes', () => {
    const simulation = new Simulation();
    const out: string[] = [];
    const heap: DelayHeap = new DelayHeap(simulation, (item) => {
      out.push(`${item}@${simulation.now_ns}`);
      if (item === 2) heap.push(3, 5);
    });
    heap.push(1, 100);
    heap.push(2, 50);
    simulation.advance(1000);
    expect(out).toEqual(['2@50', '3@55', '1@100']);
  });
});
