/** An entry whose real server has been deleted from the service. */
import { count } from '../../report/numbers.ts';
import { decisionOf, droppedFor } from '../account.ts';
import type { Cause } from '../cause.ts';
import { REASONS } from '../drop_reasons.ts';
import { dropSpan, drops, ipvsServices } from '../evidence.ts';
import { WEIGHT_FIRST } from '../remedies/services.ts';
import { NODEST_1 } from '../remedies/sysctls.ts';
import { KUBE_PROXY_DRAINS } from '../remedies/versions.ts';

export const DELETED_SERVER: Cause = {
  name: 'deleted-server',
  title: 'entries of a deleted server swallow packets',
  story:
    `${REASONS.dest_unavailable.happened} ` +
    'IPVS drops in silence: without expire_nodest_conn the entry stays, in case the server comes back, and swallows ' +
    'whatever belongs to it until its timer is over.',
  kernel: 'ip_vs_in(), `cp->dest && !(cp->dest->flags & IP_VS_DEST_F_AVAILABLE)`, in ip_vs_core.c',
  client:
    'Silence and retransmissions until the entry expires; with expire_nodest_conn=1 until the next packet, which is ' +
    'scheduled anew.',
  visible: [
    ['ipvsadm -Lnc', 'entries that name a real server which ipvsadm -Ln does not list'],
    [
      'tcpdump on both sides of the director',
      'packets that come in and do not go out; no IPVS counter moves',
    ],
  ],
  remedies: [NODEST_1, KUBE_PROXY_DRAINS, WEIGHT_FIRST],
  reasons: ['dest_unavailable'],
  inResult(result) {
    const concerned = drops(result, 'dest_unavailable');
    const services = ipvsServices(result).filter(
      ({ protocol, persistent_s }) => protocol !== 'udp' && persistent_s === 0,
    );
    if (concerned === 0 || services.length === 0) return null;
    const text = `${count(concerned)} packets met the entry of a real server that had been deleted.`;
    return { concerned, ...dropSpan(result, 'dest_unavailable'), text };
  },
  inRequest(account) {
    const { length } = droppedFor(account, 'dest_unavailable');
    if (length === 0) return null;
    const server = decisionOf(account, 'ip_vs_in')?.values.server;
    const which = server === undefined ? 'a real server' : String(server);
    return `${length === 1 ? 'A packet' : `${length} packets`} of it met the entry of ${which}, which had been deleted.`;
  },
};
