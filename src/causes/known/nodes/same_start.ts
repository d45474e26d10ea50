/** Nodes whose turns all begin at the same real server. */
import type { NodeTotals, Result } from '../../../measure/result.ts';
import { count } from '../../../report/numbers.ts';
import type { Service } from '../../../scenario/scenario.ts';
import { decisionOf } from '../../account.ts';
import type { Cause } from '../../cause.ts';
import { HASHED } from '../../remedies/nodes.ts';

/** Schedulers that take turns, and those that break a tie by the order of the list. */
const BY_ORDER: ReadonlySet<string> = new Set(['rr', 'wrr', 'lc', 'wlc', 'sed', 'nq']);

export const SAME_START: Cause = {
  name: 'same-start',
  title: 'every node begins at the same real server',
  story:
    'Each node schedules by itself and knows nothing of what the others have sent where. rr, wrr and their like begin at ' +
    'the head of the list, which is the real server that was added last, and every node has the same list. Where ' +
    'connections are few on each of many nodes, and last, they pile up on that real server while others have nothing to do.',
  kernel: 'ip_vs_rr_schedule() and ip_vs_wlc_schedule(): the state is the service of one node',
  client: 'Nothing fails; one real server is slow for its load.',
  visible: [
    ['ipvsadm -Ln on each node', 'even by itself; the sum over the nodes is not'],
    ['ss -tn | wc -l at real servers', 'many more connections at one of them'],
  ],
  remedies: [HASHED],
  reasons: [],
  inResult(result) {
    const worst = result.scenario.services
      .filter(({ path, scheduler }) => path === 'ipvs' && BY_ORDER.has(scheduler))
      .flatMap((service) => pileOf(result, service) ?? [])
      .sort((a, b) => b.most - b.share - (a.most - a.share))[0];
    if (worst === undefined) return null;
    const { address, most, total, share, nodes } = worst;
    const text =
      `${address} was given ${count(most)} of ${count(total)} connections, where its share is ${count(Math.round(share))}: ` +
      `each of ${nodes} nodes begins there, and none knows what the others have scheduled.`;
    return { concerned: Math.round(most - share), from_s: 0, to_s: result.end_s, text };
  },
  inRequest(account) {
    const { nodes = [], services, clients } = account.scenario;
    const chosen = decisionOf(account, 'ip_vs_schedule', 'new entry');
    if (nodes.length < 2 || chosen?.node === undefined) return null;
    const { scheduler, server } = chosen.values;
    // Where connections end soon, the list goes round, and its head is nothing special.
    const stay = new Set(clients.filter(({ keepAlive }) => keepAlive).map(({ to }) => to));
    const isFirst = services.some(
      (service) => service.scheduler === scheduler && stay.has(service.name) && headOf(service) === server,
    );
    if (!isFirst || !BY_ORDER.has(String(scheduler))) return null;
    return `${chosen.node} scheduled it by itself to ${String(server)}, the head of the list, where ${String(scheduler)} begins on each of the ${nodes.length} nodes.`;
  },
};

/** The real server that was added last, among those that take connections. */
function headOf({ realServers }: Service): string | undefined {
  return realServers.findLast(({ weight }) => weight > 0)?.address;
}

/**
 * The head of the list where it has at least twice its share of a service's connections (of which there are two for each
 * real server or more), although no node by itself has given it more than one above its share there.
 */
function pileOf({ nodes = [] }: Result, service: Service) {
  const address = headOf(service);
  const weights = service.realServers.reduce((sum, { weight }) => sum + weight, 0);
  const own = service.realServers.find((server) => server.address === address);
  if (nodes.length < 2 || address === undefined || own === undefined) return null;
  const part = own.weight / weights;
  const each = nodes.map((node) => countsOf(node, service.name, address));
  const total = each.reduce((sum, { all }) => sum + all, 0);
  const most = each.reduce((sum, { here }) => sum + here, 0);
  const isEven = each.every(({ all, here }) => here <= Math.ceil(all * part) + 1);
  const busy = each.filter(({ all }) => all > 0).length;
  const share = total * part;
  const isMuch = total >= 2 * service.realServers.length && most >= 2 * share;
  return isEven && busy >= 2 && isMuch ? { address, most, total, share, nodes: busy } : null;
}

function countsOf({ realServers }: NodeTotals, service: string, address: string) {
  const those = realServers.filter((server) => server.service === service);
  const sum = (servers: typeof those): number =>
    servers.reduce((all, { connections }) => all + connections, 0);
  return { all: sum(those), here: sum(those.filter((server) => server.address === address)) };
}
