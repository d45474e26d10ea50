/** A pod that calls its own service, and is picked to answer. */
import { count } from '../../report/numbers.ts';
import { droppedFor } from '../account.ts';
import type { Cause } from '../cause.ts';
import { dropSpan, drops } from '../evidence.ts';

export const HAIRPIN: Cause = {
  name: 'hairpin',
  title: 'a pod does not reach itself through its service',
  story:
    'A pod called its own service, and the real server that was picked is the pod itself. The packet came back ' +
    'with the address of its own host as the source, and no host takes such a packet from outside. Masquerading ' +
    'what comes back to its sender would give it another source.',
  kernel: 'ip_handle_martian_source(), at the host of the real server',
  client: 'Silence: a connect that is sent again until ETIMEDOUT, or a datagram that is lost.',
  visible: [
    [
      'sysctl -w net.ipv4.conf.all.log_martians=1; dmesg',
      '"martian source" with the address of the pod twice',
    ],
    ['nstat -az TcpExtTCPSynRetrans', 'grows at the client'],
  ],
  remedies: [],
  reasons: ['martian_source'],
  inResult(result) {
    const concerned = drops(result, 'martian_source');
    if (concerned === 0) return null;
    return {
      concerned,
      ...dropSpan(result, 'martian_source'),
      text: `${count(concerned)} packets came back to the host that had sent them.`,
    };
  },
  inRequest: (account) =>
    droppedFor(account, 'martian_source').length > 0
      ? 'Its packets came back to its own host, which takes none with its own address as the source.'
      : null,
};
