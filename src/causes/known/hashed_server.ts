/** A scheduler that hashes keeps to the hashed real server, though it takes nothing and others would. */
import type { Result } from '../../measure/result.ts';
import { count } from '../../report/numbers.ts';
import type { Service } from '../../scenario/scenario.ts';
import { hashes, isStubborn } from '../../scenario/schema/scheduler_fallback.ts';
import { serverLabels } from '../../scenario/server_labels.ts';
import { decisionOf } from '../account.ts';
import type { Cause } from '../cause.ts';
import { dropSpan, drops, ipvsServices } from '../evidence.ts';
import { HASH_FALLBACK, OTHER_SCHEDULER } from '../remedies/services.ts';

export const HASHED_SERVER: Cause = {
  name: 'hashed-server',
  title: 'the hashed real server takes nothing, others would',
  story:
    'sh, dh and mh pick a real server by a hash. One that has weight 0, or is over its upper threshold, keeps its places in ' +
    'their table (mh goes on with the last weight that was not 0), and without a fallback flag they look at no other: whoever ' +
    'hashes to it is refused by an ICMP port unreachable, as if the service had no real server at all, until it is deleted.',
  kernel: 'ip_vs_sh_get(), ip_vs_mh_get() or ip_vs_dh_schedule() return NULL, ip_vs_leave() answers',
  client:
    'Connection refused (ECONNREFUSED), at once; SYN retransmissions where the ICMP rate limit holds the answer back. Other ' +
    'clients, and with sh-port or mh-port other ports, are served.',
  visible: [
    [
      'ipvsadm -Ln',
      'sh, dh or mh without a fallback flag, a real server of weight 0 beside others that have some',
    ],
    ['dmesg', '"IPVS: mh: TCP ... no destination available", at a limited rate, though there are some'],
    ['nstat -az IcmpOutDestUnreachs', 'grows at the director'],
  ],
  remedies: [HASH_FALLBACK, OTHER_SCHEDULER],
  reasons: ['no_dest'],
  inResult(result) {
    const concerned = hashedDrops(result);
    if (concerned === 0) return null;
    const { scheduler, address } = hashing(result)[0]!;
    const text =
      `${count(concerned)} packets found no real server, though there was one to be had: ${scheduler} of ${address} ` +
      'looks at none but the hashed one.';
    return { concerned, ...dropSpan(result, 'no_dest'), text };
  },
  inRequest(account) {
    const refused =
      decisionOf(account, 'ip_vs_schedule', 'no destination') ??
      decisionOf(account, 'ip_vs_sched_persist', 'no destination');
    const { usable, scheduler } = refused?.values ?? {};
    if (typeof usable !== 'number' || !hashes(String(scheduler))) return null;
    const others = usable === 1 ? 'another would have taken it' : `${usable} others would have taken it`;
    return `${String(scheduler)} hashed it to a real server that takes nothing; ${others}.`;
  },
};

/** Packets that a scheduler refused though it had somebody; intervals in which another service had nobody are left out. */
export function hashedDrops(result: Result): number {
  const stubborn = hashing(result);
  if (stubborn.length === 0) return 0;
  const refused = result.series['drops[no_dest]'];
  if (refused === undefined) return 0;
  const others = asked(result).filter((service) => !stubborn.includes(service));
  const sum = refused.reduce<number>((total, value, row) => {
    const isHashed =
      stubborn.some((service) => hasUsable(result, service, row)) &&
      others.every((service) => hasUsable(result, service, row));
    return total + (isHashed ? (value ?? 0) : 0);
  }, 0);
  return Math.min(sum, drops(result, 'no_dest'));
}

/** Services that are asked and hash without a fallback. */
function hashing(result: Result): readonly Service[] {
  return asked(result).filter(isStubborn);
}

function asked(result: Result): readonly Service[] {
  const called = new Set(result.scenario.clients.map(({ to }) => to));
  return ipvsServices(result).filter(({ name }) => called.has(name));
}

/** Whether some real server without a threshold had weight from the beginning of an interval to its end. */
function hasUsable({ scenario, series }: Result, { name, realServers }: Service, row: number): boolean {
  const labels = serverLabels(scenario);
  return realServers.some(({ address, weight, upperThreshold }) => {
    if (upperThreshold > 0) return false;
    const weights = series[`weight[${labels.of(name, address)}]`];
    if (weights === undefined) return weight > 0;
    return (weights[Math.max(0, row - 1)] ?? 0) > 0 && (weights[row] ?? 0) > 0;
  });
}
