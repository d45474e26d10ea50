/** A real server that does not answer, while others do. */
import type { FactOf, Place } from '../../evidence/fact.ts';
import { yamlAddress } from '../../import/yaml_words.ts';
import { count } from '../../report/numbers.ts';
import { hostOf } from '../../text/endpoint.ts';
import { besideCount, type Hypothesis, mostOf } from '../hypothesis.ts';
import type { Seen } from '../seen.ts';
import { isOpening, MANY_PACKETS } from '../unanswered.ts';

/** Fewer are connects under way. */
const MANY = 5;
/** One may be under way. */
const FEW = 2;
/** So many times as many as at others. */
const UNLIKE_OTHERS = 10;

/** Entries of a real server. */
interface Sum {
  readonly service: string;
  all: number;
  opening: number;
  at: Place;
  /** What those are that are opening. */
  readonly what: string;
}

export const DEAD_SERVER: Hypothesis = {
  name: 'dead-server',
  title: 'a real server does not answer',
  weigh(seen, scales) {
    const overflow = seen.all('message').find(({ message }) => message === 'neighbour overflow');
    if (overflow !== undefined) {
      const words = 'the table of neighbours was full: hosts that are there could not be reached';
      scales.speaksFor('sign', overflow.at, words);
      scales.lacks('ip neigh | wc -l; sysctl net.ipv4.neigh.default.gc_thresh3', 'whether it is full now');
    }
    const mute = muteServer(seen);
    if (mute !== undefined)
      scales.speaksFor(
        'sign',
        mute.at,
        `${mute.server} got ${count(mute.to)} packets and sent none back through the node, and others did`,
      );
    const [first] = sums(seen).values();
    if (first === undefined) {
      scales.lacks('ipvsadm -Lnc', 'whether the entries of one real server stay in SYN_RECV');
      return;
    }
    const dead = deadServers(seen);
    const [worst] = dead;
    if (worst === undefined) {
      const few = fewOpening(seen);
      const node = seen.synsKept;
      if (node?.isMuch === true) {
        // So it is where nobody answers ARP, too.
        scales.speaksFor('hint', node.at, node.words);
        scales.lacks('ip neigh   # at the director', 'whether a real server is INCOMPLETE or FAILED');
      } else if (few !== undefined) {
        const [server, { at, opening, what }] = few;
        const words = `all ${count(opening)} connections of ${server} are ${what}, and none of some others`;
        scales.speaksFor('hint', at, words);
        scales.lacks(
          `ping ${hostOf(server)}; ip neigh   # at the director`,
          'whether the host is there at all',
        );
      } else if (mute === undefined)
        scales.speaksAgainst('sign', first.at, `no real server has many more ${first.what} than others`);
      return;
    }
    const [server, { service, all, opening: stuck, at, what }] = worst;
    const words = `${count(stuck)} of the ${count(all)} connections of ${server} are ${what}`;
    scales.speaksFor('sign', at, words);
    if (dead.length < sums(seen).size) scales.speaksFor('hint', at, 'those of other real servers are not');
    if (seen.server('tcp', service, server)?.weight === 0) {
      // Where SYNs keep the entry that they meet, they go on to a real server of any weight: see removed-server.
      const isKept = seen.sysctl('net.ipv4.vs.conn_reuse_mode')?.value === 0;
      const words = isKept ? 'only old entries lead to it' : 'nobody is scheduled to it any more';
      scales.speaksAgainst(isKept ? 'hint' : 'sign', at, `the weight of ${server} is 0: ${words}`);
    }
    scales.lacks(`ping ${hostOf(server)}; ip neigh   # at the director`, 'whether the host is there at all');
    const timeouts = seen.errors('timeout');
    if (timeouts !== null) scales.speaksFor('hint', timeouts.at, 'clients waited in vain');
  },
  stage(seen) {
    const [dead] = deadServers(seen);
    if (dead === undefined) return {};
    const [address] = dead;
    return {
      duration_s: 60,
      first: [address],
      events: [`{ at: 5s, unplug: ${yamlAddress(hostOf(address))} }`],
    };
  },
  beside(seen, result) {
    const [dead] = deadServers(seen);
    const observed = dead === undefined ? null : { value: dead[1].opening, at: dead[1].at };
    return besideCount(dead?.[1].what ?? '', observed, mostOf(result, 'entries[SYN_RECV]'));
  },
};

/** Entries of TCP connections: templates have no state of their own. */
function ownEntries(seen: Seen): readonly FactOf<'entries'>[] {
  return seen.entries.filter(({ protocol, templates }) => protocol === 'tcp' && templates === 0);
}

/** By real server. */
function sums(seen: Seen): ReadonlyMap<string, Sum> {
  const servers = new Map<string, Sum>();
  for (const entry of ownEntries(seen)) {
    const { service, server, count: number, at } = entry;
    const sum = servers.get(server) ?? { service, all: 0, opening: 0, at, what: 'entries in SYN_RECV' };
    sum.all += number;
    if (isOpening(entry)) {
      sum.opening += number;
      sum.at = at;
    }
    servers.set(server, sum);
  }
  if (servers.size > 0) return servers;
  // Where the table was not listed, the packets may tell.
  for (const { service, server, count: all, unanswered, at } of seen.all('connects at a server'))
    servers.set(server, { service, all, opening: unanswered, at, what: 'connects that it never answered' });
  return servers;
}

/** Too few to tell by their number, where those of another real server have all been answered. */
function fewOpening(seen: Seen): readonly [address: string, sum: Sum] | undefined {
  const servers = [...sums(seen)];
  return servers.find(
    ([, { service, all, opening }]) =>
      opening >= FEW &&
      opening === all &&
      servers.some(([, each]) => each.service === service && each.opening === 0),
  );
}

/** One that gets packets and sends none, while others of its service do; what is not masqueraded goes past the node. */
function muteServer(seen: Seen): FactOf<'packets'> | undefined {
  const packets = seen.all('packets');
  return packets.find(
    ({ protocol, service, server, to, from }) =>
      to >= MANY_PACKETS &&
      from === 0 &&
      !['route', 'tunnel'].includes(seen.server(protocol, service, server)?.forward ?? '') &&
      packets.some((each) => each.protocol === protocol && each.service === service && each.from > 0),
  );
}

/** Real servers of which most entries stay in the handshake. */
function deadServers(seen: Seen): readonly (readonly [address: string, sum: Sum])[] {
  const servers = sums(seen);
  const services = new Map<string, { servers: number; opening: number }>();
  for (const { service, opening } of servers.values()) {
    const sum = services.get(service) ?? { servers: 0, opening: 0 };
    services.set(service, { servers: sum.servers + 1, opening: sum.opening + opening });
  }
  return [...servers].filter(([, server]) => {
    if (server.opening < MANY) return false;
    const peers = services.get(server.service)!;
    // Entries in TIME_WAIT outlive those in SYN_RECV, and tell of the time before it died.
    const others = (peers.opening - server.opening) / Math.max(1, peers.servers - 1);
    const isAlone = peers.servers > 1 && server.opening >= UNLIKE_OTHERS * others;
    return isAlone || server.opening > server.all / 2;
  });
}
