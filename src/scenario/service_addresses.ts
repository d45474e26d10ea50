/**
 * The other addresses of a service: kube-proxy makes each of them a service of its own (an IPVS service, or a chain of
 * rules), with the same real servers, and so does the model. Such a service is named by its address. Those of a service
 * by mark are services for clients and real servers, too, but to IPVS they are all one.
 */

import { endpointText, familyOf, portOf } from '../text/endpoint.ts';
import { parseTarget } from './addresses.ts';
import { hostsOfFamily, type NodeHost } from './schema/node_addresses.ts';
import type { ServiceEntry } from './schema/schema.ts';

/** What an address is to Kubernetes; or one more whose packets get the service's mark. */
export type Exposure = 'nodePort' | 'externalIP' | 'loadBalancerIP' | 'target';

/** One of the other addresses: whose it is, and what. */
export interface Exposed {
  /** Name of the service whose address it is. */
  readonly of: string;
  readonly as: Exposure;
  /** Name of the node that has it, where the others have not: a NodePort of several nodes is one on each. */
  readonly node?: string;
  /** Only real servers on this node, whose clients keep their addresses. */
  readonly isLocal: boolean;
}

/** Whether a node has the service, by its name among several. */
export function isOnNode({ exposed }: { readonly exposed?: Exposed }, node: string | null): boolean {
  return exposed?.node === undefined || exposed.node === node;
}

/** The service itself, then its NodePort on each node, its external and its load balancer's addresses, and what else has its mark. */
export function withOtherAddresses(service: ServiceEntry, nodes: readonly NodeHost[]): ServiceEntry[] {
  const { nodePort, externalIPs = [], loadBalancerIPs = [], targets = [], ...own } = service;
  const port = portOf(service.address);
  const others: (Pick<Exposed, 'as' | 'node'> & { readonly address: string })[] = [
    ...(nodePort === undefined ? [] : hostsOfFamily(nodes, familyOf(service.address))).map(
      ({ name, address }) => ({
        address: endpointText(address, nodePort!),
        as: 'nodePort' as const,
        ...(name === undefined ? {} : { node: name }),
      }),
    ),
    ...externalIPs.map((address) => ({ address: endpointText(address, port), as: 'externalIP' as const })),
    ...loadBalancerIPs.map((address) => ({
      address: endpointText(address, port),
      as: 'loadBalancerIP' as const,
    })),
  ];
  const isLocal = service.externalTrafficPolicy === 'Local';
  const realServers = isLocal ? service.realServers.filter(({ local }) => local) : service.realServers;
  return [
    service,
    ...others.map(({ address, ...what }) => ({
      ...own,
      name: address,
      address,
      realServers,
      exposed: { of: service.name ?? service.address, ...what, isLocal },
    })),
    ...targets.map((target) => {
      const { protocol, address } = parseTarget(target);
      const exposed = { of: service.name ?? service.address, as: 'target' as const, isLocal: false };
      return { ...own, name: target, address, protocol: protocol ?? own.protocol, exposed };
    }),
  ];
}

/** The services that stand in the file, without their other addresses. */
export function ownServices<S extends { readonly exposed?: Exposed | undefined }>(
  services: readonly S[],
): S[] {
  return services.filter(({ exposed }) => exposed === undefined);
}
