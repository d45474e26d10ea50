/**
 * A packet script as a recording that is still to be made: the header, and what is to be done step by step with
 * every number filled in. The model and a real kernel are given the same plan, so that what they make of it can
 * be compared as recordings are.
 */
import type { SingleServiceHeader, Step } from '../conform/recording.ts';
import { Flows } from './flows.ts';
import type { CommandStep, Expectation, PacketScript, PacketStep } from './packet_script.ts';

/** What a step does, without what came of it. */
export type Action = Omit<Step, 'at' | 'seen' | 'out' | 'ipvs' | 'rs' | 'ct'>;

export interface PlannedStep {
  readonly action: Action;
  /** Line of the script; a wait has that of the step it waits for. */
  readonly line: number;
  /** Since the beginning. */
  readonly at_ns: number;
  /** What must hold after it. */
  readonly expectations: readonly PlannedExpectation[];
}

export interface PlannedExpectation {
  readonly line: number;
  readonly expectation: Expectation;
}

export interface Plan {
  /** Without the kernel: whoever carries the plan out has one. */
  readonly header: Omit<SingleServiceHeader, 'kernel' | 'hz'>;
  readonly steps: readonly PlannedStep[];
}

export function planOf(script: PacketScript): Plan {
  const planner = new Planner();
  const steps: PlannedStep[] = [];
  for (const step of script.steps) {
    if (step.kind !== 'expect') {
      steps.push(...planner.plan(step));
      continue;
    }
    const waited = planner.wait(step);
    steps.push(...(waited.length === 0 && steps.length === 0 ? planner.wait(step, true) : waited));
    const last = steps.pop()!;
    const expectation = { line: step.line, expectation: step.expectation };
    steps.push({ ...last, expectations: [...last.expectations, expectation] });
  }
  return { header: headerOf(script), steps };
}

/** What whoever carries out a script has to know before its first step. */
export function headerOf({
  service,
  realServers,
  sysctl,
  track,
}: Omit<PacketScript, 'steps'>): Plan['header'] {
  return {
    vip: service.address,
    scheduler: service.scheduler,
    schedFlags: [...service.schedulerFlags],
    forward: service.forward,
    protocol: service.protocol,
    persist: service.persistent_s,
    onePacket: service.onePacket,
    sysctl: { ...sysctl },
    realServers: realServers.map(({ address, weight }) => ({ addr: address, weight })),
    track,
  };
}

/** Plans step after step: remembers the time and the numbers of flows. */
export class Planner {
  readonly #flows = new Flows();
  #now_ns = 0;

  plan(step: PacketStep | CommandStep): PlannedStep[] {
    const { line, at_ns } = step;
    const isSleep = step.kind === 'command' && step.command.name === 'sleep';
    const waited = this.wait(step, isSleep);
    const actions = step.kind === 'packet' ? [packet(step, this.#flows)] : commands(step);
    return [...waited, ...actions.map((action) => ({ action, line, at_ns, expectations: [] }))];
  }

  /** The wait until a step; none where it comes at once, unless `always`. */
  wait({ line, at_ns }: { readonly line: number; readonly at_ns: number }, always = false): PlannedStep[] {
    const from_ns = this.#now_ns;
    if (at_ns === from_ns && !always) return [];
    this.#now_ns = at_ns;
    return [
      { action: { op: 'sleep', seconds: (at_ns - from_ns) / 1e9 }, line, at_ns: from_ns, expectations: [] },
    ];
  }
}

function packet(step: PacketStep, flows: Flows): Action {
  const { from, source, destination, flags, length } = step;
  return {
    op: from,
    src: source,
    dst: destination,
    ...(flags === null ? { udp: true } : { flags, ...flows.take(step) }),
    len: length,
  };
}

/** ipvsadm --set is three settings of the model, so three steps. */
function commands({ command }: CommandStep): Action[] {
  switch (command.name) {
    case 'weight':
      return [{ op: 'weight', dest: command.server, weight: command.weight }];
    case 'add':
      return [{ op: 'add', dest: command.server, weight: command.weight }];
    case 'delete':
      return [{ op: 'del', dest: command.server }];
    case 'sysctl':
      return [{ op: 'sysctl', key: command.key, value: command.value }];
    case 'timeout':
      // Zero leaves a timeout as it is.
      return (['tcp', 'tcpfin', 'udp'] as const)
        .filter((name) => command[name] > 0)
        .map((name) => ({ op: 'sysctl', key: `net.ipv4.vs.timeout.${name}`, value: command[name] }));
    default:
      return [];
  }
}
