/** A node that is gone, and clients that know no other. */
import { count, seconds } from '../../../report/numbers.ts';
import type { Scenario } from '../../../scenario/scenario.ts';
import { endpointText } from '../../../text/endpoint.ts';
import { droppedFor, isFromClient, isSyn, type RequestAccount } from '../../account.ts';
import type { Cause } from '../../cause.ts';
import { dropSpan, lostBeforeNodes, waitsForNode } from '../../evidence.ts';
import { ANY_NODE, boundNode } from '../../remedies/nodes.ts';

export const NODE_GONE: Cause = {
  name: 'node-gone',
  title: 'clients ask a node that is gone',
  story:
    'A client easily knows a single node: it was told the address of one for a NodePort, or has one as its gateway. While ' +
    'that node is down, or all of them are, its SYNs get no answer at all, although the service and its real servers are ' +
    'well; it sends them again, with longer and longer pauses, and goes on waiting for the next one when the node is back ' +
    'already.',
  kernel: 'tcp_retransmit_timer() at the client; no director sees the packet',
  client: 'Connects that take until the node is back and up to twice as long, or ETIMEDOUT.',
  visible: [
    ['ss -tno state syn-sent', 'at the client: connects to the address of that node'],
    ['kubectl get nodes', 'the node NotReady'],
    ['ip neigh', "at the client, or its router: the node's address FAILED"],
  ],
  remedies: [ANY_NODE],
  reasons: ['unreachable'],
  inResult(result) {
    const concerned = lostBeforeNodes(result);
    if (concerned === 0) return null;
    const what = `${count(concerned)} ${concerned === 1 ? 'packet was' : 'packets were'} sent`;
    const text = waitsForNode(result.scenario)
      ? `${what} to a node that was gone, by clients that know no other.`
      : `${what} while all nodes were gone.`;
    return { concerned, ...dropSpan(result, 'unreachable'), text };
  },
  inRequest(account) {
    const lost = droppedFor(account, 'unreachable').filter(
      (story) => story.node === null && isFromClient(story),
    );
    const { scenario } = account;
    const first = lost[0];
    if (first === undefined || scenario.nodes === undefined) return null;
    const node = nodeOf(account);
    const since_s = scenario.nodes
      .filter(({ name }) => node === undefined || name === node)
      .flatMap(({ name }) => goneSince_s(scenario, name, first.at_ns));
    if (since_s.length === 0) return null;
    const what = isSyn(first) ? 'Its SYN' : 'Its packet';
    const nothing = `${count(lost.length)} of its packets came to nothing`;
    return node === undefined
      ? `${what} came to no node, for all were gone since ${seconds(Math.max(...since_s))}; ${nothing}.`
      : `${what} was for ${node}, which was gone since ${seconds(since_s[0]!)}; ${nothing} there.`;
  },
};

/** When the node had gone, before that instant; nothing where it never had. */
function goneSince_s({ events }: Scenario, node: string, by_ns: number): number[] {
  const since = events.findLast(
    ({ at_ns, action }) =>
      (action.kind === 'unplugNode' || action.kind === 'rebootNode') &&
      action.node === node &&
      at_ns <= by_ns,
  );
  return since === undefined ? [] : [since.at_ns / 1e9];
}

/** The node that the request's client asks, whoever stands in front. */
function nodeOf({ own, scenario }: RequestAccount): string | undefined {
  const packet = own.find(isFromClient)?.packet;
  if (packet === undefined) return undefined;
  return scenario.clients
    .filter(({ addresses, to }) => addresses.includes(packet.source) && isAt(scenario, to, packet))
    .map((client) => boundNode(client, scenario))
    .find((node) => node !== undefined);
}

function isAt(
  { services }: Scenario,
  name: string,
  packet: { readonly destination: string; readonly destinationPort: number },
): boolean {
  const address = endpointText(packet.destination, packet.destinationPort);
  return services.some((service) => service.name === name && service.address === address);
}
