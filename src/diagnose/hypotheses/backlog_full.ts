/** A listener whose accept queue is full. */
import { count } from '../../report/numbers.ts';
import type { Hypothesis } from '../hypothesis.ts';

export const BACKLOG_FULL: Hypothesis = {
  name: 'backlog-full',
  title: 'the accept queue of a real server is full',
  weigh(seen, scales) {
    const overflows = seen.counter('TcpExtListenOverflows', 'TcpExtListenDrops');
    const { retried } = seen;
    if (overflows === null)
      scales.lacks(
        'nstat -asz TcpExtListenOverflows TcpExtListenDrops   # at the real servers',
        'grows when it is',
      );
    else if (overflows.value === 0)
      scales.speaksAgainst('proof', overflows.at, 'no listen queue has overflowed since that host started');
    else {
      // Counters count from the start of the host: a few say little beside many slow connects.
      const few = retried !== null && overflows.value < retried.count / 10;
      scales.speaksFor(
        few ? 'hint' : 'proof',
        overflows.at,
        `listen queues overflowed ${count(overflows.value)} times`,
      );
    }
    for (const { at, address, queued, backlog } of seen.all('listener')) {
      if (backlog > 0 && queued >= backlog)
        scales.speaksFor(
          'proof',
          at,
          `${queued} connections wait at ${address}, whose backlog is ${backlog}`,
        );
    }
    const flooding = seen.all('message').find(({ message }) => message === 'syn flooding');
    if (flooding !== undefined)
      scales.speaksFor('sign', flooding.at, 'the kernel took the connects for a SYN flood');
    if (retried?.count === 0)
      scales.speaksAgainst('sign', retried.at, 'no connect took as long as a retransmitted SYN');
    else if (retried !== null) scales.speaksFor('hint', retried.at, 'connects took a second or longer');
  },
};
