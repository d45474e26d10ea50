/** A network that loses packets, those of established connections among them. */
import { count, percent } from '../../report/numbers.ts';
import type { Hypothesis } from '../hypothesis.ts';

/** Healthy networks lose less. */
const LOSSY = 0.001;
/** A connection has more packets that may be lost than its SYN: where hardly others are sent again, SYNs alone go astray. */
const SYNS_ONLY = 0.1;
/** Where as many others are sent again as that, beside SYNs, whatever loses them does not choose. */
const ANY_PACKET = 0.25;
const MANY = 10;
/** Fewer may stay away by chance. */
const EXPECTED = 5;

export const LINK_LOSS: Hypothesis = {
  name: 'link-loss',
  title: 'the network loses packets',
  weigh(seen, scales) {
    const { retried } = seen;
    // Clients are those who send SYNs again.
    const [syns, all, sent] =
      seen.countersTogether('client', 'TcpExtTCPSynRetrans', 'TcpRetransSegs', 'TcpOutSegs') ?? [];
    if (all === undefined || syns === undefined || sent === undefined)
      scales.lacks(
        'nstat -asz TcpRetransSegs TcpExtTCPSynRetrans TcpOutSegs   # at the client',
        'whether data is sent again, too, or SYNs only',
      );
    else {
      const data = Math.max(0, all.value - syns.value);
      const share = data / Math.max(1, sent.value);
      const words = `${count(data)} segments that are no SYNs were sent again, ${percent(share)} of all`;
      const beside = `${words}, beside ${count(syns.value)} SYNs`;
      if (share >= LOSSY) scales.speaksFor('sign', all.at, words);
      if (data >= MANY && syns.value >= MANY && data >= ANY_PACKET * syns.value)
        scales.speaksFor('sign', syns.at, `${beside}: what is lost is not chosen`);
      else if (syns.value >= MANY && data < SYNS_ONLY * syns.value)
        scales.speaksAgainst('proof', syns.at, `${beside}: a network loses not only SYNs`);
      else if (share < LOSSY) scales.speaksAgainst('sign', all.at, words);
      // A SYN or its answer is lost as easily as anything else.
      const expected = retried === null ? 0 : 2 * share * retried.of;
      if (retried !== null && expected >= EXPECTED && retried.count <= expected / EXPECTED)
        scales.speaksAgainst(
          'sign',
          retried.at,
          `${count(retried.count)} of ${count(retried.of)} connects were slow, where such loss would have hit ${count(Math.round(expected))}`,
        );
    }
    const node = seen.synsKept;
    if (node?.explains === true)
      scales.speaksAgainst('proof', node.at, `${node.words}: no network lost them`);
    if (retried?.isMuch === true)
      scales.speaksFor(
        'hint',
        retried.at,
        `${percent(retried.share)} of the connects took a second or longer`,
      );
  },
  // A SYN and its answer cross two links each.
  stage(seen) {
    const share = seen.retried?.share ?? 0;
    const loss = Math.max(LOSSY, 1 - (1 - Math.min(0.9, share)) ** 0.25);
    return { lines: [`links: { loss: ${loss.toFixed(4)} }     # that many connects would be slow`] };
  },
};
