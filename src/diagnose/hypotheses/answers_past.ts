/** Real servers' answers that do not come through the node, which would have to give them its address back. */
import type { FactOf } from '../../evidence/fact.ts';
import { count } from '../../report/numbers.ts';
import { hostOf } from '../../text/endpoint.ts';
import type { Hypothesis } from '../hypothesis.ts';
import type { Seen } from '../seen.ts';
import { isOpening, MANY_PACKETS } from '../unanswered.ts';

/** Fewer are connects under way. */
const MANY = 5;

export const ANSWERS_PAST: Hypothesis = {
  name: 'answers-past',
  title: 'answers of real servers do not come back through the node',
  weigh(seen, scales) {
    const opening = openingService(seen);
    const mute = muteService(seen);
    if (opening === undefined && mute === undefined) return;
    if (opening !== undefined)
      scales.speaksFor(
        'sign',
        opening.at,
        `all ${count(opening.entries)} entries of ${opening.service} are in SYN_RECV, at ${opening.servers} real servers: none has seen an answer`,
      );
    if (mute !== undefined)
      scales.speaksFor(
        'sign',
        mute.at,
        `real servers of ${mute.service} got ${count(mute.to)} packets, and none came back through the node`,
      );
    const timeouts = seen.errors('timeout');
    if (timeouts !== null) scales.speaksFor('hint', timeouts.at, 'clients waited in vain');
    const server = hostOf(opening?.server ?? mute?.server ?? '');
    scales.lacks(
      `tcpdump -ni any host ${server}   # at the node, and at that real server`,
      'whether answers leave it, and which way they take; or whether what it is sent gets there',
    );
    scales.lacks(
      'iptables-save -t nat | grep -i masquerade   # at the node',
      "whether clients' addresses are masqueraded, so that answers have to come back here",
    );
  },
  // A run has it where it is told so; what evidence shows is brought about by real servers that answer past the node.
  stage(seen) {
    const service = openingService(seen)?.service ?? muteService(seen)?.service;
    return service === undefined
      ? {}
      : {
          service: `tcp:${service}`,
          duration_s: 30,
          server: ['answers: client'],
          client: { load: 'rate: 5/s' },
        };
  },
};

interface Opening {
  readonly service: string;
  readonly server: string;
  readonly servers: number;
  readonly entries: number;
  readonly at: FactOf<'entries'>['at'];
}

/** One whose entries, at several real servers, have all stayed in the handshake: with one only, it may be dead. */
function openingService(seen: Seen): Opening | undefined {
  const own = seen.all('entries').filter(({ protocol, templates, service, server }) => {
    const forward = seen.server(protocol, service, server)?.forward;
    return protocol === 'tcp' && templates === 0 && forward !== 'route' && forward !== 'tunnel';
  });
  for (const service of new Set(own.map((entry) => entry.service))) {
    const entries = own.filter((entry) => entry.service === service);
    const number = entries.reduce((sum, entry) => sum + entry.count, 0);
    const servers = new Set(entries.map(({ server }) => server)).size;
    const [first] = entries;
    if (servers >= 2 && number >= MANY && entries.every(isOpening))
      return { service, server: first!.server, servers, entries: number, at: first!.at };
  }
  return undefined;
}

/** One of which no real server sent anything back, though all are masqueraded: else answers go past the node by design. */
function muteService(
  seen: Seen,
): { service: string; server: string; to: number; at: Opening['at'] } | undefined {
  const all = seen.all('packets').filter(({ protocol }) => protocol === 'tcp');
  for (const { service, server, at } of all) {
    const packets = all.filter((each) => each.service === service);
    const to = packets.reduce((sum, each) => sum + each.to, 0);
    const isMasqueraded = packets.every(
      (each) => seen.server(each.protocol, service, each.server)?.forward === 'masq',
    );
    if (to >= MANY_PACKETS && isMasqueraded && packets.every(({ from }) => from === 0))
      return { service, server, to, at };
  }
  return undefined;
}
