/** Connects that are quick, and answers that are not: the way there is innocent. */
import { milliseconds, percent } from '../../report/numbers.ts';
import type { Hypothesis } from '../hypothesis.ts';

const SLOW_MS = 900;

export const SLOW_SERVER: Hypothesis = {
  name: 'slow-server',
  title: 'a real server takes long to answer',
  weigh(seen, scales) {
    const { retried } = seen;
    const [requests] = seen.all('requests');
    if (requests === undefined || retried === null) {
      scales.lacks(
        "curl -o /dev/null -sw '%{time_connect} %{time_starttransfer}\\n' http://VIP:PORT/",
        'whether connecting takes long, or answering',
      );
      return;
    }
    const slowest = milliseconds(requests.slowest_ms);
    if (retried.isMuch)
      scales.speaksAgainst(
        'sign',
        retried.at,
        `it is connects that take long, ${percent(retried.share)} of them`,
      );
    else if (requests.slowest_ms >= SLOW_MS) {
      scales.speaksFor('proof', requests.at, `connects are quick, the slowest request took ${slowest}`);
    } else scales.speaksAgainst('sign', requests.at, `the slowest request took ${slowest}`);
  },
};
