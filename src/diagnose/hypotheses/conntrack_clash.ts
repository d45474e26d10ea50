/** Two flows that need one conntrack tuple, of which the later one loses its first packet. */
import { count } from '../../report/numbers.ts';
import { portOf } from '../../text/endpoint.ts';
import { besideCount, type Hypothesis } from '../hypothesis.ts';

export const CONNTRACK_CLASH: Hypothesis = {
  name: 'conntrack-clash',
  title: 'two connections need the same conntrack tuple (insert_failed)',
  weigh(seen, scales) {
    const failed = seen.counter('director', 'conntrack.insert_failed');
    if (failed === null) return;
    if (failed.value === 0) {
      scales.speaksAgainst(failed.isSure ? 'proof' : 'sign', failed.at, 'insert_failed is 0');
      return;
    }
    // It counts from the start of the host: that it is not 0 singles nothing out.
    scales.speaksFor(
      'hint',
      failed.at,
      `conntrack found ${count(failed.value)} tuples taken (insert_failed)`,
    );
    const dns = seen.services.find(({ protocol, address }) => protocol === 'udp' && portOf(address) === 53);
    if (dns !== undefined)
      scales.speaksFor(
        'hint',
        dns.at,
        'there is DNS over UDP, whose clients ask for A and AAAA from one port at once, and wait for 5 s where one is lost',
      );
    scales.lacks('conntrack -S; sleep 10; conntrack -S', 'whether insert_failed grows while clients wait');
  },
  beside: (seen, { drops }) =>
    besideCount(
      'packets whose tuple was taken',
      seen.counter('director', 'conntrack.insert_failed'),
      drops.conntrack_clash ?? 0,
    ),
};
