/** The cluster around a network: its pods, and the controller that fills the director's table. */
import type {
  ClusterAction,
  DataPath,
  NetworkAction,
  Pod,
  Scenario,
  TimelineAction,
} from '../../scenario/scenario.ts';
import { hostOf } from '../../text/endpoint.ts';
import { Later } from '../later.ts';
import type { Backend, Network } from '../network.ts';
import type { Controller, ControllerView, Endpoint } from './controller.ts';
import { dockerSwarm } from './docker_swarm.ts';
import { kubeProxy } from './kube_proxy.ts';
import { kubeRouter } from './kube_router.ts';
import { Pods } from './pods.ts';

const CLUSTER_ACTIONS: ReadonlySet<TimelineAction['kind']> = new Set([
  'terminatePod',
  'startPod',
  'unreadyPod',
  'readyPod',
  'controller',
]);

/** An event that ipvsadm would have refused. */
export interface Refusal {
  readonly at_s: number;
  readonly service: string;
  readonly address: string;
  readonly kind: 'add' | 'weight' | 'delete';
  /** In the words of ipvsadm. */
  readonly reason: string;
}

export class Cluster {
  readonly #network: Network;
  readonly #later: Later;
  readonly #pods: Pods;
  readonly #controller: Controller | null;
  /** Real servers in the director's table, as `service address`. */
  readonly #listed = new Set<string>();
  /** Events that were not carried out. */
  readonly refusals: Refusal[] = [];

  constructor(network: Network, scenario: Scenario) {
    this.#network = network;
    this.#later = new Later(network.topology.simulation);
    const configs = new Map<string, Pod | undefined>();
    for (const { address, realServer } of serversOf(scenario)) {
      const host = hostOf(address);
      configs.set(host, configs.get(host) ?? realServer.pod);
    }
    this.#pods = new Pods(configs, this.#later, {
      exit: (address) => network.exitProcess(address),
      listen: (address) => network.startProcess(address),
      unplug: (address) => network.apply({ kind: 'unplug', address }),
      plug: (address) => network.apply({ kind: 'plug', address }),
    });
    const endpoints = endpointsOf(scenario);
    for (const { name, realServers } of scenario.services) {
      for (const { address } of realServers) this.#listed.add(`${name} ${address}`);
    }
    this.#controller = this.#makeController(scenario, endpoints);
    if (this.#controller === null) return;
    this.#pods.onChange = () => this.#controller!.podsChanged();
    // The controller has run before: it lists what is ready and nothing else.
    for (const endpoint of endpoints) {
      if (this.#pods.isReady(endpoint.host)) continue;
      this.#act({ kind: 'delete', service: endpoint.service, realServer: endpoint.config.address });
    }
  }

  /** What the timeline asks for. */
  apply(action: TimelineAction): void {
    if (isClusterAction(action)) this.#applyHere(action);
    else if (this.#isPossible(action)) this.#act(action);
  }

  /**
   * Beside a controller nobody can know before the run what the table holds: what ipvsadm would refuse then is not
   * done, and said. do_ip_vs_set_ctl(): ENOENT without the destination, EEXIST with it.
   */
  #isPossible(action: NetworkAction): boolean {
    if (this.#controller === null) return true;
    if (action.kind !== 'add' && action.kind !== 'weight' && action.kind !== 'delete') return true;
    const address = action.kind === 'add' ? action.realServer.address : action.realServer;
    const isListed = this.#listed.has(`${action.service} ${address}`);
    if (isListed !== (action.kind === 'add')) return true;
    const { service, kind } = action;
    const reason = isListed ? 'Destination already exists' : 'No such destination';
    this.refusals.push({
      at_s: this.#network.topology.simulation.now_ns / 1e9,
      service,
      address,
      kind,
      reason,
    });
    return false;
  }

  #applyHere(action: ClusterAction): void {
    switch (action.kind) {
      case 'terminatePod':
        this.#pods.terminate(action.address);
        return;
      case 'startPod':
        this.#pods.start(action.address);
        return;
      case 'unreadyPod':
      case 'readyPod':
        this.#pods.setReady(action.address, action.kind === 'readyPod');
        return;
      case 'controller':
        if (action.order !== 'start') this.#controller?.stop();
        if (action.order !== 'stop') this.#controller?.start();
    }
  }

  #act(action: NetworkAction): void {
    if (action.kind === 'add') this.#listed.add(`${action.service} ${action.realServer.address}`);
    if (action.kind === 'delete') this.#listed.delete(`${action.service} ${action.realServer}`);
    this.#network.apply(action);
  }

  #makeController({ controller }: Scenario, endpoints: readonly Endpoint[]): Controller | null {
    switch (controller?.kind) {
      case undefined:
        return null;
      case 'kube-proxy':
        return kubeProxy(this.#view(endpoints), controller);
      case 'kube-router':
        return kubeRouter(this.#view(endpoints), controller);
      case 'docker-swarm':
        return dockerSwarm(this.#view(endpoints), controller);
    }
  }

  #view(endpoints: readonly Endpoint[]): ControllerView {
    const { topology } = this.#network;
    const of = (endpoint: Endpoint) => {
      const { service, config } = endpoint;
      return { endpoint, service, address: config.address };
    };
    const backend = (endpoint: Endpoint): Backend => this.#network.backend(of(endpoint));
    return {
      endpoints,
      isReady: ({ host }) => this.#pods.isReady(host),
      hasExited: ({ host }) => this.#pods.hasExited(host),
      gracePeriod_ns: ({ host }) => this.#pods.gracePeriod_ns(host),
      isListed: ({ service, config }) => this.#listed.has(`${service} ${config.address}`),
      weight: (endpoint) => backend(endpoint).weight,
      activeConn: (endpoint) => backend(endpoint).listings[0]!.activeConn,
      inactConn: (endpoint) => backend(endpoint).listings[0]!.inactConn,
      setWeight: ({ service, config }, weight) =>
        this.#act({ kind: 'weight', service, realServer: config.address, weight }),
      add: ({ service, config }) => this.#act({ kind: 'add', service, realServer: config }),
      delete: ({ service, config }) => this.#act({ kind: 'delete', service, realServer: config.address }),
      after: (delay_ns, action) => this.#later.after(delay_ns, action),
      get now_ns() {
        return topology.simulation.now_ns;
      },
    };
  }
}

function isClusterAction(action: TimelineAction): action is ClusterAction {
  return CLUSTER_ACTIONS.has(action.kind);
}

function serversOf({ services, events }: Scenario) {
  const first = services.flatMap(({ realServers }) => realServers);
  const added = events.flatMap(({ action }) => (action.kind === 'add' ? [action.realServer] : []));
  return [...first, ...added].map((realServer) => ({ address: realServer.address, realServer }));
}

/** What a controller looks after: the services that pass IPVS, and those of kube-proxy's rules. */
function endpointsOf({ services, controller }: Scenario): Endpoint[] {
  const isInIpvs = (path: DataPath): boolean => path === 'ipvs' || path === 'ipvs-bpf';
  return services
    .filter(({ path }) => isInIpvs(path) || (controller?.kind === 'kube-proxy' && path !== 'direct'))
    .flatMap(({ name, protocol, path, realServers }) =>
      realServers.map((config) => ({
        service: name,
        protocol,
        isInIpvs: isInIpvs(path),
        config,
        host: hostOf(config.address),
      })),
    );
}
