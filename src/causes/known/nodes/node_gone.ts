/** A node that is gone, and clients that know no other. */
import { count, seconds } from '../../../report/numbers.ts';
import type { Scenario } from '../../../scenario/scenario.ts';
import { endpointText } from '../../../text/endpoint.ts';
import { droppedFor, isFromClient, isSyn, type RequestAccount } from '../../account.ts';
import type { Cause } from '../../cause.ts';
import { dropSpan, drops, waitsForNode } from '../../evidence.ts';
import { ANY_NODE, boundNode } from '../../remedies/nodes.ts';

export const NODE_GONE: Cause = {
  name: 'node-gone',
  title: 'clients ask a node that is gone',
  story:
    'A NodePort is to be had at every node, and so a client easily knows a single one. While that node is down its SYNs ' +
    'get no answer at all, although the service and its real servers are well and every other node would send them on; it ' +
    'sends them again, with longer and longer pauses, and goes on waiting for the next one when the node is back already.',
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
    const concerned = drops(result, 'unreachable');
    if (concerned === 0 || !waitsForNode(result.scenario)) return null;
    const text = `${count(concerned)} packets were sent to a node that was gone, by clients that know no other.`;
    return { concerned, ...dropSpan(result, 'unreachable'), text };
  },
  inRequest(account) {
    const lost = droppedFor(account, 'unreachable').filter(
      (story) => story.node === null && isFromClient(story),
    );
    const node = nodeOf(account);
    if (lost.length === 0 || node === undefined) return null;
    const since = account.scenario.events.findLast(
      ({ at_ns, action }) =>
        (action.kind === 'unplugNode' || action.kind === 'rebootNode') &&
        action.node === node &&
        at_ns <= lost[0]!.at_ns,
    );
    if (since === undefined) return null;
    const what = isSyn(lost[0]!) ? 'Its SYN was' : 'Its packet was';
    return `${what} for ${node}, which was gone since ${seconds(since.at_ns / 1e9)}; ${count(lost.length)} of its packets came to nothing there.`;
  },
};

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
