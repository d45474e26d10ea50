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
      // Where others hang, more is wrong than that.
      const weight = seen.errors('timeout') === null ? 'proof' : 'hint';
      scales.speaksFor(weight, requests.at, `connects are quick, the slowest request took ${slowest}`);
    } else scales.speaksAgainst('sign', requests.at, `the slowest request took ${slowest}`);
  },
  stage(seen) {
    const [requests] = seen.all('requests');
    if (requests === undefined) return {};
    const median_ms = Math.max(1, Math.round(requests.median_ms));
    // Times that differ much have a tail: an exponential distribution has half of them below 0.69 of its mean.
    const isTailed = requests.slowest_ms > 2 * requests.median_ms;
    const mean_ms = Math.max(
      median_ms / Math.LN2,
      requests.slowest_ms / Math.log(Math.max(3, requests.count)),
    );
    return { serviceTime: isTailed ? `{ exponential: ${Math.round(mean_ms)}ms }` : `${median_ms}ms` };
  },
  shows: ({ times_ms }) => times_ms.processing.max >= SLOW_MS && times_ms.connect.max < SLOW_MS,
  beside(seen, { times_ms }) {
    const [requests] = seen.all('requests');
    if (requests === undefined) return [];
    const row = (what: string, observed: number, simulated: number) => ({
      what,
      observed: milliseconds(observed),
      simulated: milliseconds(simulated),
      at: requests.at,
    });
    return [
      row('median request', requests.median_ms, times_ms.processing.median),
      row('slowest request', requests.slowest_ms, times_ms.processing.max),
    ];
  },
};
