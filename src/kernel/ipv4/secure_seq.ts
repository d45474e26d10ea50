/**
 * net/core/secure_seq.c: numbers that differ from connection to connection but not from run to run. The
 * kernel keys SipHash with random bytes; here a plain mixing function is keyed with a number drawn from the
 * scenario's seed, which decides nothing but where sequences start.
 */
import { mix } from '../../engine/hash_chains.ts';

/** secure_tcp_seq(): grows by one every 64 ns, so that a port that comes round is accepted in TIME_WAIT. */
export function secure_tcp_seq(
  secret: number,
  now_ns: number,
  caddr: number,
  cport: number,
  service: number,
): number {
  return (mix(caddr ^ secret, secret, (cport << 16) | service) + ((now_ns / 64) | 0)) | 0;
}

/** secure_ipv4_port_ephemeral(): where the walk through the ports starts, 32 bits. */
export function secure_ipv4_port_ephemeral(
  secret: number,
  saddr: number,
  daddr: number,
  dport: number,
): number {
  return mix(saddr ^ secret, daddr, dport) >>> 0;
}
