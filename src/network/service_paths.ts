/**
 * Who is told of a service's real servers, by the service's data path: IPVS's table, rules of the node, or
 * the connect() of every client. network.ts knows of them only what ServicePath says.
 */

import type { Director } from '../kernel/director.ts';
import type { KubeEndpoint, MasqueradeWho } from '../kernel/netfilter/kube_rules.ts';
import { oneOrBoth, parseNetmask } from '../scenario/addresses.ts';
import type { RealServer, Scenario, Service } from '../scenario/scenario.ts';
import { isOnNode } from '../scenario/service_addresses.ts';
import type { AddressBook } from '../text/address_book.ts';
import { familyOf, hostOf } from '../text/endpoint.ts';
import { TRANSPORT_NUMBERS } from '../text/transport.ts';
import type { Origin } from './client.ts';
import type { SocketLb } from './socket_lb.ts';

/** Number of a real server that IPVS does not know. */
export const NO_DEST = -1;

export interface ServicePath {
  /** A real server joins. Returns the director's number of the destination, or NO_DEST. */
  add(config: RealServer): number;
  setWeight(address: string, weight: number): void;
  delete(address: string): void;
  /** Connections that the rules of a node have sent to it; IPVS counts its own. */
  connectionsTo?(address: string): number;
}

/** Of whoever has no part in the service. */
const UNTOLD: ServicePath = { add: () => NO_DEST, setWeight: () => {}, delete: () => {} };

/** A client that chooses among backends in connect(), and what it needs to connect to one of them. */
export interface LocalClient {
  readonly socketLb: SocketLb<Origin>;
  origins(address: string): readonly Origin[];
}

/** One for each director that has to be told; where packets pass none, one that stands for all clients. */
export function makeServicePaths(
  service: Service,
  directors: readonly Director[],
  scenario: Pick<Scenario, 'masquerade' | 'services' | 'nodes'>,
): readonly ServicePath[] {
  const each = (make: (director: Director) => ServicePath): readonly ServicePath[] =>
    directors.map((director, index) =>
      isOnNode(service, scenario.nodes?.[index]?.name ?? null) ? make(director) : UNTOLD,
    );
  switch (service.path) {
    case 'direct':
      return [UNTOLD];
    case 'ebpf':
      return [new ConnectPath()];
    case 'iptables':
    case 'nftables':
      return each((director) => rulesPath(service, director, masqueradeWho(service, scenario)));
    case 'ipvs':
    case 'ipvs-bpf':
      return each((director) => ipvsPath(service, director, scenario));
  }
}

/** kube-proxy's rules: every client of a NodePort or an external address, unless its policy is Local; of others those outside the range of pods. */
function masqueradeWho(
  service: Service,
  { masquerade, nodes }: Pick<Scenario, 'masquerade' | 'nodes'>,
): MasqueradeWho {
  if (masquerade === undefined || service.exposed?.isLocal === true) return 'none';
  if (service.exposed !== undefined && service.exposed.as !== 'target') return 'all';
  // Of several nodes every one has an address of its own, and a service on it is its NodePort.
  const own = nodes === undefined ? oneOrBoth(masquerade.nodeAddress) : [];
  return own.includes(hostOf(service.address)) ? 'all' : 'off-cluster';
}

function ipvsPath(
  service: Service,
  director: Director,
  scenario: Pick<Scenario, 'masquerade' | 'services' | 'nodes'>,
): ServicePath {
  const { book } = director.net;
  const isTarget = ({ exposed }: Service) => exposed?.as === 'target' && exposed.of === service.name;
  const index = director.addService({
    ...(service.mark === undefined
      ? virtualAddress(service, book)
      : {
          fwmark: service.mark,
          targets: [service, ...scenario.services.filter(isTarget)].map((each) => virtualAddress(each, book)),
        }),
    scheduler: service.scheduler,
    schedulerFlags: service.schedulerFlags,
    persistent_s: service.persistent_s,
    ...(service.persistentNetmask === undefined ? {} : { netmask: netmaskNumber(service.persistentNetmask) }),
    onePacket: service.onePacket,
    addressIsLocal: service.addressOnNode !== false,
    aheadOfConntrack: service.path === 'ipvs-bpf',
    noRouteToHostFix: service.noRouteToHostFix ?? false,
    masquerade: masqueradeWho(service, scenario),
  });
  return {
    add: (config) =>
      director.addRealServer(index, {
        ...book.endpoint(config.address),
        weight: config.weight,
        forward: service.forward,
        upperThreshold: config.upperThreshold,
        lowerThreshold: config.lowerThreshold,
      }),
    setWeight: (text, weight) => {
      const { address, port } = book.endpoint(text);
      director.setWeight(index, address, port, weight);
    },
    delete: (text) => {
      const { address, port } = book.endpoint(text);
      director.deleteRealServer(index, address, port);
    },
  };
}

/** One more address of a service by mark: IPVS has been told of its real servers already. */
export class TargetPath implements ServicePath {
  readonly #dest: (address: string) => number;

  /** `dest`: the director's number of a real server of the service. */
  constructor(dest: (address: string) => number) {
    this.#dest = dest;
  }

  add({ address }: RealServer): number {
    return this.#dest(address);
  }

  setWeight(): void {}

  delete(): void {}
}

/** As the kernel keeps it: a mask of IPv4, the length of a prefix of IPv6. */
function netmaskNumber(netmask: string | number): number {
  return typeof netmask === 'number' ? netmask : parseNetmask(netmask);
}

/** kube-proxy has a rule for each endpoint that is ready; weight 0 stands for one that is not. */
function rulesPath(service: Service, director: Director, masquerade: MasqueradeWho): ServicePath {
  const { book } = director.net;
  const { protocol, address: addr, port } = virtualAddress(service, book);
  const index = director.addNatService({
    protocol,
    addr,
    port,
    masquerade,
    affinity_s: service.persistent_s,
    dropsInFunction:
      service.exposed?.isLocal !== true
        ? null
        : service.path === 'nftables'
          ? 'nft_do_chain'
          : familyOf(service.address) === 6
            ? 'ip6t_do_table'
            : 'ipt_do_table',
  });
  // One that comes again is another.
  const known = new Map<string, Set<KubeEndpoint>>();
  const path = byPresence(
    (address) => {
      const endpoint = director.addNatEndpoint(index, natEndpoint(address, book));
      known.set(address, (known.get(address) ?? new Set()).add(endpoint));
    },
    (address) => director.deleteNatEndpoint(index, natEndpoint(address, book)),
  );
  const connectionsTo = (address: string): number =>
    [...(known.get(address) ?? [])].reduce((sum, { bound }) => sum + bound, 0);
  return { ...path, connectionsTo };
}

function natEndpoint(text: string, book: AddressBook): { addr: number; port: number } {
  const { address: addr, port } = book.endpoint(text);
  return { addr, port };
}

function byPresence(join: (address: string) => void, leave: (address: string) => void): ServicePath {
  const set = (address: string, weight: number): void => {
    if (weight > 0) join(address);
    else leave(address);
  };
  return {
    add: ({ address, weight }) => {
      set(address, weight);
      return NO_DEST;
    },
    setWeight: set,
    delete: leave,
  };
}

/** The backends of a service as every client's connect() knows them. */
export class ConnectPath implements ServicePath {
  readonly #present = new Set<string>();
  readonly #clients: LocalClient[] = [];

  /** A client comes, and learns of the backends that are there. */
  join(client: LocalClient): void {
    this.#clients.push(client);
    for (const address of this.#present) client.socketLb.add(address, client.origins(address));
  }

  add({ address, weight }: RealServer): number {
    this.setWeight(address, weight);
    return NO_DEST;
  }

  setWeight(address: string, weight: number): void {
    if (weight === 0) {
      this.delete(address);
      return;
    }
    if (this.#present.has(address)) return;
    this.#present.add(address);
    for (const { socketLb, origins } of this.#clients) socketLb.add(address, origins(address));
  }

  delete(address: string): void {
    this.#present.delete(address);
    for (const { socketLb } of this.#clients) socketLb.delete(address);
  }
}

function virtualAddress(
  service: Service,
  book: AddressBook,
): { protocol: number; address: number; port: number } {
  return {
    protocol: TRANSPORT_NUMBERS[service.protocol],
    ...book.endpoint(service.address),
  };
}
