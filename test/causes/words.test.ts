import { describe, expect, test } from 'vitest';
import type { Cause } from '../../src/causes/cause.ts';
import { CAUSES } from '../../src/causes/causes.ts';
import { causeInWordsOf, inWordsOf, reasonTitle, type Spoken, spokenIn } from '../../src/causes/words.ts';
import { scenarioOf } from '../network/a_scenario.ts';

const SCTP: Spoken = { protocol: 'sctp', isIpv6: false };
const UDP: Spoken = { protocol: 'udp', isIpv6: false };
const IPV6: Spoken = { protocol: 'tcp', isIpv6: true };

/** Only what TCP has can bring these about. */
const OF_TCP = ['time-stamps', 'idle-entry'];

const textOf = ({ title, story, kernel, client, visible }: Cause): string =>
  [title, story, kernel, client, ...visible.flat()].join('\n');

test.each(CAUSES.filter(({ name }) => !OF_TCP.includes(name)).map((cause) => [cause.name, cause] as const))(
  '%s speaks of no SYN where clients speak SCTP',
  (_name, cause) => {
    expect(textOf(causeInWordsOf(SCTP, cause))).not.toMatch(
      /\bSYNs?\b|\bSYN\+ACK|\bRST\b|\ban? RST|\ba INIT|tcp_v4/u,
    );
  },
);

/** A datagram meets these, too. */
const OF_UDP = ['no_dest', 'conn_max', 'conntrack_full', 'conntrack_clash', 'drop_packet'];

test.each(
  CAUSES.filter(({ reasons }) => reasons.some((reason) => OF_UDP.includes(reason))).map(
    (cause) => [cause.name, cause] as const,
  ),
)('%s speaks of no SYN where clients send datagrams', (_name, cause) => {
  expect(textOf(causeInWordsOf(UDP, cause))).not.toMatch(/\bSYNs?\b|: TCP /u);
});

test.each(CAUSES.map((cause) => [cause.name, cause] as const))(
  '%s names what IPv6 has where the service is of it',
  (_name, cause) => {
    const text = textOf(causeInWordsOf(IPV6, cause));
    expect(text).not.toMatch(/icmp_ratelimit|\bICMP (port|host|rate)|tcp_v4_|ipt_do_table|IcmpOut/u);
  },
);

test('of TCP over IPv4 every cause is what it is', () => {
  for (const cause of CAUSES) expect(causeInWordsOf({ protocol: 'tcp', isIpv6: false }, cause)).toBe(cause);
});

test('a reason of drops is called by what the packet is', () => {
  expect(reasonTitle(SCTP, 'old_conntrack')).toBe('INIT on an old entry');
  expect(reasonTitle(IPV6, 'old_conntrack')).toBe('SYN on an old entry');
});

test('articles and plurals come along', () => {
  const text = 'A SYN or two SYNs: only a SYN may, and the SYN+ACK in SYN_RECV, then an RST';
  expect(inWordsOf(SCTP, text)).toBe(
    'An INIT or two INITs: only an INIT may, and the INIT-ACK in INIT1, then an ABORT',
  );
});

describe('what a scenario speaks', () => {
  const service = (address: string, protocol: string) =>
    `  - { name: ${protocol}, address: "${address}", protocol: ${protocol}, realServers: [] }`;

  test('is that of the services that its clients call', () => {
    const text = `
duration: 1s
kernel: 6.1
services:
${service('[fd00::1]:80', 'sctp')}
${service('10.96.0.1:80', 'tcp')}
clients:
  - { to: sctp, rate: 1/s }`;
    expect(spokenIn(scenarioOf(text))).toEqual({ protocol: 'sctp', isIpv6: true });
    expect(spokenIn(scenarioOf(`${text}\n  - { to: tcp, rate: 1/s }`))).toEqual({
      protocol: 'tcp',
      isIpv6: false,
    });
  });
});
