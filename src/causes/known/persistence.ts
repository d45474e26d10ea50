/** Persistence: one address, one server. */
import { percent } from '../../report/numbers.ts';
import { decisionOf } from '../account.ts';
import type { Cause } from '../cause.ts';
import { ipvsServices } from '../evidence.ts';
import { NO_AFFINITY } from '../remedies/services.ts';

/** Requests of the busiest server over its fair share from which on one may call it uneven. */
const UNEVEN = 1.5;
/** Fewer say nothing about a share. */
const ENOUGH = 50;

export const PERSISTENCE: Cause = {
  name: 'persistence',
  title: 'all connections of an address go to one server',
  story:
    'A persistent service keeps a template for each client address (or network, with a mask), and every connection ' +
    'from there goes to the real server that the template names. Many users behind one address, a proxy or a ' +
    'masquerading gateway, are one client. The template lasts as long as the persistence says, and while a connection ' +
    'remains it is renewed by 60 s at a time.',
  kernel: 'ip_vs_sched_persist() in net/netfilter/ipvs/ip_vs_core.c',
  client: 'Nothing, until its server is busy.',
  visible: [
    ['ipvsadm -Ln --persistent-conn', 'how many templates each real server has'],
    ['ipvsadm -Ln --rate', 'real servers with very different rates'],
  ],
  remedies: [NO_AFFINITY],
  reasons: [],
  inResult(result) {
    const names = new Set(
      ipvsServices(result).flatMap(({ name, persistent_s }) => (persistent_s > 0 ? [name] : [])),
    );
    for (const name of names) {
      const servers = result.realServers.filter(({ service, weight }) => service === name && weight > 0);
      const all = servers.reduce((sum, { requests }) => sum + requests, 0);
      const weights = servers.reduce((sum, { weight }) => sum + weight, 0);
      if (servers.length < 2 || all < ENOUGH) continue;
      const busiest = servers.reduce((most, one) =>
        one.requests / one.weight > most.requests / most.weight ? one : most,
      );
      const [share, fair] = [busiest.requests / all, busiest.weight / weights];
      if (share / fair < UNEVEN) continue;
      const text =
        `${busiest.address} got ${percent(share)} of the requests, where its weight entitles it to ` +
        `${percent(fair)}: the service is persistent and its clients have few addresses.`;
      return { concerned: 0, from_s: 0, to_s: result.scenario.duration_ns / 1e9, text };
    }
    return null;
  },
  inRequest(account) {
    const { values } = decisionOf(account, 'ip_vs_sched_persist', 'template') ?? {};
    if (values === undefined || values.weight === 0) return null;
    return `The client's template sends it to ${values.server}.`;
  },
};
