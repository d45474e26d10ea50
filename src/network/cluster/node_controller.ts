/**
 * One node of a cluster as its controller has it: the node's own table, and the pods as that node hears of them. Without its
 * cable it hears of no change, and catches up when it is plugged in again. Deviation: a node that is plugged in again
 * hears at once of what it has missed, where the pauses between a client's attempts to list and watch anew grow to 30 to 60 s
 * (client-go, reflector.go).
 */
import type { Controller as ControllerConfig } from '../../scenario/controllers/controllers.ts';
import type { NetworkAction, Service } from '../../scenario/scenario.ts';
import type { Later } from '../later.ts';
import type { Network } from '../network.ts';
import type { Backend } from '../servers/backend.ts';
import type { Controller, ControllerView, Endpoint } from './controller.ts';
import { dockerSwarm } from './docker_swarm.ts';
import { kubeProxy } from './kube_proxy.ts';
import { kubeRouter } from './kube_router.ts';
import type { PodStates, Pods } from './pods.ts';

/** What is done to a real server in a node's table. */
export type TableAction = Extract<NetworkAction, { readonly kind: 'add' | 'weight' | 'delete' }>;

/** The cluster around the node. */
export interface Surroundings {
  readonly network: Network;
  readonly later: Later;
  readonly pods: Pods;
}

export interface NodeConfig {
  /** Its place among all. */
  readonly index: number;
  /** Null where there is one only. */
  readonly name: string | null;
  readonly controller: ControllerConfig | undefined;
  /** Those that it has: the NodePort of another node is none of them. */
  readonly services: readonly Service[];
  /** What the controller looks after. */
  readonly endpoints: readonly Endpoint[];
  readonly phase: number;
  /** The node's settings that its controller sets whenever it starts, with the values that they began with. */
  readonly settings: readonly (readonly [key: string, value: number])[];
}

export class NodeController {
  readonly name: string | null;
  readonly #services: ReadonlySet<string>;
  readonly #index: number;
  readonly #around: Surroundings;
  readonly #controller: Controller | null;
  readonly #settings: NodeConfig['settings'];
  /** Real servers in its table, as `address service`. */
  readonly #listed: Set<string>;
  /** The pods themselves, or as they were when its cable was pulled. */
  #known: PodStates;
  #isRunning = true;
  #isBooting = false;
  /** What happened to pods while it heard of nothing. */
  #hasMissed = false;
  /** A process that began meanwhile waits for its first list of everything. */
  #waits = false;

  constructor(config: NodeConfig, around: Surroundings) {
    const { index, name, controller, services, endpoints } = config;
    this.name = name;
    this.#services = new Set(services.map((service) => service.name));
    this.#index = index;
    this.#settings = config.settings;
    this.#around = around;
    this.#known = around.pods;
    this.#listed = new Set(
      services.flatMap((service) => service.realServers.map(({ address }) => keyOf(service.name, address))),
    );
    this.#controller = controller === undefined ? null : makeController(this.#view(config), controller);
    if (this.#controller === null) return;
    // It has run before: it lists what is ready and nothing else.
    for (const { service, config, host } of endpoints) {
      if (!around.pods.isReady(host)) this.act({ kind: 'delete', service, realServer: config.address });
    }
  }

  has(service: string): boolean {
    return this.#services.has(service);
  }

  /**
   * Beside a controller nobody can know before the run what the table holds. do_ip_vs_set_ctl(): ESRCH without the service,
   * ENOENT without the destination, EEXIST with it; in the words of ipvsadm. Null for what can be done.
   */
  refusal(action: TableAction): string | null {
    if (this.#controller === null) return null;
    if (this.#isBooting) return 'Service not defined';
    const address = action.kind === 'add' ? action.realServer.address : action.realServer;
    const isListed = this.#listed.has(keyOf(action.service, address));
    if (isListed !== (action.kind === 'add')) return null;
    return isListed ? 'Destination already exists' : 'No such destination';
  }

  act(action: TableAction): void {
    if (action.kind === 'add') this.#listed.add(keyOf(action.service, action.realServer.address));
    if (action.kind === 'delete') this.#listed.delete(keyOf(action.service, action.realServer));
    this.#around.network.apply(action, this.#index);
  }

  /** Some pod is not as it was. */
  podsChanged(): void {
    if (this.#known !== this.#around.pods) this.#hasMissed = true;
    else this.#controller?.podsChanged();
  }

  /** What somebody does to the process; one of a node that boots begins with the node. */
  order(order: 'stop' | 'start' | 'restart'): void {
    if (this.#isBooting || this.#controller === null) return;
    if (order !== 'start') {
      this.#controller.stop();
      this.#isRunning = false;
      this.#waits = false;
    }
    if (order === 'stop' || this.#isRunning) return;
    this.#isRunning = true;
    for (const [key, value] of this.#settings) this.#around.network.setSysctl(this.#index, key, value);
    this.#waits = this.#known !== this.#around.pods;
    if (!this.#waits) this.#controller.start();
  }

  unplugged(): void {
    this.#known = this.#around.pods.snapshot();
  }

  /** The watch is made anew, and everything listed. */
  plugged(): void {
    this.#known = this.#around.pods;
    if (this.#waits) this.#controller?.start();
    else if (this.#hasMissed) this.#controller?.podsChanged();
    this.#waits = false;
    this.#hasMissed = false;
  }

  /** Its table is empty until its controller has had its first sync, with which the boot is over. */
  reboots(boot_ns: number): void {
    if (this.#controller === null) return;
    this.#controller.stop();
    this.#isBooting = true;
    for (const key of [...this.#listed]) {
      const end = key.indexOf(' ');
      this.act({ kind: 'delete', service: key.slice(end + 1), realServer: key.slice(0, end) });
    }
    this.#around.later.after(boot_ns, () => {
      this.#isBooting = false;
      this.#isRunning = true;
      this.#controller!.boot();
    });
  }

  #view({ endpoints, phase }: NodeConfig): ControllerView {
    const { network, later, pods } = this.#around;
    const { simulation } = network.topology;
    const index = this.#index;
    const backend = ({ service, config }: Endpoint): Backend =>
      network.backend({ service, address: config.address });
    return {
      endpoints,
      isReady: ({ host }) => this.#known.isReady(host),
      hasExited: ({ host }) => this.#known.hasExited(host),
      gracePeriod_ns: ({ host }) => pods.gracePeriod_ns(host),
      isListed: ({ service, config }) => this.#listed.has(keyOf(service, config.address)),
      weight: (endpoint) => backend(endpoint).weights[index]!,
      activeConn: (endpoint) => backend(endpoint).listings[index]!.activeConn,
      inactConn: (endpoint) => backend(endpoint).listings[index]!.inactConn,
      setWeight: ({ service, config }, weight) =>
        this.act({ kind: 'weight', service, realServer: config.address, weight }),
      add: ({ service, config }) => this.act({ kind: 'add', service, realServer: config }),
      delete: ({ service, config }) => this.act({ kind: 'delete', service, realServer: config.address }),
      after: (delay_ns, action) => later.after(delay_ns, action),
      get now_ns() {
        return simulation.now_ns;
      },
      phase,
    };
  }
}

/** An address has no space in it. */
function keyOf(service: string, address: string): string {
  return `${address} ${service}`;
}

function makeController(view: ControllerView, config: ControllerConfig): Controller {
  switch (config.kind) {
    case 'kube-proxy':
      return kubeProxy(view, config);
    case 'kube-router':
      return kubeRouter(view, config);
    case 'docker-swarm':
      return dockerSwarm(view, config);
  }
}
