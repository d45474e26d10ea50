/** Datagrams that go on to a real server which is gone. */
import { count } from '../../report/numbers.ts';
import type { Hypothesis } from '../hypothesis.ts';
import { strayEntries } from '../stray_entries.ts';

export const STALE_UDP: Hypothesis = {
  name: 'stale-udp',
  title: 'datagrams stay with a real server that is gone',
  weigh(seen, scales) {
    // A node without UDP services need not be asked about them.
    const [service] = seen.services.filter(({ protocol }) => protocol === 'udp');
    if (service === undefined) return;
    const strays = strayEntries(seen, 'udp', 'gone');
    if (strays === null) {
      scales.lacks('ipvsadm -Lnc | grep UDP', 'entries that name a real server which is gone');
      return;
    }
    const [first] = strays.entries;
    if (first === undefined) {
      scales.speaksAgainst('proof', strays.at, 'every UDP entry names a real server that is there');
      return;
    }
    const number = strays.entries.reduce((sum, entry) => sum + entry.count, 0);
    const weight = seen.server('udp', first.service, first.server)?.weight;
    const how = weight === 0 ? 'whose weight is 0' : 'which the service has no more';
    scales.speaksFor('proof', first.at, `${count(number)} UDP entries name ${first.server}, ${how}`);
  },
};
