/** Entries that name a real server which the table has no more. */
import { count } from '../../report/numbers.ts';
import type { Hypothesis } from '../hypothesis.ts';
import { strayEntries, weighNoStrays } from '../stray_entries.ts';

/** More show nothing that these do not. */
const MOST_WORKERS = 200;

export const DELETED_SERVER: Hypothesis = {
  name: 'deleted-server',
  title: 'entries of a deleted real server swallow packets (a stale real server)',
  weigh(seen, scales) {
    const strays = strayEntries(seen, 'tcp', 'deleted');
    if (strays === null) {
      scales.lacks(
        'ipvsadm -Ln; ipvsadm -Lnc',
        'entries that name a real server which the table does not list',
      );
      return;
    }
    const [first] = strays.entries;
    if (first === undefined) {
      weighNoStrays(strays, 'tcp', scales);
      return;
    }
    const number = strays.entries.reduce((sum, entry) => sum + entry.count, 0);
    scales.speaksFor(
      'sign',
      first.at,
      `${count(number)} entries name ${first.server}, which ${first.service} has no more`,
    );
    const rest = seen
      .all('server')
      .filter(
        ({ protocol, service, weight }) => protocol === 'tcp' && service === first.service && weight > 0,
      );
    if (rest.length === 0)
      scales.speaksAgainst(
        'sign',
        first.at,
        `${first.service} has no other real server, either: see no-endpoints`,
      );
    const expire = seen.sysctl('net.ipv4.vs.expire_nodest_conn');
    if (expire === null)
      scales.lacks('sysctl net.ipv4.vs.expire_nodest_conn', 'with 0 packets are dropped in silence');
    else if (expire.value === 0)
      scales.speaksFor(
        'sign',
        expire.at,
        'expire_nodest_conn is 0: packets of such entries are dropped in silence',
      );
    else
      scales.speaksAgainst(
        'hint',
        expire.at,
        'expire_nodest_conn is 1: such entries go with their next packet',
      );
    const timeouts = seen.errors('timeout');
    if (timeouts !== null) scales.speaksFor('hint', timeouts.at, 'clients waited in vain');
  },
  stage(seen) {
    const [stray] = strayEntries(seen, 'tcp', 'deleted')?.entries ?? [];
    if (stray === undefined) return {};
    return {
      service: `tcp:${stray.service}`,
      duration_s: 60,
      first: [stray.server],
      client: {
        load: `concurrency: ${Math.min(MOST_WORKERS, 2 * stray.count)}`,
        lines: ['keepAlive: true', 'thinkTime: 100ms'],
      },
      events: [`{ at: 10s, delete: "${stray.server}" }`],
    };
  },
};
