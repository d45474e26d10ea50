/** Puts packet scripts to a real kernel and compares what it did with the model, step by step. */
import type { Recording } from '../conform/recording.ts';
import { type Replay, replay } from '../conform/replay.ts';
import type { PacketScript } from '../script/packet_script.ts';
import { type Plan, planOf } from '../script/plan.ts';
import { GuestFailure, readGuestLog } from './guest_log.ts';
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
      readonly replay: Replay;
      readonly uncertain: ReadonlySet<number>;
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
      const { recording, uncertain } = readGuestLog(log, guests[index]!, plan.header, release, HZ);
      return { kind: 'recorded', kernel: release, recording, replay: replay(recording), uncertain };
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
