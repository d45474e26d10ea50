/**
 * A run in slices: between them somebody else gets a turn (Ctrl-C, a progress line, a page), and the run is given up
 * where it goes beyond its limits. What commands and sweeps have in common.
 */
import { StandstillError } from './engine/simulation.ts';
import type { Scenario } from './scenario/scenario.ts';
import { segmentsOf } from './scenario/segments.ts';
import type { Run } from './simulate.ts';

export interface MemoryLimit {
  readonly most_bytes: number;
  /** What the process holds now. */
  used_bytes(): number;
}

export interface RunLimits {
  /** Null for as many as it takes. */
  readonly maxEvents: number | null;
  readonly memory: MemoryLimit | null;
}

export interface GivenUp {
  readonly why: 'events' | 'memory' | 'standstill';
  readonly events: number;
  readonly at_ns: number;
  readonly end_ns: number;
}

/** Some tens of milliseconds of work. */
const EVENTS_PER_SLICE = 50_000;
/** An event may send a message of many segments; a slice of such events must stay as short. */
const TURN_MS = 20;

export interface Rim {
  /** Called between slices; true ends the run there. */
  turn(): Promise<boolean>;
  now_ms(): number;
}

/** Runs to the end, or to where the rim ends it. Returns why the run was given up, or null where it was not. */
export async function runInSlices(run: Run, limits: RunLimits, rim: Rim): Promise<GivenUp | null> {
  const { turn, now_ms } = rim;
  const most = limits.maxEvents ?? Number.POSITIVE_INFINITY;
  const slice = Math.max(1, Math.floor(EVENTS_PER_SLICE / largestMessage(run.scenario)));
  const givenUp = (why: GivenUp['why']): GivenUp => ({
    why,
    events: run.events,
    at_ns: run.now_ns,
    end_ns: run.end_ns,
  });
  let turned_ms = now_ms();
  for (;;) {
    try {
      if (run.advance(Math.min(slice, most - run.events + 1))) return null;
    } catch (error) {
      if (error instanceof StandstillError) return givenUp('standstill');
      throw error;
    }
    if (run.events > most) return givenUp('events');
    if (slice < EVENTS_PER_SLICE && now_ms() - turned_ms < TURN_MS) continue;
    turned_ms = now_ms();
    const { memory } = limits;
    if (memory !== null && memory.used_bytes() > memory.most_bytes) return givenUp('memory');
    if (await turn()) return null;
  }
}

/** In segments. */
function largestMessage({ clients, services }: Scenario): number {
  const requests = clients.map(({ requestBytes }) => requestBytes);
  const answers = services.flatMap(({ realServers }) =>
    realServers.map(({ responseBytes }) => responseBytes),
  );
  return segmentsOf(Math.max(0, ...requests, ...answers));
}

/** What to say of it, and what helps. */
export function givenUpWords({
  why,
  events,
  at_ns,
  end_ns,
}: GivenUp): readonly [message: string, hint: string] {
  const reached = `at ${(at_ns / 1e9).toFixed(1)} s of ${end_ns / 1e9} s`;
  switch (why) {
    case 'events':
      return [`given up after ${events} events, ${reached}`, 'a shorter run or a higher --max-events'];
    case 'memory':
      return [
        `given up ${reached}: the run needs more memory than it may have`,
        'fewer clients or ports, smaller messages, a shorter duration, or a higher --max-memory',
      ];
    case 'standstill':
      return [
        `cannot tell: simulated time stands still at ${at_ns / 1e9} s, ${events} events into the run`,
        'something takes no time at all and goes on for ever: give links a delay, or a client a thinkTime',
      ];
  }
}
