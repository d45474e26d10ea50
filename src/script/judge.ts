/** Whether what a script expects of a step came true. */
import type { Outcome } from '../conform/compare.ts';
import { frameText } from '../conform/frame.ts';
import type { Frame } from '../conform/recording.ts';
import { type Expectation, expectationText, sortedFlags } from './packet_script.ts';
import type { PlannedStep } from './plan.ts';

export interface Judgement {
  readonly line: number;
  /** The expectation in words. */
  readonly text: string;
  readonly holds: boolean;
  /** What there was instead. */
  readonly found: string;
}

/** Seconds were read a little later than they were true. */
const TOLERANCE_S = 1;

export function judgeStep({ expectations }: PlannedStep, outcome: Outcome): Judgement[] {
  return expectations.map(({ line, expectation }) => {
    const { holds, found } = judge(expectation, outcome);
    return { line, text: expectationText(expectation), holds, found };
  });
}

function judge(expectation: Expectation, { frames, state }: Outcome): { holds: boolean; found: string } {
  switch (expectation.about) {
    case 'nothing':
      return { holds: frames.length === 0, found: framesText(frames) };
    case 'frame':
      return { holds: frames.some((frame) => fits(expectation, frame)), found: framesText(frames) };
    case 'entry': {
      const { client, state: wanted, server, expires_s } = expectation;
      const rows = state.ipvs.filter((row) => row[1] === client);
      const fitting = rows.filter(
        (row) => row[4] === wanted && isServer(server, row[3]) && isNear(expires_s, row[5]),
      );
      const found = rows.map((row) => `${row[4]} to ${row[3]}, ${row[5]} s left`);
      return {
        holds: wanted === null ? rows.length === 0 : fitting.length > 0,
        found: listed(found, 'no entry'),
      };
    }
    case 'conntrack': {
      const { client, state: wanted, expires_s } = expectation;
      const rows = state.ct.filter((row) => row[1] === client && row[6] > 0);
      const fitting = rows.filter((row) => row[5] === wanted && isNear(expires_s, row[6]));
      const found = rows.map((row) => `${row[5]}, ${row[6]} s left`);
      return {
        holds: wanted === null ? rows.length === 0 : fitting.length > 0,
        found: listed(found, 'no conntrack'),
      };
    }
    default: {
      const { server, active, inactive } = expectation;
      const row = state.rs[server];
      if (row === undefined) return { holds: false, found: `${server} is not listed` };
      return { holds: row[1] === active && row[2] === inactive, found: `${row[1]} ${row[2]}` };
    }
  }
}

function fits(expectation: Extract<Expectation, { about: 'frame' }>, frame: Frame): boolean {
  if (frame.to !== expectation.to) return false;
  const inner = frame.ipip ?? frame;
  const what = frame.icmp ?? (inner.flags === undefined ? 'udp' : sortedFlags(inner.flags));
  if (what !== expectation.what) return false;
  const { server } = expectation;
  return (
    server === null || isServer(server, inner.dst) || (frame.rs !== undefined && isServer(server, frame.rs))
  );
}

/** An address alone stands for any of its ports. */
function isServer(wanted: string | null, found: string): boolean {
  return wanted === null || wanted === found || found.startsWith(`${wanted}:`);
}

function isNear(wanted_s: number | null, found_s: number): boolean {
  return wanted_s === null || Math.abs(wanted_s - found_s) <= TOLERANCE_S;
}

function framesText(frames: readonly Frame[]): string {
  return listed(frames.map(frameText), 'nothing left the director');
}

function listed(found: readonly string[], none: string): string {
  return found.length === 0 ? none : found.join('; ');
}
