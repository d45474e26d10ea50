/** The cliff. */
import { count, percent, seconds } from '../../report/numbers.ts';
import type { Hypothesis, Scales } from '../hypothesis.ts';
import type { Seen } from '../seen.ts';

/** Of a client's ports: the kernel takes those of one parity first, so that the table is half full at the cliff. */
const FULL = 0.4;
const NEAR_EMPTY = 0.1;

export const PORT_REUSE: Hypothesis = {
  name: 'port-reuse',
  title: 'source ports come back while their entry is in TIME_WAIT (the cliff)',
  weigh(seen, scales) {
    weighSettings(seen, scales);
    weighTable(seen, scales);
    weighReuse(seen, scales);
    weighNode(seen, scales);
    const { retried } = seen;
    if (retried === null)
      scales.lacks(
        "curl -so /dev/null -w '%{time_connect}\\n' http://VIP:PORT/   # some times, at the busy client",
        'whether connects take 1 s or 3 s, as after a dropped SYN',
      );
    else if (retried.isMuch)
      scales.speaksFor(
        'hint',
        retried.at,
        `${percent(retried.share)} of the connects took a second or longer`,
      );
    else if (retried.count > 0)
      scales.speaksAgainst(
        'sign',
        retried.at,
        `only ${percent(retried.share)} of the connects took a second or longer`,
      );
    else scales.speaksAgainst('proof', retried.at, 'no connect took as long as a retransmitted SYN');
  },
  beside(seen, { cliff }) {
    const timed = seen.all('connects').find(({ onset }) => onset !== undefined);
    if (timed?.onset === undefined) return [];
    const { at, onset } = timed;
    const none = 'none';
    return [
      {
        what: 'first slow connect after',
        observed: seconds(onset.after_s),
        simulated: cliff === null ? none : seconds(cliff.first_drop_s),
        at,
      },
      {
        what: 'connects before it',
        observed: count(onset.connects),
        simulated: cliff === null ? none : count(cliff.connections_before),
        at,
      },
    ];
  },
};

/** Fewer may be chance. */
const MANY = 5;
/** At the cliff nearly all SYNs on old entries are dropped, and of others as many as any network loses. */
const MOST = 0.5;
const HARDLY = 0.1;

/** Where the packets are known: do SYNs wait that come from a port whose connection has just ended, and no others? */
function weighReuse(seen: Seen, scales: Scales): void {
  for (const fact of seen.all('reuse')) {
    const { reused, reusedRetried, fresh, freshRetried, at } = fact;
    const others = fresh + fact.unknown;
    const othersRetried = freshRetried + fact.unknownRetried;
    const words =
      `of ${count(reused)} SYNs from a port whose last connection ended within 120 s ${count(reusedRetried)} were sent ` +
      `again, of ${count(others)} others ${count(othersRetried)}`;
    const ofReused = reusedRetried / Math.max(1, reused);
    const ofFresh = freshRetried / Math.max(1, fresh);
    const ofOthers = othersRetried / Math.max(1, others);
    if (reusedRetried >= MANY && ofReused > MOST && ofOthers < HARDLY * ofReused)
      scales.speaksFor('proof', at, words);
    else if (reused >= MANY && (reusedRetried === 0 || ofFresh > MOST * ofReused))
      scales.speaksAgainst('proof', at, words);
  }
}

/** What is dropped at the node is not sent on. */
function weighNode(seen: Seen, scales: Scales): void {
  const node = seen.synsKept;
  if (node === null) return;
  if (node.isMuch) scales.speaksFor('hint', node.at, node.words);
  else if (node.isNone) scales.speaksAgainst('proof', node.at, node.words);
}

function weighSettings(seen: Seen, scales: Scales): void {
  const mode = seen.sysctl('net.ipv4.vs.conn_reuse_mode');
  const conntrack = seen.sysctl('net.ipv4.vs.conntrack');
  const { kernel } = seen;
  // Settings permit it only where the kernel does.
  const isOpen = seen.has('reuseDropsConfirmedOnly') !== 'yes';
  if (mode === null) scales.lacks('sysctl net.ipv4.vs.conn_reuse_mode', 'with 0 it cannot be');
  else if (mode.value === 0)
    scales.speaksAgainst('proof', mode.at, 'conn_reuse_mode is 0: a SYN keeps the entry that it meets');
  else if (isOpen) scales.speaksFor('hint', mode.at, `conn_reuse_mode is ${mode.value}`);
  if (conntrack === null)
    scales.lacks('sysctl net.ipv4.vs.conntrack', 'with 0 no SYN is dropped for its old entry');
  else if (conntrack.value === 0)
    scales.speaksAgainst(
      'proof',
      conntrack.at,
      'net.ipv4.vs.conntrack is 0: the SYN is scheduled anew at once',
    );
  else if (isOpen) scales.speaksFor('hint', conntrack.at, 'net.ipv4.vs.conntrack is 1');
  if (kernel === null) {
    const unread = seen.all('kernel').length > 0;
    if (!unread) scales.lacks('uname -a', 'whether the kernel drops such a SYN at all');
    return;
  }
  const text = kernel.kernel.text;
  if (seen.has('reuseDropsTracked') === 'no')
    scales.speaksAgainst('proof', kernel.at, `Linux ${text} drops no SYN for its old entry`);
  else if (seen.has('reuseDropsConfirmedOnly') === 'yes')
    scales.speaksAgainst(
      'sign',
      kernel.at,
      `Linux ${text} drops such a SYN only where its conntrack entry is an old one`,
    );
  else if (seen.has('reuseDropsConfirmedOnly') === 'no')
    scales.speaksFor('hint', kernel.at, `Linux ${text} drops such a SYN wherever conntrack is in use`);
}

function weighTable(seen: Seen, scales: Scales): void {
  const { ports } = seen;
  // Some rows to show their kind say nothing of how many there are; what the table counts does.
  const entries = seen.isExtract ? [] : seen.entries;
  const waiting = entries.filter(({ protocol, state }) => protocol === 'tcp' && state === 'TIME_WAIT');
  const listed = seen
    .all('server')
    .filter(({ protocol, inactive }) => protocol === 'tcp' && inactive !== null);
  const all = entries.filter(({ protocol }) => protocol === 'tcp');
  const [source] = waiting.length > 0 ? waiting : all.length > 0 ? all : listed;
  if (source === undefined) {
    scales.lacks('ipvsadm -Lnc', 'how many entries are in TIME_WAIT, and from how many clients');
    return;
  }
  const services = new Map<string, number>();
  const add = (service: string, number: number) =>
    services.set(service, (services.get(service) ?? 0) + number);
  if (all.length > 0)
    for (const { service, count: number, clients } of waiting) add(service, number / clients);
  else for (const { service, inactive } of listed) add(service, inactive ?? 0);
  const [service, most] = [...services].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
  const words = `${count(Math.round(most))} ${all.length > 0 ? 'entries in TIME_WAIT per client' : 'InActConn'}`;
  const at = [...waiting, ...listed].find((fact) => fact.service === service)?.at ?? source.at;
  if (most >= FULL * ports)
    scales.speaksFor('sign', at, `${words} of ${service}, where a client has ${count(ports)} source ports`);
  else if (most <= NEAR_EMPTY * ports)
    scales.speaksAgainst(
      'sign',
      at,
      `at most ${words}: hardly a source port of ${count(ports)} can meet its old entry`,
    );
}
