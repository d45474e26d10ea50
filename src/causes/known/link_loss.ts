/** The network loses packets. */
import { count } from '../../report/numbers.ts';
import { droppedFor } from '../account.ts';
import type { Cause } from '../cause.ts';
import { dropSpan, drops } from '../evidence.ts';
import { MEND_LINK } from '../remedies/services.ts';

export const LINK_LOSS: Cause = {
  name: 'link-loss',
  title: 'the network loses packets',
  story:
    'A link lost the packet, as the scenario asks it to. TCP sends it again: after 1 s what opens a ' +
    'connection, after some 200 ms what an established one carries (SCTP after 3 s and 1 s). Datagrams are lost.',
  kernel: 'none: the network',
  client: 'A retransmission; a lost SYN costs 1 s and looks like the cliff.',
  visible: [
    ['ip -s link', 'errors and drops of the interfaces on the way'],
    ['nstat -az TcpRetransSegs TcpExtTCPSynRetrans', 'grows'],
    ['tcpdump at both ends of a link', 'a packet that is sent and does not arrive'],
  ],
  remedies: [MEND_LINK],
  reasons: ['link_loss'],
  inResult(result) {
    const concerned = drops(result, 'link_loss');
    if (concerned === 0) return null;
    return {
      concerned,
      ...dropSpan(result, 'link_loss'),
      text: `${count(concerned)} packets were lost on links.`,
    };
  },
  inRequest: (account) =>
    droppedFor(account, 'link_loss').length > 0 ? 'A link lost a packet of it.' : null,
};
