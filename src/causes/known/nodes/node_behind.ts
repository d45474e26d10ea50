/** A node whose controller hears of nothing, and whose table lists what is gone. */
import type { Result } from '../../../measure/result.ts';
import { count, seconds } from '../../../report/numbers.ts';
import type { Scenario } from '../../../scenario/scenario.ts';
import { serverLabels } from '../../../scenario/server_labels.ts';
import { hostOf } from '../../../text/endpoint.ts';
import { isFromClient, serverOf } from '../../account.ts';
import type { Cause } from '../../cause.ts';
import { RETRY } from '../../remedies/clients.ts';
import { ASK_KUBE_PROXY } from '../../remedies/nodes.ts';

export const NODE_BEHIND: Cause = {
  name: 'node-behind',
  title: "a node's table lists a pod that is gone",
  story:
    'Each node has a kube-proxy (or its like) of its own, which alone tells the table of that node which real servers there are. ' +
    'Where it hangs, has ended or cannot reach the API, the table stays as it was: pods that are gone are still chosen, and ' +
    'new ones get nothing. All other nodes are right, so that the same service fails for some clients, or now and then for each, ' +
    'and whoever looks from another node finds nothing wrong.',
  kernel:
    'ip_vs_schedule(): the scheduler chooses among what the table of this node lists, as the rules of iptables and nftables do',
  client:
    'ECONNREFUSED, or SYN retransmissions until EHOSTUNREACH or a timeout, for its share of connections through that node.',
  visible: [
    ['ipvsadm -Ln on each node', 'a real server that one of them lists and the others do not'],
    [
      'iptables-save -t nat, or nft list ruleset, on each node',
      'the same of an endpoint, where kube-proxy makes rules',
    ],
    ['kubectl get endpointslices', 'its address is not among them'],
    ['curl -s localhost:10256/healthz', 'lastUpdated long ago, or nobody answers'],
  ],
  remedies: [ASK_KUBE_PROXY, RETRY],
  reasons: [],
  inResult(result) {
    const found = pauses(result.scenario).map((pause) => ({ pause, ...sentIn(result, pause) }));
    const met = found.filter(({ connections }) => connections > 0);
    if (met.length === 0) return null;
    const connections = met.reduce((sum, each) => sum + each.connections, 0);
    const dropped = met.reduce((sum, each) => sum + each.dropped, 0);
    const nodes = met
      .slice(0, MOST_NODES)
      .map(({ pause, addresses }) => `${pause.node} to ${[...addresses].join(', ')}: ${pauseText(pause)}`);
    const more = met.length - nodes.length;
    const text =
      `${count(connections)} ${connections === 1 ? 'connection was' : 'connections were'} scheduled to pods that were gone ` +
      `(${nodes.join('; ')}${more > 0 ? `; and on ${more} more nodes` : ''}).`;
    return {
      concerned: connections + dropped,
      from_s: Math.min(...met.map(({ from_s }) => from_s)),
      to_s: Math.max(...met.map(({ to_s }) => to_s)),
      text,
    };
  },
  inRequest(account) {
    const { scenario, own } = account;
    const server = serverOf(account);
    const sent = own.find((story) => isFromClient(story) && story.node !== null);
    if (server === null || sent === undefined) return null;
    const pause = pauses(scenario).find(
      ({ node, from_ns, to_ns }) => node === sent.node && from_ns <= sent.at_ns && sent.at_ns <= to_ns,
    );
    const absence = absences(scenario).find(
      ({ host, from_ns, to_ns }) => host === hostOf(server) && from_ns <= sent.at_ns && sent.at_ns < to_ns,
    );
    if (pause === undefined || absence === undefined) return null;
    return `${pause.node} still lists ${server}, which has been gone since ${seconds(absence.from_ns / 1e9)}: ${pauseText(pause)}.`;
  },
};

/** Named with their pods. */
const MOST_NODES = 3;

/** In which a node's controller changes nothing. */
interface Pause {
  readonly node: string;
  readonly from_ns: number;
  readonly to_ns: number;
  readonly isCut: boolean;
}

function pauseText({ from_ns, to_ns, isCut }: Pause): string {
  const what = isCut ? 'its controller heard of nothing' : 'its controller was stopped';
  const from = `${what} from ${seconds(from_ns / 1e9)}`;
  return to_ns === Number.POSITIVE_INFINITY ? `${from} on` : `${from} to ${seconds(to_ns / 1e9)}`;
}

function pauses({ nodes = [], controller, events }: Scenario): Pause[] {
  if (controller === undefined) return [];
  return nodes.flatMap(({ name }) => {
    const found: Pause[] = [];
    const is = { stopped: false, cut: false };
    let began: Pick<Pause, 'from_ns' | 'isCut'> | null = null;
    const end = (to_ns: number): void => {
      if (began !== null) found.push({ node: name, ...began, to_ns });
      began = null;
    };
    for (const { at_ns, action } of events) {
      if (!ABOUT_NODES.has(action.kind)) continue;
      // A controller's event without one is about all.
      if ('node' in action && action.node !== name) continue;
      if (action.kind === 'controller') is.stopped = action.order === 'stop';
      else is.cut = action.kind === 'unplugNode';
      if (action.kind === 'rebootNode') is.stopped = false;
      if (is.stopped || is.cut) began ??= { from_ns: at_ns, isCut: is.cut };
      else end(action.kind === 'plugNode' ? at_ns + controller.syncDelay_ns : at_ns);
    }
    end(Number.POSITIVE_INFINITY);
    return found;
  });
}

const ABOUT_NODES: ReadonlySet<string> = new Set(['controller', 'unplugNode', 'plugNode', 'rebootNode']);

/** In which nobody answers at an address. */
interface Absence {
  readonly host: string;
  readonly from_ns: number;
  readonly to_ns: number;
}

function absences({ services, events }: Scenario): Absence[] {
  const servers = services.flatMap(({ realServers }) => realServers);
  return events.flatMap(({ at_ns, action }): Absence[] => {
    if (action.kind !== 'terminatePod') return [];
    const pod = servers.find(({ address }) => hostOf(address) === action.address)?.pod;
    const from_ns = at_ns + (pod === undefined ? 0 : Math.min(pod.shutdown_ns, pod.gracePeriod_ns));
    const back = events.find(
      (other) =>
        other.at_ns >= at_ns && other.action.kind === 'startPod' && other.action.address === action.address,
    );
    return [{ host: action.address, from_ns, to_ns: back?.at_ns ?? Number.POSITIVE_INFINITY }];
  });
}

/** What the node sent to pods that were gone, in whole intervals. */
function sentIn({ series, scenario }: Result, { node, from_ns, to_ns }: Pause) {
  const labels = serverLabels(scenario);
  const addresses = new Set<string>();
  const rows = new Set<number>();
  let connections = 0;
  for (const { name, realServers } of scenario.services) {
    for (const { address } of realServers) {
      const column = series[`node.connections[${node}/${labels.of(name, address)}]`] ?? [];
      for (const absence of absences(scenario)) {
        if (absence.host !== hostOf(address)) continue;
        const begin_ns = Math.max(from_ns, absence.from_ns);
        const end_ns = Math.min(to_ns, absence.to_ns);
        column.forEach((value, row) => {
          const at_ns = row * scenario.interval_ns;
          if (at_ns < begin_ns || at_ns + scenario.interval_ns > end_ns || !value) return;
          connections += value;
          rows.add(row);
          addresses.add(address);
        });
      }
    }
  }
  const interval_s = scenario.interval_ns / 1e9;
  const drops = series[`node.packets_dropped[${node}]`] ?? [];
  const [first, last] = [Math.min(...rows), Math.max(...rows)];
  const dropped = drops.slice(first, last + 1).reduce<number>((sum, value) => sum + (value ?? 0), 0);
  return { connections, dropped, addresses, from_s: first * interval_s, to_s: (last + 1) * interval_s };
}
