/** random-fully gives a port that the real server has in TIME_WAIT to a connection whose time stamps are behind. */
import { count } from '../../report/numbers.ts';
import { decisionOf } from '../account.ts';
import type { Cause } from '../cause.ts';
import { spanOf } from '../evidence.ts';
import { CLOCK_STAMPS } from '../remedies/clients.ts';
import { PLAIN_MASQUERADE } from '../remedies/node.ts';

export const TIME_STAMPS: Cause = {
  name: 'time-stamps',
  title: 'a real server refuses SYNs for their time stamps',
  story:
    'Masquerading drew a source port that another connection had used, and the real server still has that one in ' +
    "TIME_WAIT. The client's kernel gives each connection an offset of its own for its TCP time stamps, so those of the " +
    'new SYN may be behind; the real server takes it for an old duplicate (PAWS) and acknowledges the old connection. The ' +
    'client resets that one and sends its SYN again after two jiffies; where that meets another such port, it waits for ' +
    'its next retransmission.',
  kernel:
    'tcp_timewait_state_process() at the real server; secure_tcp_seq_and_ts_off() at the client, with ports in v7.0, 6.1.191 ' +
    'and other releases with 165573e41f2f; nf_nat_l4proto_unique_tuple() in between',
  client: 'Some connects take 20 to 30 ms (two jiffies) and a few 2 s and 6 s; from v6.5 on 1 s and 2 s.',
  visible: [
    ['nstat -az TcpExtPAWSEstab', 'grows at the real server, as fast as TcpOutRsts at the client'],
    ['iptables-save -t nat | grep random-fully', 'ports are drawn and not kept'],
    ['sysctl net.ipv4.tcp_timestamps', '1 at the client'],
  ],
  remedies: [PLAIN_MASQUERADE, CLOCK_STAMPS],
  reasons: [],
  inResult(result) {
    const concerned = result.totals.paws_rejected ?? 0;
    if (concerned === 0) return null;
    const text = `Real servers refused ${count(concerned)} SYNs whose time stamps were behind those of a connection in TIME_WAIT.`;
    return { concerned, ...spanOf(result), text };
  },
  inRequest: (account) =>
    decisionOf(account, 'tcp_timewait_state_process', 'PAWS') === undefined
      ? null
      : 'The real server had the port that masquerading drew in TIME_WAIT, and refused the SYN for its time stamp.',
};
