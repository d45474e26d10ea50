/** Masquerading: what it needs, and whose address the node's must not be. */

import { hostOf } from '../../text/endpoint.ts';
import { type Draft, draft } from '../draft.ts';
import { allEntries, type Sections } from '../schema/sections.ts';

/** Paths on which the node's rules see packets. */
const MASQUERADES: ReadonlySet<string> = new Set(['ipvs', 'iptables', 'nftables']);

export function checkMasquerade(sections: Sections): Draft[] {
  const { keys, masquerade, conntrackHooks } = sections;
  if (masquerade === null) return [];
  if (masquerade === 'none') {
    const isUsed =
      allEntries(sections.clients)?.some(({ onNode }) => onNode) !== false ||
      allEntries(sections.services)?.some(({ nodePort }) => nodePort !== undefined) !== false;
    return (['podRange', 'nodeAddress'] as const)
      .filter((key) => keys.has(key) && !(key === 'nodeAddress' && isUsed))
      .map((key) =>
        draft(
          'E_COMBINATION',
          [key],
          `${key} says nothing while nobody is masqueraded`,
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
    if (!MASQUERADES.has(entry.path)) {
      const message = `path ${entry.path} does not pass the rules that masquerade`;
      drafts.push(draft('E_COMBINATION', [...path, 'path'], message, 'leave masquerade out'));
    } else if (entry.forward !== 'masq') {
      const message = `answers to forward: ${entry.forward} do not pass the node, so its clients cannot be masqueraded`;
      drafts.push(draft('E_COMBINATION', [...path, 'forward'], message, 'use masq, or leave masquerade out'));
    }
  }
  return [...drafts, ...checkNodeAddress(sections)];
}

/**
 * Real servers whose answers go past the director: only where answers would come back over it, and may be lost. The node's own
 * packets and masqueraded ones have an address of the node, to which all answers go.
 */
export function checkAnswers({ services, events, clients, masquerade }: Sections): Draft[] {
  const hasOwn = clients.some(({ entry }) => entry?.onNode);
  const masqueraded = masquerade !== null && masquerade !== 'none';
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
    }
  }
  const places = [
    ...services.flatMap(({ entry, path }) =>
      (entry?.realServers ?? []).flatMap((server, index) =>
        past(server) ? [[...path, 'realServers', index, 'answers']] : [],
      ),
    ),
    ...events.flatMap(({ entry, path }) =>
      entry?.add !== undefined && past(entry.add) ? [[...path, 'add', 'answers']] : [],
    ),
  ];
  for (const at of places) {
    if (masqueraded) refuse(at, 'answers to masqueraded connections go to the node, whoever sends them');
    else if (hasOwn) refuse(at, 'answers to clients on the node go to the node, whoever sends them');
  }
  return drafts;
}

/** The node's address may be a service's (a NodePort), but no host's. */
function checkNodeAddress({ nodeAddress, services, clients, keys }: Sections): Draft[] {
  if (nodeAddress === null) return [];
  const servers = (allEntries(services) ?? []).flatMap(({ realServers }) => realServers);
  const isServer = servers.some(({ address }) => hostOf(address) === nodeAddress);
  const isClient = (allEntries(clients) ?? []).some(({ addresses = [] }) =>
    [addresses].flat(2).includes(nodeAddress),
  );
  if (!isServer && !isClient) return [];
  const message = `nodeAddress ${nodeAddress} is the address of a ${isServer ? 'real server' : 'client'} too`;
  return [
    draft(
      'E_COMBINATION',
      [keys.has('nodeAddress') ? 'nodeAddress' : 'masquerade'],
      message,
      isServer
        ? 'give the node an address of its own'
        : 'write onNode: true for a client on the node, or give one of them another address',
    ),
  ];
}
