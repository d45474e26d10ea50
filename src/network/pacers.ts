/**
 * When requests of each kind of load are due. A pacer answers two questions and starts nothing: arrivals.ts
 * asks them and sends the requests.
 */
import { type Nanoseconds, NEVER_NS, SECOND_NS } from '../engine/clock.ts';
import type { RandomStream } from '../engine/random.ts';
import type { ClosedLoad } from '../scenario/loads/closed.ts';
import type { Load } from '../scenario/loads/loads.ts';
import type { OpenLoad } from '../scenario/loads/open.ts';
import type { ProbeLoad } from '../scenario/loads/probe.ts';

import { draw_ns } from './delays.ts';
import type { Replayed } from './replayed.ts';

export interface Pacer {
  /** When request number `count` (from 0) is due by itself, whatever became of those before; or NEVER_NS. */
  due_ns(count: number): Nanoseconds;
  /** How long a worker whose request has just ended waits until it sends the next one; or NEVER_NS. */
  pause_ns(now_ns: Nanoseconds, worker: number): Nanoseconds;
  /** The port from which the worker connects, or 0 where connect() chooses. */
  port(worker: number): number;
  /** Whether connect() chooses where that port is taken; bind() would fail. */
  readonly orAnother: boolean;
}

const ANY_PORT = { port: () => 0, orAnother: true };

/** All workers start at once, and each goes on when its request has ended. */
function closedLoop({ concurrency, think }: ClosedLoad, start_ns: Nanoseconds, random: RandomStream): Pacer {
  return {
    due_ns: (count) => (count < concurrency ? start_ns : NEVER_NS),
    pause_ns: () => draw_ns(think, random),
    ...ANY_PORT,
  };
}

function openLoop({ rate_per_s, arrivals }: OpenLoad, start_ns: Nanoseconds, random: RandomStream): Pacer {
  let drawn_ns = start_ns;
  return {
    due_ns: (count) => {
      // Counted from the start, so that no error adds up.
      if (arrivals === 'constant') return start_ns + Math.round((count * SECOND_NS) / rate_per_s);
      drawn_ns += random.exponential_ns(SECOND_NS / rate_per_s);
      return drawn_ns;
    },
    pause_ns: () => NEVER_NS,
    ...ANY_PORT,
  };
}

function probe({ port, every_ns }: ProbeLoad, start_ns: Nanoseconds): Pacer {
  let due_ns = start_ns;
  return {
    due_ns: (count) => (count === 0 ? start_ns : NEVER_NS),
    pause_ns: (now_ns) => {
      due_ns = Math.max(due_ns + every_ns, now_ns);
      return due_ns - now_ns;
    },
    port: () => port,
    orAnother: false,
  };
}

/** A worker for each row. A request that fails takes its connection along, and the next one makes another. */
function replay({ rows, left }: Replayed, start_ns: Nanoseconds): Pacer {
  return {
    due_ns: (count) => (count < rows.length ? start_ns + rows.start_ns[count]! : NEVER_NS),
    pause_ns: (_now_ns, worker) => (--left[worker]! > 0 ? rows.pause_ns[worker]! : NEVER_NS),
    port: (worker) => rows.port[worker]!,
    orAnother: true,
  };
}

type PacerOf<Kind extends Load['kind']> = (
  load: Load & { readonly kind: Kind },
  start_ns: Nanoseconds,
  random: RandomStream,
  replayed: Replayed | null,
) => Pacer;

const PACERS: { readonly [Kind in Load['kind']]: PacerOf<Kind> } = {
  closed: closedLoop,
  open: openLoop,
  probe,
  replay: (_load, start_ns, _random, replayed) => replay(replayed!, start_ns),
};

/** `random` is the client's own stream of arrivals; `replayed` are the rows of a replay (replayedOf()). */
export function makePacer(
  load: Load,
  start_ns: Nanoseconds,
  random: RandomStream,
  replayed: Replayed | null,
): Pacer {
  return (PACERS[load.kind] as PacerOf<Load['kind']>)(load, start_ns, random, replayed);
}
