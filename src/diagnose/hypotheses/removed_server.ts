/** A real server of weight 0 that clients' old entries go on leading to. */
import type { FactOf } from '../../evidence/fact.ts';
import { yamlAddress } from '../../import/yaml_words.ts';
import { count } from '../../report/numbers.ts';
import { hostOf } from '../../text/endpoint.ts';
import type { Hypothesis, Scales } from '../hypothesis.ts';
import type { Seen } from '../seen.ts';
import { isOpening } from '../unanswered.ts';

/** Fewer connections are some that last. */
const MANY = 10;
/** So many times as many as at those that get new ones. */
const UNLIKE_OTHERS = 10;
/** Of what others have: what is drained and left alone has nothing in TIME_WAIT after two minutes. */
const STILL_BUSY = 0.25;

export const REMOVED_SERVER: Hypothesis = {
  name: 'removed-server',
  title: 'old entries lead to a server that is being removed (weight 0)',
  weigh(seen, scales) {
    const [worst] = busyRemoved(seen);
    if (worst === undefined) return;
    if (!weighSettings(seen, scales)) return;
    const { at, address, active, inactive, isConnecting } = worst;
    const words = `${address} has weight 0, ${count(active)} ActiveConn and ${count(inactive)} InActConn`;
    if (isConnecting)
      scales.speaksFor('sign', at, `${words}, as many as others in InActConn and far more in ActiveConn`);
    else scales.speaksFor('hint', at, `${words}: it still has many, as others do`);
    const opening = seen.entries.filter((entry) => entry.server === address && isOpening(entry));
    const number = opening.reduce((sum, entry) => sum + entry.count, 0);
    if (number >= MANY)
      scales.speaksFor('sign', opening[0]!.at, `${count(number)} connects to it are under way`);
    const unreachable = seen.errors('unreachable');
    if (unreachable !== null)
      scales.speaksFor('sign', unreachable.at, 'clients were told that there is no route to the host');
    scales.lacks(
      `ipvsadm -Ln; sleep 130; ipvsadm -Ln   # InActConn of ${address}`,
      'whether it falls: what is in TIME_WAIT goes after 120 s, unless clients come back to it',
    );
  },
  // Ports come back every ten seconds, while their entry is in TIME_WAIT.
  stage(seen) {
    const [worst] = busyRemoved(seen);
    if (worst === undefined) return {};
    const address = worst.address;
    return {
      ...(worst.protocol === 'fwm' ? {} : { service: `tcp:${worst.service}` }),
      duration_s: 40,
      first: [address],
      client: { load: 'rate: 100/s', ports: '40000-40999' },
      events: [
        `{ at: 15s, weight: { "${address}": 0 } }`,
        `{ at: 25s, unplug: ${yamlAddress(hostOf(address))} }`,
      ],
    };
  },
  shows: ({ drops }) => (drops.unreachable ?? 0) > 0,
};

interface Busy {
  readonly protocol: string;
  readonly service: string;
  readonly at: FactOf<'server'>['at'];
  readonly address: string;
  readonly active: number;
  readonly inactive: number;
  readonly isConnecting: boolean;
}

/** The one with the most connections first. Affinity keeps clients for a reason of its own. */
function busyRemoved(seen: Seen): readonly Busy[] {
  const lasting = new Set(
    seen
      .all('service')
      .flatMap(({ protocol, address, persistent_s }) => (persistent_s > 0 ? [`${protocol} ${address}`] : [])),
  );
  const counted = seen
    .all('server')
    .filter(
      ({ protocol, service, active }) =>
        (protocol === 'tcp' || protocol === 'fwm') &&
        active !== null &&
        !lasting.has(`${protocol} ${service}`),
    );
  return counted
    .filter(({ weight }) => weight === 0)
    .flatMap((server) => {
      const [active, inactive] = [server.active ?? 0, server.inactive ?? 0];
      const others = counted.filter(
        (each) => each.weight > 0 && each.service === server.service && each.protocol === server.protocol,
      );
      const mean = (of: 'active' | 'inactive') =>
        others.reduce((sum, each) => sum + (each[of] ?? 0), 0) / Math.max(1, others.length);
      if (others.length === 0 || active + inactive < MANY) return [];
      if (active + inactive < STILL_BUSY * (mean('active') + mean('inactive'))) return [];
      const isConnecting =
        active >= MANY &&
        active >= UNLIKE_OTHERS * mean('active') &&
        inactive >= STILL_BUSY * mean('inactive');
      const { at, address, service, protocol } = server;
      return [{ at, protocol, service, address, active, inactive, isConnecting }];
    })
    .toSorted(
      (a, b) =>
        Number(b.isConnecting) - Number(a.isConnecting) || b.active + b.inactive - a.active - a.inactive,
    );
}

/**
 * Whether the kernel may keep such an entry at all: with conn_reuse_mode 0 the port-reuse block of ip_vs_in() looks at no
 * weight before v5.16 (c95c07836fa4), and from then on where expire_nodest_conn is set.
 */
function weighSettings(seen: Seen, scales: Scales): boolean {
  const mode = seen.sysctl('net.ipv4.vs.conn_reuse_mode');
  const expire = seen.sysctl('net.ipv4.vs.expire_nodest_conn');
  const { kernel } = seen;
  if (mode !== null && mode.value !== 0) {
    scales.speaksAgainst(
      'proof',
      mode.at,
      `conn_reuse_mode is ${mode.value}: a SYN leaves an entry in TIME_WAIT`,
    );
    return false;
  }
  const isFixed = seen.has('nodestInAnyMode') === 'yes';
  if (isFixed && expire !== null && expire.value !== 0) {
    scales.speaksAgainst(
      'proof',
      kernel!.at,
      `Linux ${kernel!.kernel.text} lets a SYN leave a real server of weight 0, expire_nodest_conn being ${expire.value}`,
    );
    return false;
  }
  if (mode === null) scales.lacks('sysctl net.ipv4.vs.conn_reuse_mode', 'with 1 or 2 it cannot be');
  else
    scales.speaksFor(
      'hint',
      mode.at,
      'conn_reuse_mode is 0: a SYN keeps the entry that it meets, whatever the weight',
    );
  if (isFixed)
    scales.lacks('sysctl net.ipv4.vs.expire_nodest_conn', 'with 1 this kernel looks at the weight');
  else if (kernel === null && seen.all('kernel').length === 0)
    scales.lacks('uname -a', 'whether the kernel looks at the weight where a port comes back');
  return true;
}
