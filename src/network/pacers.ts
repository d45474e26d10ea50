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

export interface Pacer {
  /** When request number `count` (from 0) is due by itself, whatever became of those before; or NEVER_NS. */
  due_ns(count: number): Nanoseconds;
  /** How long a worker whose request has just ended waits until it sends the next one; or NEVER_NS. */
  pause_ns(now_ns: Nanoseconds): Nanoseconds;
  /** The port that bind() fixes, or 0. */
  readonly boundPort: number;
}

/** All workers start at once, and each goes on when its request has ended. */
function closedLoop({ concurrency, think }: ClosedLoad, start_ns: Nanoseconds, random: RandomStream): Pacer {
  return {
    due_ns: (count) => (count < concurrency ? start_ns : NEVER_NS),
    pause_ns: () => draw_ns(think, random),
    boundPort: 0,
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
    boundPort: 0,
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
    boundPort: port,
  };
}

type PacerOf<Kind extends Load['kind']> = (
  load: Load & { readonly kind: Kind },
  start_ns: Nanoseconds,
  random: RandomStream,
) => Pacer;

const PACERS: { readonly [Kind in Load['kind']]: PacerOf<Kind> } = {
  closed: closedLoop,
  open: openLoop,
  probe,
};

/** `random` is the client's own stream of arrivals. */
export function makePacer(load: Load, start_ns: Nanoseconds, random: RandomStream): Pacer {
  return (PACERS[load.kind] as PacerOf<Load['kind']>)(load, start_ns, random);
}
