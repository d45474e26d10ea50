/** What a timer wheel keeps of each timer, in columns that grow by themselves as timers are set. */
import { makeColumns } from './columns.ts';

/** Buckets are numbered from 1 in `bucket`, so that a new timer is not pending. */
export const NOT_PENDING = 0;

export const TimerColumns = makeColumns({
  /** Its neighbours in the list of its bucket, or -1. */
  next: Int32Array,
  previous: Int32Array,
  bucket: Int16Array,
  /** The jiffy it was set for, since boot: 49 days at 1000 Hz, where a timeout of 31 begins within a run of 7. */
  expires: Uint32Array,
});
