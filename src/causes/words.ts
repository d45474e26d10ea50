/**
 * The texts of causes and drop reasons are written of TCP over IPv4; here is what the same is called elsewhere. What differs
 * by more than its name has a text of its own.
 */
import { familyOf } from '../text/endpoint.ts';
import type { Transport } from '../text/transport.ts';
import type { RequestAccount } from './account.ts';
import type { Cause } from './cause.ts';
import { reasonText } from './drop_reasons.ts';

export interface Spoken {
  readonly protocol: Transport;
  readonly isIpv6: boolean;
}

type Words = readonly (readonly [tcpOverIpv4: RegExp, here: string])[];

const SCTP: Words = [
  [/A SYN \(or an INIT of SCTP\)/gu, 'An INIT'],
  [/\bSYN\+ACK(s?)\b/gu, 'INIT-ACK$1'],
  [/\bA SYN\b/gu, 'An INIT'],
  [/\ba SYN\b/gu, 'an INIT'],
  [
    /\bone SYN retransmission longer(: 1 s, then 3 s, then 7 s)?/gu,
    'until the INIT is sent again, 3 s, longer',
  ],
  [/\bSYN(s?)\b/gu, 'INIT$1'],
  [/\b3 s or 7 s\b/gu, '9 s or longer'],
  [/\bin SYN_RECV\b/gu, 'in INIT1'],
  [/\bbecomes SYN_RECV\b/gu, 'becomes INIT1'],
  [/\bin TIME_WAIT or CLOSE\b/gu, 'in CLOSED'],
  [/\bIPVS: (rr|mh): TCP\b/gu, 'IPVS: $1: SCTP'],
  [/\bno socket for it\b/gu, 'no association for it'],
  [/\bthe RST\b/gu, 'the ABORT'],
  [/\bRST\b/gu, 'ABORT'],
  [/\bFIN\b/gu, 'SHUTDOWN'],
  [/\btcp_v4_(rcv|send_reset)\(\)/gu, 'sctp_rcv()'],
  [/\btcp_conn_schedule\(\)/gu, 'sctp_conn_schedule()'],
  [/\bnstat -az TcpExtTCPSynRetrans\b/gu, 'grep T1InitExpireds /proc/net/sctp/snmp'],
  [/\bnstat -az TcpRetransSegs TcpExtTCPSynRetrans\b/gu, 'grep Expireds /proc/net/sctp/snmp'],
  [/\bnstat -az TcpOutRsts\b/gu, 'grep OutOfBlues /proc/net/sctp/snmp'],
  [/\btcpdump (-nv?) tcp\b/gu, 'tcpdump $1 sctp'],
  [/\bss -tno\b/gu, 'ss -Sno'],
];

const UDP: Words = [
  [
    /\bThe connect takes one SYN retransmission longer\./gu,
    'The datagram is lost, and its request gets no answer.',
  ],
  [
    /\bSYN retransmissions until an entry goes, ETIMEDOUT if none does; connections\b/gu,
    'No answer until an entry goes; flows',
  ],
  [/\bSYN retransmissions; connections\b/gu, 'No answer; flows'],
  [/\bat once; SYN retransmissions where\b/gu, 'at once; no answer where'],
  [/\bIPVS: (rr|mh): TCP\b/gu, 'IPVS: $1: UDP'],
  [/\bIts SYN\b/gu, 'Its datagram'],
  [/\bits SYN\b/gu, 'its datagram'],
];

const IPV6: Words = [
  [
    /\bno more often than icmp_ratelimit lets it\b/gu,
    'no more often than net.ipv6.icmp.ratelimit lets it: once in 1000 ms, and four times as often where its route is a /64',
  ],
  [/\bICMP (port|host|rate)\b/gu, 'ICMPv6 $1'],
  [/\bIcmpOutDestUnreachs\b/gu, 'Icmp6OutDestUnreachs'],
  [/\btcp_v4_(rcv|send_reset)\b/gu, 'tcp_v6_$1'],
  [/\bipt_do_table\b/gu, 'ip6t_do_table'],
  [/\bip neigh\b/gu, 'ip -6 neigh'],
  [/\bip route\b/gu, 'ip -6 route'],
];

/** What differs where that is spoken. */
function wordsOf({ protocol, isIpv6 }: Spoken): Words {
  const ofProtocol = protocol === 'sctp' ? SCTP : protocol === 'udp' ? UDP : [];
  return isIpv6 ? [...ofProtocol, ...IPV6] : ofProtocol;
}

export function inWordsOf(spoken: Spoken, text: string): string {
  return wordsOf(spoken).reduce((said, [usual, here]) => said.replaceAll(usual, here), text);
}

/** A few words about a reason of drops. */
export function reasonTitle(spoken: Spoken, reason: string): string {
  return inWordsOf(spoken, reasonText(reason).title);
}

export function causeInWordsOf(spoken: Spoken, cause: Cause): Cause {
  if (wordsOf(spoken).length === 0) return cause;
  const say = (text: string): string => inWordsOf(spoken, text);
  return {
    ...cause,
    title: say(cause.title),
    story: say(cause.story),
    kernel: say(cause.kernel),
    client: say(cause.client),
    visible: cause.visible.map(([command, shows]) => [say(command), say(shows)] as const),
  };
}

/** What clients speak with the services that they call: TCP or IPv4 where some do. */
export function spokenIn({ clients, services }: RequestAccount['scenario']): Spoken {
  const called = new Set(clients.map(({ to }) => to));
  const theirs = services.filter(({ name }) => called.has(name));
  const protocols = new Set(theirs.map(({ protocol }) => protocol));
  return {
    protocol: protocols.size === 1 ? [...protocols][0]! : 'tcp',
    isIpv6: theirs.length > 0 && theirs.every(({ address }) => familyOf(address) === 6),
  };
}

/** What the packets of a request speak; where it has none, what its scenario does. */
export function spokenBy({ scenario, own }: RequestAccount): Spoken {
  const packet = own.map((story) => story.packet).find(({ protocol }) => protocol !== 'icmp');
  return packet === undefined ? spokenIn(scenario) : spokenOf(packet);
}

export function spokenOf({
  protocol,
  source,
}: {
  readonly protocol: Transport | 'icmp';
  readonly source: string;
}): Spoken {
  return { protocol: protocol === 'icmp' ? 'tcp' : protocol, isIpv6: familyOf(source) === 6 };
}
