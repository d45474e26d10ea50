/**
 * Pods: what happens between `kubectl delete pod` and an address that is gone, and back. A pod that terminates
 * is not ready from the first moment on, but goes on answering until its process ends.
 */
import type { Pod } from '../../scenario/scenario.ts';
import type { Later } from '../later.ts';

/** What pods do to the host that they are. */
export interface PodHost {
  /** The process ends: what is open is closed, and whoever comes is reset. */
  exit(address: string): void;
  listen(address: string): void;
  unplug(address: string): void;
  plug(address: string): void;
}

/** What a controller can know of pods. */
export interface PodStates {
  isReady(address: string): boolean;
  hasExited(address: string): boolean;
}

interface State {
  readonly config: Pod;
  isReady: boolean;
  isTerminating: boolean;
  hasExited: boolean;
  isGone: boolean;
  /** Grows with every change, so that what was planned before it can be told. */
  life: number;
}

/** What the model takes for a pod of which the scenario says nothing. */
const DEFAULT: Pod = {
  started: true,
  startup_ns: 0,
  gracePeriod_ns: 30e9,
  shutdown_ns: 0,
  teardown_ns: 1e9,
};

export class Pods implements PodStates {
  /** Called when a pod becomes ready or unready, terminates, ends or is gone. */
  onChange: () => void = () => {};
  readonly #pods = new Map<string, State>();
  readonly #later: Later;
  readonly #host: PodHost;

  constructor(configs: ReadonlyMap<string, Pod | undefined>, later: Later, host: PodHost) {
    this.#later = later;
    this.#host = host;
    for (const [address, config = DEFAULT] of configs) {
      const isGone = !config.started;
      const state = { config, isReady: !isGone, isTerminating: false, hasExited: isGone, isGone, life: 0 };
      this.#pods.set(address, state);
      if (!isGone) continue;
      host.exit(address);
      host.unplug(address);
    }
  }

  isReady(address: string): boolean {
    return this.#pods.get(address)?.isReady ?? true;
  }

  hasExited(address: string): boolean {
    return this.#pods.get(address)?.hasExited ?? false;
  }

  /** All of them as they are now, for somebody who hears of no change from now on. */
  snapshot(): PodStates {
    const now = new Map([...this.#pods].map(([address, state]) => [address, { ...state }]));
    return {
      isReady: (address) => now.get(address)?.isReady ?? true,
      hasExited: (address) => now.get(address)?.hasExited ?? false,
    };
  }

  gracePeriod_ns(address: string): number {
    return this.#pods.get(address)?.config.gracePeriod_ns ?? DEFAULT.gracePeriod_ns;
  }

  /** SIGTERM now, SIGKILL after the grace period; whichever ends it, the address is gone a little later. */
  terminate(address: string): void {
    const pod = this.#state(address);
    const { shutdown_ns, gracePeriod_ns, teardown_ns } = pod.config;
    pod.isReady = false;
    pod.isTerminating = true;
    const life = ++pod.life;
    const lasts_ns = Math.min(shutdown_ns, gracePeriod_ns);
    this.#plan(pod, life, lasts_ns, () => {
      pod.hasExited = true;
      this.#host.exit(address);
    });
    this.#plan(pod, life, lasts_ns + teardown_ns, () => {
      pod.isGone = true;
      this.#host.unplug(address);
    });
    this.onChange();
  }

  /** A new pod with the same address. */
  start(address: string): void {
    const pod = this.#state(address);
    const life = ++pod.life;
    // One that is still there ends now: an address has one owner.
    if (!pod.hasExited) this.#host.exit(address);
    if (pod.isGone) this.#host.plug(address);
    this.#host.listen(address);
    Object.assign(pod, { isTerminating: false, hasExited: false, isGone: false });
    this.#plan(pod, life, pod.config.startup_ns, () => {
      pod.isReady = true;
    });
  }

  /** What the readiness probe says of it. */
  setReady(address: string, isReady: boolean): void {
    this.#state(address).isReady = isReady;
    this.onChange();
  }

  #state(address: string): State {
    const pod = this.#pods.get(address);
    if (pod === undefined) throw new RangeError(`no pod ${address}`);
    return pod;
  }

  #plan(pod: State, life: number, delay_ns: number, action: () => void): void {
    this.#later.after(delay_ns, () => {
      if (pod.life !== life) return;
      action();
      this.onChange();
    });
  }
}
