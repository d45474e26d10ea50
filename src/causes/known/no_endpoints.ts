/** A service without a real server that could be chosen. */
import { count } from '../../report/numbers.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { droppedFor } from '../account.ts';
import type { Cause } from '../cause.ts';
import { REASONS } from '../drop_reasons.ts';
import { dropSpan, drops } from '../evidence.ts';
import { GIVE_WEIGHT, NO_THRESHOLD, OTHER_SCHEDULER } from '../remedies/services.ts';
import { HASHED_SERVER, hashedDrops } from './hashed_server.ts';

export const NO_ENDPOINTS: Cause = {
  name: 'no-endpoints',
  title: 'a service without a real server to choose',
  story:
    `${REASONS.no_dest.happened} ` +
    'It makes no entry, and answers the same host no more often than icmp_ratelimit lets it.',
  kernel: 'ip_vs_schedule() finds none, ip_vs_leave() answers, in net/netfilter/ipvs/ip_vs_core.c',
  client:
    'Connection refused (ECONNREFUSED), at once; SYN retransmissions where the ICMP rate limit holds the answer back.',
  visible: [
    ['ipvsadm -Ln', 'the service without a real server below it, or all of weight 0'],
    ['dmesg', '"IPVS: rr: TCP ... no destination available", at a limited rate'],
    ['nstat -az IcmpOutDestUnreachs', 'grows at the director'],
  ],
  remedies: [GIVE_WEIGHT, NO_THRESHOLD, OTHER_SCHEDULER],
  reasons: ['no_dest'],
  inResult(result) {
    const concerned = drops(result, 'no_dest') - hashedDrops(result);
    if (concerned === 0) return null;
    const text = `${count(concerned)} packets found no real server. ${which(result.scenario)}`;
    return { concerned, ...dropSpan(result, 'no_dest'), text };
  },
  inRequest(account) {
    if (droppedFor(account, 'no_dest').length === 0 || HASHED_SERVER.inRequest(account) !== null) return null;
    const silent = account.errno === 'ETIMEDOUT' ? ' The ICMP rate limit held the answer back.' : '';
    return `There was no real server to choose for it.${silent}`;
  },
};

/** More names are not read. */
const MOST_NAMES = 3;

/** What the scenario says of it, as far as it does. */
function which({ services }: Scenario): string {
  const empty = services.filter(({ realServers }) => realServers.length === 0);
  if (empty.length > 0) return `${namesOf(empty)} ${empty.length === 1 ? 'has' : 'have'} none.`;
  const quiet = services.find(({ realServers }) => realServers.every(({ weight }) => weight === 0));
  if (quiet !== undefined) return `All of ${quiet.address} have weight 0.`;
  const limited = services.find(({ realServers }) =>
    realServers.every(({ upperThreshold }) => upperThreshold > 0),
  );
  if (limited !== undefined) return `Those of ${limited.address} were over their upper threshold.`;
  const full = services.find(({ scheduler }) => scheduler === 'ovf');
  if (full !== undefined)
    return `ovf of ${full.address} passes over those with more active connections than their weight.`;
  return 'For some time every one had weight 0 or had been deleted.';
}

function namesOf(services: Scenario['services']): string {
  const names = services.slice(0, MOST_NAMES).map(({ address }) => address);
  const more = services.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${count(more)} more` : names.join(', ');
}
