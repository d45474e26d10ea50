/** The cluster around a network: its pods, and on each node the controller that fills the director's table. */
import { expectKernel } from '../../kernel/release/release.ts';
import { type Controller, controllerLayer } from '../../scenario/controllers/controllers.ts';
import type {
  ClusterAction,
  DataPath,
  Pod,
  Scenario,
  Service,
  TimelineAction,
} from '../../scenario/scenario.ts';
import { isOnNode } from '../../scenario/service_addresses.ts';
import { nodeSettings } from '../../scenario/sysctl.ts';
import { hostOf } from '../../text/endpoint.ts';
import { Later } from '../later.ts';
import type { Network } from '../network.ts';
import type { Endpoint } from './controller.ts';
import { NodeController, type TableAction } from './node_controller.ts';
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
  /** Which node's ipvsadm, where there are several. */
  readonly node?: string;
  /** In the words of ipvsadm. */
  readonly reason: string;
}

export class Cluster {
  readonly #network: Network;
  readonly #pods: Pods;
  /** One where the scenario names none. */
  readonly #nodes: readonly NodeController[];
  /** Events that were not carried out. */
  readonly refusals: Refusal[] = [];

  constructor(network: Network, scenario: Scenario) {
    this.#network = network;
    const later = new Later(network.topology.simulation);
    const configs = new Map<string, Pod | undefined>();
    for (const { address, realServer } of serversOf(scenario)) {
      const host = hostOf(address);
      configs.set(host, configs.get(host) ?? realServer.pod);
    }
    const pods = new Pods(configs, later, {
      exit: (address) => network.exitProcess(address),
      listen: (address) => network.startProcess(address),
      unplug: (address) => network.apply({ kind: 'unplug', address }),
      plug: (address) => network.apply({ kind: 'plug', address }),
    });
    const around = { network, later, pods };
    const names = scenario.nodes?.map(({ name }) => name) ?? [null];
    this.#pods = pods;
    this.#nodes = names.map((name, index) => {
      const controller = scenario.nodes?.[index]?.controller ?? scenario.controller;
      // What each does every so often is spread evenly, as of processes that were started one after the other.
      const services = scenario.services.filter((service) => isOnNode(service, name));
      const endpoints = endpointsOf(services, controller);
      const settings = controller === undefined ? [] : settingsOf(controller, nodeSettings(scenario, index));
      const phase = index / names.length;
      return new NodeController({ index, name, controller, services, endpoints, phase, settings }, around);
    });
    pods.onChange = () => {
      for (const node of this.#nodes) node.podsChanged();
    };
  }

  /** What the timeline asks for. */
  apply(action: TimelineAction): void {
    if (isClusterAction(action)) {
      this.#applyHere(action);
      return;
    }
    switch (action.kind) {
      case 'add':
      case 'weight':
      case 'delete':
        for (const node of this.#nodes) if (node.has(action.service)) this.#askFor(action, node);
        return;
      case 'rebootNode':
        this.#node(action.node).reboots(action.boot_ns);
        break;
      case 'unplugNode':
        this.#node(action.node).unplugged();
        break;
      case 'plugNode':
        this.#node(action.node).plugged();
    }
    this.#network.apply(action);
  }

  /** What ipvsadm would refuse there is not done, and said. */
  #askFor(action: TableAction, node: NodeController): void {
    const reason = node.refusal(action);
    if (reason === null) {
      node.act(action);
      return;
    }
    const { service, kind } = action;
    this.refusals.push({
      at_s: this.#network.topology.simulation.now_ns / 1e9,
      service,
      address: action.kind === 'add' ? action.realServer.address : action.realServer,
      kind,
      ...(node.name === null ? {} : { node: node.name }),
      reason,
    });
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
      case 'controller': {
        const nodes = action.node === undefined ? this.#nodes : [this.#node(action.node)];
        for (const node of nodes) node.order(action.order);
      }
    }
  }

  #node(name: string): NodeController {
    return this.#nodes[this.#network.nodeIndex(name)]!;
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
function endpointsOf(services: readonly Service[], controller: Scenario['controller']): Endpoint[] {
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

/** Whoever starts a controller sets these again, kube-proxy in NewProxier() and kube-router in Run(). What the file says of them stands. */
function settingsOf(controller: Controller, { kernel, sysctl }: ReturnType<typeof nodeSettings>) {
  const { values } = controllerLayer(controller, expectKernel(kernel));
  return Object.keys(values).flatMap((key): [string, number][] =>
    sysctl[key] === undefined ? [] : [[key, sysctl[key]]],
  );
}
