/** Remedies where several nodes have the same services. */
import { expectKernel, kernelAtLeast } from '../../kernel/release/release.ts';
import { A_NODE_ADDRESS } from '../../scenario/check/check_families.ts';
import { MASQUERADING } from '../../scenario/path_needs.ts';
import type { Client, Scenario } from '../../scenario/scenario.ts';
import { ownServices } from '../../scenario/service_addresses.ts';
import { familyOf } from '../../text/endpoint.ts';
import { NOT_SIMULATED, type Remedy } from './remedy.ts';
import { CLUSTER_POLICY } from './services.ts';
import { setting } from './settings.ts';

/** Of SCTP it is sloppy_sctp, which is not modelled. */
const CONNTRACK = 'net.ipv4.vs.conntrack';
const LIBERAL = 'net.netfilter.nf_conntrack_tcp_be_liberal';
const SLOPPY = 'net.ipv4.vs.sloppy_tcp';

export const HASHED: Remedy = {
  name: 'hash scheduler',
  deed: 'schedule by a hash of address and port (mh with mh-port from 4.18 on, before it sh with sh-port)',
  effect:
    "each connection goes where its hash says, whichever node it comes through, and no real server is everybody's first",
  price: 'connections are spread evenly only when they are many',
  changes: hashed,
};

export const SAME_HASH: Remedy = {
  name: 'same hash, sloppy',
  deed: `schedule by the same hash on all nodes (mh with mh-port, or sh with sh-port), with ${SLOPPY}=1 (of SCTP: sloppy_sctp), and ${LIBERAL}=1 where ${CONNTRACK} is 1`,
  effect:
    'a node that has no entry makes one from the segment, its hash finds the same real server, and a conntrack of before lets the segment pass',
  price:
    'segments of connections that nobody has are sent on to real servers, and a change of real servers moves some connections',
  changes: (scenario) => {
    if (!isSince(scenario, 3, 11) || !mayBeSloppy(scenario)) return null;
    const { sysctl, nodes = [] } = scenario;
    const tracks = [sysctl, ...nodes.map((node) => node.sysctl)].some(
      (settings) => settings[CONNTRACK] === 1,
    );
    return [
      ...hashed(scenario),
      ...setting(scenario, SLOPPY, 1),
      ...(tracks ? setting(scenario, LIBERAL, 1) : []),
    ];
  },
};

export const ANSWERS_BACK: Remedy = {
  name: 'answers come back',
  deed: "lead the real servers' route to clients over the director",
  effect: 'the answer passes the director, which translates it back',
  price: 'every real server needs that route, and of several nodes it can lead over one only',
  changes: ({ services, nodes = [] }) =>
    nodes.length > 1
      ? null
      : ownServices(services).flatMap(({ realServers }, service) =>
          realServers.flatMap(({ answers }, server) =>
            answers === 'client' ? [`services.${service}.realServers.${server}.answers=director`] : [],
          ),
        ),
};

export const MASQUERADE: Remedy = {
  name: 'masquerade',
  deed: 'masquerade every connection with the address of the node that it comes through (kube-proxy --masquerade-all, externalTrafficPolicy: Cluster)',
  effect:
    'real servers answer that node, wherever their route to clients leads, and it translates the answer back',
  price: 'real servers no longer see the addresses of clients',
  changes: (scenario) => {
    const { services, masquerade, nodes = [], conntrackHooks } = scenario;
    const isLed = services.every(({ path, forward }) => MASQUERADING.has(path) && forward === 'masq');
    if (!isLed || !conntrackHooks) return null;
    return [
      ...(masquerade === undefined ? ['masquerade=plain', ...nodeAddress(scenario)] : []),
      ...(masquerade?.podRange === undefined ? [] : ['podRange=null']),
      ...nodes.flatMap(({ podRange }, index) =>
        podRange === undefined ? [] : [`nodes.${index}.podRange=null`],
      ),
      ...CLUSTER_POLICY.changes(scenario)!,
      ...setting(scenario, CONNTRACK, 1),
    ];
  },
};

/** What says nothing has one of IPv4; where something needs one already, it has been written. */
function nodeAddress({ services, clients }: Scenario): string[] {
  const isWritten =
    services.some(({ exposed }) => exposed?.as === 'nodePort') ||
    clients.some(({ onNode }) => onNode !== undefined);
  const families = new Set(services.map(({ address }) => familyOf(address)));
  if (isWritten || !families.has(6)) return [];
  return [`nodeAddress=${families.has(4) ? `${A_NODE_ADDRESS[4]},` : ''}${A_NODE_ADDRESS[6]}`];
}

export const ANY_NODE: Remedy = {
  name: 'any node',
  deed: "ask an address that every node answers for, with something in front that leaves out a node which is gone (a load balancer's, in place of one node's NodePort)",
  effect: 'new connections go through the nodes that are left',
  price:
    'something that stands in front and has to notice, and connections of the node that is gone are lost all the same',
  changes: (scenario) =>
    scenario.clients.flatMap(({ via, to }, index) => {
      const nodePort = scenario.services.find(({ name }) => name === to)?.exposed;
      return [
        ...(via === undefined ? [] : [`clients.${index}.via=null`]),
        ...(nodePort?.node === undefined ? [] : [`clients.${index}.to=${nodePort.of}`]),
      ];
    }),
};

/** The only node that a client's packets go to, by its own choice. */
export function boundNode(
  { via, to }: Pick<Client, 'via' | 'to'>,
  { services }: Pick<Scenario, 'services'>,
): string | undefined {
  return via ?? services.find(({ name }) => name === to)?.exposed?.node;
}

export const ASK_KUBE_PROXY: Remedy = {
  name: 'ask kube-proxy',
  deed:
    "let the balancer ask each node's kube-proxy (/healthz on port 10256), and raise an alarm where " +
    'kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds runs ahead of the last sync',
  effect: 'a node whose kube-proxy no longer syncs gets no connections',
  price: 'a node is left out that still answers for every other service',
  changes: NOT_SIMULATED,
};

function mayBeSloppy({ services }: Scenario): boolean {
  return (
    services.some(({ path }) => path === 'ipvs') && services.every(({ protocol }) => protocol !== 'sctp')
  );
}

/** Whether all directors have that release or a newer one. */
function isSince({ kernel, nodes = [] }: Scenario, ...release: readonly [number, number]): boolean {
  const kernels = [kernel, ...nodes.flatMap((node) => node.kernel ?? [])];
  return kernels.every((text) => kernelAtLeast(expectKernel(text), ...release));
}

function hashed(scenario: Scenario): string[] {
  const scheduler = isSince(scenario, 4, 18) ? 'mh' : 'sh';
  return ownServices(scenario.services).flatMap((service, index) =>
    service.path !== 'ipvs' || ['mh', 'sh'].includes(service.scheduler)
      ? []
      : [`services.${index}.scheduler=${scheduler}`, `services.${index}.schedulerFlags=[${scheduler}-port]`],
  );
}
