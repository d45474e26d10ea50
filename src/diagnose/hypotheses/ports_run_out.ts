/** A client that has no source port left. */
import { count } from '../../report/numbers.ts';
import { besideCount, type Hypothesis } from '../hypothesis.ts';

export const PORTS_RUN_OUT: Hypothesis = {
  name: 'ports-run-out',
  title: 'no source port is left at the client',
  weigh(seen, scales) {
    const none = seen.errors('no port');
    if (none !== null)
      scales.speaksFor(
        'proof',
        none.at,
        `connect() found no source port (EADDRNOTAVAIL, ${count(none.value)} times)`,
      );
    const peers = new Map<string, number>();
    const sockets = seen.allAt('sockets', 'client').filter(({ state }) => state !== 'UNCONN');
    for (const { peer, count: number } of sockets) peers.set(peer, (peers.get(peer) ?? 0) + number);
    const [first] = sockets;
    if (first === undefined) {
      scales.lacks('ss -tan   # at the client', 'how many ports one destination takes');
      return;
    }
    const [peer, most] = [...peers].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
    const at = sockets.find((fact) => fact.peer === peer)?.at ?? first.at;
    const words = `${count(most)} sockets to ${peer}, where there are ${count(seen.ports)} source ports`;
    if (most >= 0.95 * seen.ports) scales.speaksFor('sign', at, words);
    else if (none === null)
      scales.speaksAgainst(seen.isAt(first, 'client') === 'yes' ? 'proof' : 'sign', at, `at most ${words}`);
  },
  // A client that closes first keeps each port for a minute in TIME_WAIT: at that rate the last is taken after 40 s.
  stage: (seen) => ({
    duration_s: 60,
    server: ['closesFirst: client'],
    client: { load: `rate: ${Math.ceil(seen.ports / 40)}/s` },
  }),
  beside: (seen, { errors }) =>
    besideCount('connects without a port', seen.errors('no port'), errors.EADDRNOTAVAIL ?? 0),
};
