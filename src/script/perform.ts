/** Carries a packet script out on the model: what left the director after each step, and what its tables hold. */
import type { Outcome } from '../conform/compare.ts';
import { Lab } from '../conform/lab.ts';
import { type SingleServiceHeader, withServices } from '../conform/recording.ts';
import { type TraceEvent, TraceRecorder } from '../measure/trace.ts';
import { type Judgement, judgeStep } from './judge.ts';
import type { PacketScript } from './packet_script.ts';
import { type PlannedStep, planOf } from './plan.ts';

export interface PerformedStep {
  readonly planned: PlannedStep;
  readonly outcome: Outcome;
  /** Packets, decisions and drops of this step. */
  readonly events: readonly TraceEvent[];
  readonly judgements: readonly Judgement[];
}

/** When a script begins: after the start of the machine, off the jiffy's edge. */
const START_NS = 1_002_000_000;
/** What a step takes until its outcome is looked at, as in the recordings. */
const LOOK_NS = 1_000_000;

/** Throws RecordingError where the kernel refuses a step; its line is the script's. */
export function perform(script: PacketScript, kernel: string): readonly PerformedStep[] {
  const { header, steps } = planOf(script);
  const model = new Performance({ ...header, kernel, hz: script.hz });
  return steps.map((planned) => model.step(planned));
}

/** The model under way, step after step. */
export class Performance {
  readonly #lab: Lab;
  #seen_ns = START_NS;

  constructor(header: SingleServiceHeader) {
    this.#lab = new Lab({ header: withServices(header) });
  }

  step(planned: PlannedStep): PerformedStep {
    const { action, line, at_ns } = planned;
    const isSleep = action.op === 'sleep';
    const begin_ns = Math.max(START_NS + at_ns, this.#seen_ns);
    const wait_ns = isSleep ? Math.round((action.seconds ?? 0) * 1e9) : LOOK_NS;
    this.#seen_ns = isSleep ? Math.max(begin_ns, START_NS + at_ns + wait_ns) : begin_ns + wait_ns;
    const step = { ...action, at: begin_ns / 1e6, seen: this.#seen_ns / 1e6, out: [] };
    const recorder = this.#listen();
    const { frames, state } = this.#lab.run(step, line, undefined, Number.POSITIVE_INFINITY);
    const outcome = { frames, state };
    return { planned, outcome, events: recorder.events, judgements: judgeStep(planned, outcome) };
  }

  #listen(): TraceRecorder {
    const { net } = this.#lab.director;
    const realServer = (dest: number) => {
      const { addr, port, service } = net.dests[dest]!;
      const { addr: address, port: virtualPort } = net.services[service]!;
      return {
        realServer: { address: addr >>> 0, port },
        service: { address: address >>> 0, port: virtualPort },
      };
    };
    let recorder: TraceRecorder | null = null;
    this.#lab.listen((skbs, clock) => (recorder = new TraceRecorder(skbs, clock, { realServer })));
    return recorder!;
  }
}
