/** Masquerading: what it needs, and whose address the node's must not be. */

import { hostOf } from '../../text/endpoint.ts';
import { readHost } from '../addresses.ts';
import { type Draft, draft, type Path } from '../draft.ts';
import { MASQUERADING } from '../path_needs.ts';
import { nodeHosts } from '../schema/node_addresses.ts';
import { allEntries, type Sections } from '../schema/sections.ts';

export function checkMasquerade(sections: Sections): Draft[] {
  const { keys, masquerade, conntrackHooks } = sections;
  if (masquerade === null) return [];
  if (masquerade === 'none') {
    const isUsed =
      allEntries(sections.clients)?.some(({ onNode }) => onNode) !== false ||
      allEntries(sections.services)?.some(({ nodePort }) => nodePort !== undefined) !== false;
    const paths: Path[] = [
      ...(['podRange', 'nodeAddress'] as const)
        .filter((key) => keys.has(key) && !(key === 'nodeAddress' && isUsed))
        .map((key) => [key]),
      ...sections.nodes.flatMap(({ entry, path }) =>
        (['address', 'podRange'] as const)
          .filter((key) => entry?.[key] !== undefined)
          .map((key) => [...path, key]),
      ),
    ];
    return paths.map((path) =>
      draft(
        'E_COMBINATION',
        path,
        `${path.at(-1)} says nothing while nobody is masqueraded`,
        'add masquerade: plain',
      ),
    );
  }
  const drafts: Draft[] = [];
  if (
    masquerade === 'kube-proxy' &&
    sections.kubernetes === null &&
    sections.controller?.kind !== 'kube-proxy'
  ) {
    const message = 'masquerade: kube-proxy leaves it to a kube-proxy, and there is none';
    drafts.push(draft('E_COMBINATION', ['masquerade'], message, 'add kubernetes: 1.30.0, or say plain'));
  }
  if (conntrackHooks === false) {
    const message = 'masquerading is done by conntrack: it does not go with conntrackHooks: false';
    drafts.push(draft('E_COMBINATION', ['masquerade'], message));
  }
  for (const { entry, path } of sections.services) {
    if (entry === null) continue;
    if (!MASQUERADING.has(entry.path)) {
      const message = `path ${entry.path} does not pass the rules that masquerade`;
      drafts.push(draft('E_COMBINATION', [...path, 'path'], message, 'leave masquerade out'));
    } else if (entry.forward !== 'masq') {
      const message = `answers to forward: ${entry.forward} do not pass the node, so its clients cannot be masqueraded`;
      drafts.push(draft('E_COMBINATION', [...path, 'forward'], message, 'use masq, or leave masquerade out'));
    }
  }
  return [...drafts, ...checkNodeAddresses(sections)];
}

/**
 * Real servers whose answers go past the director: only where answers would come back over it, and may be lost. Clients on the
 * node have addresses of the node, to which all answers go.
 */
export function checkAnswers({ services, events, clients }: Sections): Draft[] {
  const hasOwn = clients.some(({ entry }) => entry?.onNode);
  const past = (server: { readonly answers: string }): boolean => server.answers === 'client';
  const drafts: Draft[] = [];
  const refuse = (path: Draft['path'], message: string): void => {
    drafts.push({ ...draft('E_COMBINATION', path, message, 'leave out answers'), onKey: true });
  };
  for (const { entry, path } of services) {
    for (const [index, server] of (entry?.realServers ?? []).entries()) {
      if (!past(server)) continue;
      const at = [...path, 'realServers', index, 'answers'];
      if (entry!.path === 'direct' || entry!.path === 'ebpf') {
        refuse(at, `answers of path ${entry!.path} never pass the director`);
      } else if (entry!.forward !== 'masq') {
        refuse(at, `answers to forward: ${entry!.forward} go to the client in any case, who knows them`);
      }
      if (hasOwn) refuse(at, TO_THE_NODE);
    }
  }
  for (const { entry, path } of events) {
    if (hasOwn && entry?.add !== undefined && past(entry.add)) {
      refuse([...path, 'add', 'answers'], TO_THE_NODE);
    }
  }
  return drafts;
}

const TO_THE_NODE = 'answers to clients on the node go to the node, whoever sends them';

/** A node's address may be a service's (a NodePort), but no host's and no other node's. */
function checkNodeAddresses(sections: Sections): Draft[] {
  const { services, clients } = sections;
  const servers = new Set(
    (allEntries(services) ?? []).flatMap(({ realServers }) =>
      realServers.map(({ address }) => hostOf(address)),
    ),
  );
  const clientAddresses = new Set(
    (allEntries(clients) ?? []).flatMap(({ addresses = [] }) => [addresses].flat(2)),
  );
  const seen = new Set<string>();
  return nodeHosts(sections).flatMap(({ address, path }) => {
    const refuse = (what: string, hint: string): Draft[] => [
      draft('E_COMBINATION', path, `nodeAddress ${address} is ${what}`, hint),
    ];
    if (seen.has(address)) return refuse('the address of another node too', 'give each node its own');
    seen.add(address);
    if (!readHost(address).ok) return refuse('no address that a host can have', 'give the node another one');
    if (servers.has(address))
      return refuse('the address of a real server too', 'give the node an address of its own');
    if (!clientAddresses.has(address)) return [];
    return refuse(
      'the address of a client too',
      'write onNode: true for a client on the node, or give one of them another address',
    );
  });
}
