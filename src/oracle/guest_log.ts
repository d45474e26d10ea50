/** The log of the recorder in the guest, read into a recording. */
import type {
  ConnectionRow,
  ConntrackRow,
  Frame,
  RealServerRow,
  SingleServiceRecording,
  Step,
} from '../conform/recording.ts';
import type { Plan } from '../script/plan.ts';
import { readFrame } from './frame_bytes.ts';
import type { GuestPlan } from './guest_plan.ts';
import { connectionRows, conntrackRows, realServerRows } from './proc_tables.ts';

export interface GuestRecording {
  readonly recording: SingleServiceRecording;
  /** Packets that may have met either of two jiffies: by number of their step, from 1, the earlier instant. */
  readonly earlier_ms: ReadonlyMap<number, number>;
}

/** What went wrong in the guest: a command that the kernel refused, or a log that stops half-way. */
export class GuestFailure extends Error {}

interface LoggedStep {
  readonly frames: string[];
  begin: Stamp | null;
  end: Stamp | null;
  seen_ms: number;
  readonly tables: Map<string, string[]>;
}

interface Stamp {
  readonly at_ms: number;
  readonly jiffies: number;
}

export function readGuestLog(
  log: string,
  guest: GuestPlan,
  header: Plan['header'],
  kernel: string,
  hz: 100,
): GuestRecording {
  const steps = loggedSteps(log);
  if (steps.length < guest.steps.length) {
    throw new GuestFailure(`the kernel stopped after ${steps.length} of ${guest.steps.length} steps`);
  }
  const earlier_ms = new Map<number, number>();
  const initial = 2 ** 32 - 300 * hz;
  let earliest_ms = 0;
  const recorded = guest.steps.map(({ action }, index): Step => {
    const { frames, begin, end, seen_ms, tables } = steps[index]!;
    const at = Math.max(earliest_ms, begin === null ? seen_ms : withinJiffy(end ?? begin, initial, hz));
    if (begin !== null && end !== null && begin.jiffies !== end.jiffies) {
      earlier_ms.set(index + 1, Math.max(earliest_ms, withinJiffy(begin, initial, hz)));
    }
    const seen = Math.max(seen_ms, at);
    earliest_ms = seen;
    return {
      ...action,
      at,
      seen,
      out: frames.map((line) => readFrame(line)).filter((frame): frame is Frame => frame !== null),
      ipvs: connectionRows(tables.get('ip_vs_conn') ?? []) as ConnectionRow[] as Step['ipvs'] & object,
      rs: realServerRows(tables.get('ip_vs') ?? []) as Record<string, RealServerRow> as Step['rs'] & object,
      ct: conntrackRows(tables.get('nf_conntrack') ?? []) as ConntrackRow[] as Step['ct'] & object,
    };
  });
  return {
    recording: { header: { ...header, kernel, hz, initialJiffies: initial }, steps: recorded },
    earlier_ms,
  };
}

/** The clock moved into the jiffy that the kernel was in: its tick may come a little late. */
function withinJiffy({ at_ms, jiffies }: Stamp, initial: number, hz: number): number {
  const start_ms = ((jiffies - initial) * 1000) / hz;
  const length_ms = 1000 / hz;
  return Math.min(Math.max(at_ms, start_ms + 0.001), start_ms + length_ms - 0.001);
}

function loggedSteps(log: string): LoggedStep[] {
  const steps: LoggedStep[] = [];
  let table: string[] | null = null;
  for (const line of log.split('\n')) {
    const [word, ...rest] = line.split(' ');
    const step = steps.at(-1);
    switch (word) {
      case 'step':
        steps.push({ frames: [], begin: null, end: null, seen_ms: 0, tables: new Map() });
        break;
      case 'frame':
        step?.frames.push(rest.join(' '));
        break;
      case 'begin':
      case 'end':
        if (step !== undefined) step[word] = { at_ms: Number(rest[0]), jiffies: Number(rest[1]) };
        break;
      case 'seen':
        if (step !== undefined) step.seen_ms = Number(rest[0]);
        break;
      case 'table':
        table = [];
        step?.tables.set(rest[0]!, table);
        break;
      case '|':
        table?.push(line.slice(2));
        break;
      case 'failed':
        throw new GuestFailure(`the kernel refused: ${rest.join(' ')}`);
      default:
    }
  }
  // The last step counts only when its tables are there.
  return steps.filter(({ tables }) => tables.has('ip_vs'));
}
