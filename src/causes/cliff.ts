/** What a reader is told of a cliff: whether it ended, and how many were slow. */
import type { Cliff } from '../measure/result.ts';
import { count, seconds } from '../report/numbers.ts';

const SLOW_MS = 500;

/** Whether it went on, and how often it came back. */
export function endOfCliff({ recovery_s, first_drop_s, phases = 1, over_s }: Cliff): string {
  if (recovery_s === null) return 'It had not recovered when the run ended.';
  const first = `Requests were fast again at ${seconds(recovery_s)}, ${seconds(recovery_s - first_drop_s)} later`;
  if (phases === 1) return `${first}.`;
  const end = over_s == null ? 'went on to the end' : `was over at ${seconds(over_s)}`;
  return `${first}; it came back ${times(phases - 1)}, and ${end}.`;
}

/** The same in few words. */
export function returnsOfCliff({ phases = 1, over_s }: Cliff): string {
  if (phases === 1) return '';
  return `came back ${times(phases - 1)}, ${over_s == null ? 'to the end' : `over at ${seconds(over_s)}`}`;
}

function times(times: number): string {
  return times === 1 ? 'once' : times === 2 ? 'twice' : `${count(times)} times`;
}

/** Where the median hides them: how many connects took half a second or longer. */
export function slowShare({ connect_p50_after_ms, slow_share = 0 }: Cliff, of = ''): string {
  return connect_p50_after_ms < SLOW_MS && slow_share > 0 ? `, ${count(slow_share * 100)} % ${of}slow` : '';
}
