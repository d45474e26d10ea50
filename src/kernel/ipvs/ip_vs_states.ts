/** ip_vs_state_name(): an entry's state under the name that ipvsadm and /proc print. */
import { IPPROTO_SCTP, IPPROTO_TCP } from '../sk_buff.ts';
import { IP_VS_SCTP_STATE_NAMES } from './ip_vs_proto_sctp.ts';
import { IP_VS_TCP_STATE_NAMES } from './ip_vs_tcp_states.ts';

export function stateName(protocol: number, state: number): string {
  if (protocol === IPPROTO_TCP) return IP_VS_TCP_STATE_NAMES[state]!;
  return protocol === IPPROTO_SCTP ? IP_VS_SCTP_STATE_NAMES[state]! : 'UDP';
}
