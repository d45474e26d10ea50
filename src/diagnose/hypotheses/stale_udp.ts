/** Datagrams that go on to a real server which is gone. */

import { yamlAddress } from '../../import/yaml_words.ts';
import { count } from '../../report/numbers.ts';
import { hostOf } from '../../text/endpoint.ts';
import { besideCount, type Hypothesis, mostOf } from '../hypothesis.ts';
import { strayEntries, weighNoStrays } from '../stray_entries.ts';

/** More show nothing that these do not. */
const MOST_PORTS = 1000;

export const STALE_UDP: Hypothesis = {
  name: 'stale-udp',
  title: 'datagrams stay with a real server that is gone',
  weigh(seen, scales) {
    // A node without UDP services need not be asked about them.
    const [service] = seen.services.filter(({ protocol }) => protocol === 'udp');
    if (service === undefined) return;
    const strays = strayEntries(seen, 'udp', 'gone');
    if (strays === null) {
      scales.lacks('ipvsadm -Lnc', 'entries that name a real server which is gone');
      return;
    }
    const [first] = strays.entries;
    if (first === undefined) {
      weighNoStrays(strays, 'udp', scales);
      return;
    }
    const number = strays.entries.reduce((sum, entry) => sum + entry.count, 0);
    const weight = seen.server('udp', first.service, first.server)?.weight;
    const how = weight === 0 ? 'whose weight is 0' : 'which the service has no more';
    scales.speaksFor('proof', first.at, `${count(number)} UDP entries name ${first.server}, ${how}`);
  },
  stage(seen) {
    const [stray] = strayEntries(seen, 'udp', 'gone')?.entries ?? [];
    if (stray === undefined) return {};
    const isListed = seen.server('udp', stray.service, stray.server) !== undefined;
    const ports = Math.min(MOST_PORTS, 2 * stray.count);
    return {
      service: `udp:${stray.service}`,
      duration_s: 60,
      first: [stray.server],
      client: { load: `rate: ${ports}/s`, ports: `40000-${40_000 + ports - 1}` },
      events: [
        `{ at: 10s, ${isListed ? `weight: { "${stray.server}": 0 }` : `delete: "${stray.server}"`} }`,
        `{ at: 10s, unplug: ${yamlAddress(hostOf(stray.server))} }`,
      ],
    };
  },
  beside(seen, result) {
    const strays = strayEntries(seen, 'udp', 'gone');
    const [first] = strays?.entries ?? [];
    if (first === undefined) return [];
    const value = strays!.entries.reduce((sum, entry) => sum + entry.count, 0);
    return besideCount(
      'entries that name it',
      { value, at: first.at },
      mostOf(result, `inact_conn[${first.server}]`),
    );
  },
};
