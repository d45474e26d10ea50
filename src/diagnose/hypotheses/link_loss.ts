/** A network that loses packets, those of established connections among them. */
import { count, percent } from '../../report/numbers.ts';
import type { Hypothesis } from '../hypothesis.ts';

/** Healthy networks lose less. */
const LOSSY = 0.001;

export const LINK_LOSS: Hypothesis = {
  name: 'link-loss',
  title: 'the network loses packets',
  weigh(seen, scales) {
    const all = seen.counter('TcpRetransSegs');
    const syns = seen.counter('TcpExtTCPSynRetrans');
    const sent = seen.counter('TcpOutSegs');
    if (all === null || syns === null || sent === null)
      scales.lacks(
        'nstat -asz TcpRetransSegs TcpExtTCPSynRetrans TcpOutSegs   # at the client',
        'whether data is sent again, too, or SYNs only',
      );
    else {
      const data = Math.max(0, all.value - syns.value);
      const share = data / Math.max(1, sent.value);
      const words = `${count(data)} segments that are no SYNs were sent again, ${percent(share)} of all`;
      if (share >= LOSSY) scales.speaksFor('proof', all.at, words);
      else if (syns.value > 0)
        scales.speaksAgainst(
          'proof',
          syns.at,
          `${words}: a network loses not only SYNs (${count(syns.value)} of those)`,
        );
      else scales.speaksAgainst('proof', all.at, words);
    }
    const { retried } = seen;
    if (retried !== null && retried.count > 0)
      scales.speaksFor(
        'hint',
        retried.at,
        `${percent(retried.share)} of the connects took a second or longer`,
      );
  },
};
