/** A real server that does not answer, while others do. */
import type { Place } from '../../evidence/fact.ts';
import { count } from '../../report/numbers.ts';
import type { Hypothesis } from '../hypothesis.ts';

const SYN_STATES = ['SYN_RECV', 'SYN_SENT'];
/** Fewer are connects under way. */
const MANY = 5;
/** So many times as many as at others. */
const UNLIKE_OTHERS = 10;

/** Entries of a real server. */
interface Sum {
  readonly service: string;
  all: number;
  opening: number;
  at: Place;
}

export const DEAD_SERVER: Hypothesis = {
  name: 'dead-server',
  title: 'a real server does not answer',
  weigh(seen, scales) {
    const servers = new Map<string, Sum>();
    const entries = seen
      .all('entries')
      .filter(({ protocol, templates }) => protocol === 'tcp' && templates === 0);
    for (const { service, server, state, count: number, at } of entries) {
      const sum = servers.get(server) ?? { service, all: 0, opening: 0, at };
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
    const dead = [...servers].filter(([, server]) => {
      if (server.opening < MANY) return false;
      const peers = [...servers.values()].filter(({ service }) => service === server.service);
      const opening = peers.reduce((sum, peer) => sum + peer.opening, 0);
      // Entries in TIME_WAIT outlive those in SYN_RECV, and tell of the time before it died.
      const others = (opening - server.opening) / Math.max(1, peers.length - 1);
      const isAlone = peers.length > 1 && server.opening >= UNLIKE_OTHERS * others;
      return isAlone || server.opening > server.all / 2;
    });
    const [worst] = dead;
    if (worst === undefined) {
      scales.speaksAgainst('sign', first.at, 'no real server has many more entries in SYN_RECV than others');
      return;
    }
    const [server, { all, opening: stuck, at }] = worst;
    const words = `${count(stuck)} of the ${count(all)} entries of ${server} are in SYN_RECV`;
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
