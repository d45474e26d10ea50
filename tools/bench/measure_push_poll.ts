/** The yardstick by itself, from a queue that fits into the nearest cache to one that fits into none. */
import type { Spread } from './figures.ts';
import { pushPoll_ns } from './push_poll.ts';

export interface PushPollTimes {
  readonly pending: number;
  readonly ns: Spread;
}

const PENDING = [20, 1000, 30_000, 1_000_000];

export function measurePushPoll(): readonly PushPollTimes[] {
  return PENDING.map((pending) => ({ pending, ns: pushPoll_ns(pending) }));
}
