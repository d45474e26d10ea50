/** What controllers have in common: what they see of a service and do to it. */
import type { RealServer } from '../../scenario/scenario.ts';
import type { Transport } from '../../text/transport.ts';

/** One real server of one service, as a controller sees it in the director's table and in the API. */
export interface Endpoint {
  readonly service: string;
  readonly protocol: Transport;
  /** In IPVS's table; else in rules, which know no weights and no connections. */
  readonly isInIpvs: boolean;
  readonly config: RealServer;
  /** Address of its pod. */
  readonly host: string;
}

export interface ControllerView {
  readonly endpoints: readonly Endpoint[];
  isReady(endpoint: Endpoint): boolean;
  hasExited(endpoint: Endpoint): boolean;
  gracePeriod_ns(endpoint: Endpoint): number;
  /** Whether the director's table has it. */
  isListed(endpoint: Endpoint): boolean;
  weight(endpoint: Endpoint): number;
  activeConn(endpoint: Endpoint): number;
  inactConn(endpoint: Endpoint): number;
  setWeight(endpoint: Endpoint, weight: number): void;
  add(endpoint: Endpoint): void;
  delete(endpoint: Endpoint): void;
  after(delay_ns: number, action: () => void): void;
  readonly now_ns: number;
  /** What does something every so often began so large a share of that time before the run; 0: with it. */
  readonly phase: number;
}

export interface Controller {
  /** Some pod has become ready or unready, terminates, has ended or is gone. */
  podsChanged(): void;
  stop(): void;
  start(): void;
  /** The node has booted: a new process with nothing in the table that it could find. */
  boot(): void;
}

/** Runs a sync some time after a change and every so often; shared by all controllers. */
export class SyncLoop implements Controller {
  readonly #view: ControllerView;
  readonly #delay_ns: number;
  readonly #sync: (isFirst: boolean) => void;
  readonly #forget: () => void;
  readonly #beforeFirstSync: (() => void) | undefined;
  /** Null while it is stopped; else a number for this life of the process. */
  #life: number | null = 0;
  #lives = 0;
  #isPlanned = false;

  /**
   * `forget` is called when the process ends: what it only knew in memory is lost. A new process that does something
   * `beforeFirstSync` has its first sync the usual delay later.
   */
  constructor(
    view: ControllerView,
    times: { readonly syncDelay_ns: number; readonly loops: readonly (readonly [number, () => void])[] },
    sync: (isFirst: boolean) => void,
    forget: () => void,
    beforeFirstSync?: () => void,
  ) {
    this.#view = view;
    this.#delay_ns = times.syncDelay_ns;
    this.#sync = sync;
    this.#forget = forget;
    this.#beforeFirstSync = beforeFirstSync;
    this.#loops = times.loops;
    for (const [period_ns, action] of times.loops) {
      const first_ns = Math.round(period_ns * (1 - view.phase));
      this.#plan(first_ns, 0, () => this.#tick(period_ns, 0, action));
    }
  }

  readonly #loops: readonly (readonly [number, () => void])[];

  podsChanged(): void {
    if (this.#life === null || this.#isPlanned) return;
    this.#isPlanned = true;
    this.#plan(this.#delay_ns, this.#life, () => {
      this.#isPlanned = false;
      this.#sync(false);
    });
  }

  stop(): void {
    this.#life = null;
    this.#isPlanned = false;
    this.#forget();
  }

  /** A new process looks at everything at once. */
  start(): void {
    if (this.#life !== null) return;
    this.#beginLife();
    if (this.#beforeFirstSync === undefined) {
      this.#sync(true);
    } else {
      this.#beforeFirstSync();
      this.#isPlanned = true;
      this.#plan(this.#delay_ns, this.#lives, () => {
        this.#isPlanned = false;
        this.#sync(true);
      });
    }
  }

  boot(): void {
    this.#beginLife();
    this.#sync(true);
  }

  #beginLife(): void {
    this.#life = ++this.#lives;
    for (const [period_ns, action] of this.#loops) this.#repeat(period_ns, this.#life, action);
  }

  #repeat(period_ns: number, life: number, action: () => void): void {
    this.#plan(period_ns, life, () => this.#tick(period_ns, life, action));
  }

  #tick(period_ns: number, life: number, action: () => void): void {
    action();
    this.#repeat(period_ns, life, action);
  }

  #plan(delay_ns: number, life: number, action: () => void): void {
    this.#view.after(delay_ns, () => {
      if (this.#life === life) action();
    });
  }
}
