/** A real server that does not answer, while others do. */
import { count } from '../../report/numbers.ts';
import type { Hypothesis } from '../hypothesis.ts';

const SYN_STATES = ['SYN_RECV', 'SYN_SENT'];
/** Fewer are connects under way. */
const MANY = 5;

export const DEAD_SERVER: Hypothesis = {
  name: 'dead-server',
  title: 'a real server does not answer',
  weigh(seen, scales) {
    const servers = new Map<string, { all: number; opening: number; at: (typeof entries)[number]['at'] }>();
    const entries = seen
      .all('entries')
      .filter(({ protocol, templates }) => protocol === 'tcp' && templates === 0);
    for (const { server, state, count: number, at } of entries) {
      const sum = servers.get(server) ?? { all: 0, opening: 0, at };
      sum.all += number;
      if (SYN_STATES.includes(state)) {
        sum.opening += number;
        sum.at = at;
      }
      servers.set(server, sum);
    }
    const [first] = entries;
    if (first === undefined) {
      scales.lacks('ipvsadm -Lnc', 'whether the entries of one real server stay in SYN_RECV');
      return;
    }
    const dead = [...servers].filter(([, { all, opening }]) => opening >= MANY && opening > all / 2);
    const [worst] = dead;
    if (worst === undefined) {
      scales.speaksAgainst('sign', first.at, 'no real server has most of its entries in SYN_RECV');
      return;
    }
    const [server, { all, opening, at }] = worst;
    const words = `${count(opening)} of the ${count(all)} entries of ${server} are in SYN_RECV`;
    scales.speaksFor('sign', at, words);
    if (dead.length < servers.size) scales.speaksFor('hint', at, 'those of other real servers are not');
    scales.lacks(
      `ping ${server.split(':')[0]}; ip neigh   # at the director`,
      'whether the host is there at all',
    );
    const timeouts = seen.errors('timeout');
    if (timeouts !== null) scales.speaksFor('hint', timeouts.at, 'clients waited in vain');
  },
};
