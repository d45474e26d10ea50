/** Puts packet scripts to a real kernel and compares what it did with the model, step by step. */
import { type Recording, type SingleServiceRecording, withServices } from '../conform/recording.ts';
import { type Replay, replay } from '../conform/replay.ts';
import type { PacketScript } from '../script/packet_script.ts';
import { type Plan, planOf } from '../script/plan.ts';
import { GuestFailure, type GuestRecording, readGuestLog } from './guest_log.ts';
import { guestPlan } from './guest_plan.ts';
import { runGuest } from './uml.ts';

/** User-mode Linux is built with 100 ticks a second. */
const HZ = 100;

export interface Kernel {
  readonly path: string;
  readonly timeTravel: boolean;
}

export type Answer =
  | {
      readonly kind: 'recorded';
      readonly kernel: string;
      readonly recording: Recording;
      /** The same, as it is written to a file. */
      readonly written: SingleServiceRecording;
      readonly replay: Replay;
    }
  /** The kernel refused a step, or did not come to its end. */
  | { readonly kind: 'failed'; readonly reason: string };

/** One answer for each script, in their order. All scripts run at the same time in one kernel. */
export async function ask(
  kernel: Kernel,
  scripts: readonly PacketScript[],
  signal: AbortSignal,
): Promise<Answer[]> {
  const plans = scripts.map((script) => planOf(script));
  const guests = plans.map(guestPlan);
  const texts = new Map(guests.map(({ text }, index) => [nameOf(index), text]));
  const longest_s = Math.max(...plans.map(waits_s));
  const { kernel: release, logs } = await runGuest(kernel.path, texts, { ...kernel, longest_s, signal });
  return plans.map((plan, index): Answer => {
    const log = logs.get(nameOf(index));
    if (log === undefined) return { kind: 'failed', reason: 'the kernel wrote nothing' };
    try {
      const recorded = readGuestLog(log, guests[index]!, plan.header, release, HZ);
      return { kind: 'recorded', kernel: release, ...settled(recorded) };
    } catch (error) {
      if (error instanceof GuestFailure) return { kind: 'failed', reason: error.message };
      throw error;
    }
  });
}

function nameOf(index: number): string {
  return String(index).padStart(5, '0');
}

/** Simulated seconds that a plan takes. */
export function waits_s({ steps }: Plan): number {
  return steps.reduce((sum, { action }) => sum + (action.op === 'sleep' ? (action.seconds ?? 0) : 0), 0);
}

/** Where a packet may have met either of two jiffies, the one that the rest of the recording agrees with. */
function settled({ recording, earlier_ms }: GuestRecording): Settled {
  let best = replayed(recording);
  for (const [number, at] of earlier_ms) {
    const first = best.replay.divergences[0]?.step;
    if (first === undefined) return best;
    if (number > first) continue;
    const steps = best.written.steps.map((step, index) => (index + 1 === number ? { ...step, at } : step));
    const other = replayed({ ...best.written, steps });
    if ((other.replay.divergences[0]?.step ?? Number.POSITIVE_INFINITY) > first) best = other;
  }
  return best;
}

interface Settled {
  readonly written: SingleServiceRecording;
  readonly recording: Recording;
  readonly replay: Replay;
}

function replayed(written: SingleServiceRecording): Settled {
  const recording = { ...written, header: withServices(written.header) };
  return { written, recording, replay: replay(recording) };
}
