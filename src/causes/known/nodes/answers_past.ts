/** Real servers whose answers do not come back to the director. */
import { count } from '../../../report/numbers.ts';
import { oneOrBoth } from '../../../scenario/addresses.ts';
import type { Scenario, Service } from '../../../scenario/scenario.ts';
import { AddressBook } from '../../../text/address_book.ts';
import { endpointText } from '../../../text/endpoint.ts';
import { isFromClient, isSyn, type RequestAccount, serverOf } from '../../account.ts';
import type { Cause } from '../../cause.ts';
import { errorSpan, errors } from '../../evidence.ts';
import { ANSWERS_BACK, MASQUERADE } from '../../remedies/nodes.ts';

export const ANSWERS_PAST: Cause = {
  name: 'answers-past',
  title: 'answers of real servers go past the director',
  story:
    'IPVS translates by masquerading both ways, and needs the answer to pass it again. A real server whose route to the ' +
    'client does not lead back through the director, as that of a pod on another node where nobody is masqueraded, ' +
    'answers the client by itself, from its own address. The client has no connection with that address and ' +
    'takes no notice; it sends its SYN again until it gives up. The entry stays in SYN_RECV.',
  kernel: 'ip_vs_out() never sees the answer; tcp_v4_rcv() of the client has no socket for it',
  client: 'ETIMEDOUT for every connection that is scheduled to such a real server, and none for the others.',
  visible: [
    ['ipvsadm -Lnc', 'entries in SYN_RECV of some real servers only'],
    ['tcpdump -n at the client', 'SYN+ACKs from the address of a real server, answered with RST'],
    ['ip route get CLIENT at the real server', 'a way that does not lead over the director'],
  ],
  remedies: [MASQUERADE, ANSWERS_BACK],
  reasons: [],
  inResult(result) {
    const concerned = errors(result, 'ETIMEDOUT');
    const past = pastOf(result.scenario);
    if (concerned === 0 || past.length === 0) return null;
    const text =
      `${count(concerned)} ${concerned === 1 ? 'request' : 'requests'} got no answer: those of ${past.slice(0, 3).join(', ')}` +
      `${past.length > 3 ? ` and ${past.length - 3} more` : ''} go past the director.`;
    return { concerned, ...errorSpan(result, 'ETIMEDOUT'), text };
  },
  inRequest(account) {
    const server = serverOf(account);
    const reached = account.own.some(
      (story) =>
        isFromClient(story) &&
        isSyn(story) &&
        story.fate.kind === 'arrived' &&
        story.fate.point === 'real-server',
    );
    if (server === null || !reached || !pastOf(account.scenario).includes(server) || hasAnswer(account))
      return null;
    return `It reached ${server}, which answers the client past the director, from an address that the client has no connection with.`;
  },
};

function pastOf(scenario: Scenario): string[] {
  return scenario.services
    .filter(
      (service) => service.path === 'ipvs' && service.forward === 'masq' && keepsClients(service, scenario),
    )
    .flatMap(({ realServers }) =>
      realServers.filter(({ answers }) => answers === 'client').map(({ address }) => address),
    );
}

/** Whether a client's own address may reach its real servers: answers to a node's address come back to it. */
function keepsClients({ name, exposed }: Service, scenario: Scenario): boolean {
  const { masquerade, nodes = [], sysctl, clients } = scenario;
  if (masquerade === undefined || sysctl['net.ipv4.vs.conntrack'] === 0) return true;
  if (exposed !== undefined) return exposed.isLocal;
  const book = new AddressBook();
  const ranges = [masquerade, ...nodes].flatMap(({ podRange }) =>
    oneOrBoth(podRange).map((range) => book.prefix(range)),
  );
  return clients.some(
    ({ to, addresses }) =>
      to === name &&
      addresses.some((text) => ranges.some((range) => book.contains(range, book.address(text) | 0))),
  );
}

function hasAnswer({ own, scenario }: RequestAccount): boolean {
  const services = new Set(scenario.services.map(({ address }) => address));
  return own.some(
    ({ fate }) =>
      fate.kind === 'arrived' &&
      fate.point === 'client' &&
      services.has(endpointText(fate.packet.source, fate.packet.sourcePort)),
  );
}
