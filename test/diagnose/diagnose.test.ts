/** Each cause is found in evidence of it, and excluded by evidence against it. */
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import { HYPOTHESES } from '../../src/diagnose/hypotheses.ts';
import { recognise } from '../../src/evidence/recognise.ts';

function diagnosisOf(...texts: readonly string[]) {
  return diagnose(
    texts.flatMap((text, index) => recognise(text, `${index}`).recognised.flatMap(({ facts }) => facts)),
  );
}

function certainty(name: string, ...texts: readonly string[]): string {
  return diagnosisOf(...texts).judgements.find((judgement) => judgement.name === name)!.certainty;
}

const SYSCTL = 'net.ipv4.vs.conn_reuse_mode = 1\nnet.ipv4.vs.conntrack = 1\nkernel.osrelease = 5.4';
const table = (inactive: number, address = '10.1.0.5:80', flags = '') =>
  `TCP  10.96.0.10:80 rr${flags}\n  -> ${address}               Masq    1      0          ${inactive}`;
const LOG = (connect: string) => `"GET / HTTP/1.1" 200 uct=${connect} urt=${connect}\n`;
const SLOW_LOG = LOG('0.001').repeat(9) + LOG('1.003');
const entries = (server: string, state = 'ESTABLISHED', number = 10) =>
  Array.from(
    { length: number },
    (_, index) => `TCP 01:00  ${state} 10.0.0.1:${40000 + index} 10.96.0.10:80 ${server}`,
  ).join('\n');

describe('port reuse', () => {
  test('is found in a full table, settings and slow connects', () => {
    const { verdict, judgements } = diagnosisOf(table(14_116), SYSCTL, SLOW_LOG);
    expect(verdict).toBe('found');
    expect(judgements[0]).toMatchObject({ name: 'port-reuse', certainty: 'very likely' });
    expect(judgements[0]!.observations).toContainEqual(
      expect.objectContaining({ side: 'for', weight: 'sign', at: { file: '0', line: 2 } }),
    );
  });

  test.each([
    ['conn_reuse_mode=0', SYSCTL.replace('mode = 1', 'mode = 0')],
    ['conntrack=0', SYSCTL.replace('conntrack = 1', 'conntrack = 0')],
    ['a kernel without it', SYSCTL.replace('5.4', '4.0')],
  ])('%s excludes it', (_, settings) => {
    expect(certainty('port-reuse', table(14_116), settings, SLOW_LOG)).toBe('excluded');
  });

  test('an empty table speaks against it', () => {
    expect(diagnosisOf(table(20), SYSCTL, SLOW_LOG).verdict).toBe('unknown');
  });

  test('quick connects exclude it, and nothing is wrong', () => {
    const { verdict, judgements } = diagnosisOf(table(20), SYSCTL, LOG('0.001').repeat(10));
    expect(verdict).toBe('nothing');
    expect(judgements.at(-1)!.certainty).toBe('excluded');
  });
});

describe('others', () => {
  test.each([
    ['backlog-full', ['TcpExtListenOverflows   120   0.0', SLOW_LOG]],
    ['backlog-full', ['LISTEN 129 128 0.0.0.0:80 0.0.0.0:*']],
    [
      'conntrack-full',
      ['net.netfilter.nf_conntrack_count = 262144\nnet.netfilter.nf_conntrack_max = 262144'],
    ],
    ['conntrack-full', ['[1.0] nf_conntrack: table full, dropping packet']],
    ['conn-table-full', ['net.ipv4.vs.conn_max = 10', entries('10.1.0.5:80')]],
    ['link-loss', ['TcpRetransSegs 5000 0.0\nTcpExtTCPSynRetrans 100 0.0\nTcpOutSegs 100000 0.0', SLOW_LOG]],
    ['ports-run-out', ['Running 1s test @ http://a/\ncannot assign requested address']],
    ['deleted-server', [table(0), entries('10.1.0.9:80'), 'net.ipv4.vs.expire_nodest_conn = 0']],
    ['dead-server', [table(0), entries('10.1.0.5:80', 'SYN_RECV'), entries('10.1.0.6:80')]],
    [
      'idle-entry',
      [
        table(0),
        entries('10.1.0.5:80', 'TIME_WAIT'),
        'ESTAB 0 0 10.0.0.1:4000 10.96.0.10:80',
        'net.ipv4.tcp_keepalive_time = 7200\nnet.ipv4.vs.timeout.tcp = 900',
      ],
    ],
    [
      'stale-udp',
      [
        'UDP  10.96.0.10:53 rr\n  -> 10.1.0.3:53  Masq 1 0 5',
        'UDP 04:59  UDP  10.0.0.1:5000 10.96.0.10:53 10.1.0.9:53',
      ],
    ],
    [
      'stale-affinity',
      [
        table(0, '10.1.0.5:80', ' persistent 10800'),
        'IP  99:51  NONE  10.0.0.1:0  10.96.0.10:80 10.1.0.9:80',
        'net.ipv4.vs.expire_quiescent_template = 0',
      ],
    ],
    ['no-endpoints', ['TCP  10.96.0.10:80 rr']],
    ['slow-server', [`"GET / HTTP/1.1" 200 uct=0.001 urt=4.2`]],
  ])('%s', (name, texts) => {
    const { verdict, judgements } = diagnosisOf(...texts);
    expect(judgements[0]).toMatchObject({ name });
    expect(verdict).toBe('found');
  });

  test.each([
    [
      'backlog-full',
      `root@pod:~# nstat -asz\nTcpExtListenOverflows 0 0.0\n# ss -ltn\nLISTEN 0 128 0.0.0.0:80 0.0.0.0:*\nroot@node:~# ipvsadm -Ln\n${table(0)}`,
    ],
    ['conntrack-full', `root@node:~# ipvsadm -Ln\n${table(0)}\n# conntrack -S\ncpu=0   drop=0 early_drop=0`],
    ['link-loss', 'TcpRetransSegs 100 0.0\nTcpExtTCPSynRetrans 100 0.0\nTcpOutSegs 100000 0.0'],
    ['no-endpoints', table(0)],
    ['stale-affinity', table(0)],
  ])('%s is excluded', (name, text) => {
    expect(certainty(name, text)).toBe('excluded');
  });
});

describe("conntrack's flows stand in for entries that were not listed", () => {
  const flow = (protocol: string, state: string, server: string, port: number) =>
    `${protocol}  6 100 ${state}src=10.0.0.1 dst=10.96.0.10 sport=${port} dport=80 src=${server} dst=10.0.0.1 sport=80 dport=${port} mark=0 use=1`;
  const flows = (protocol: string, state: string, server: string) =>
    Array.from({ length: 10 }, (_, index) => flow(protocol, state, server, 40000 + index)).join('\n');

  test.each([
    [
      'deleted-server',
      [table(0), flows('tcp', 'ESTABLISHED ', '10.1.0.9'), 'net.ipv4.vs.expire_nodest_conn = 0'],
    ],
    [
      'dead-server',
      [table(0), flows('tcp', 'SYN_SENT ', '10.1.0.5'), flows('tcp', 'TIME_WAIT ', '10.1.0.6')],
    ],
    ['stale-udp', [table(0).replace('TCP', 'UDP'), flows('udp', '', '10.1.0.9')]],
    ['conntrack-full', ['net.netfilter.nf_conntrack_max = 10', flows('udp', '', '10.1.0.9')]],
  ])('%s', (name, texts) => {
    const { verdict, judgements } = diagnosisOf(...texts);
    expect(judgements[0]).toMatchObject({ name });
    expect(verdict).toBe('found');
  });

  test('those that went where they were addressed to say nothing of IPVS', () => {
    expect(certainty('stale-udp', table(0).replace('TCP', 'UDP'), flows('udp', '', '10.96.0.10'))).toBe(
      'no sign of it',
    );
  });
});

describe('whose evidence it is', () => {
  const at = (host: string, text: string) => `root@${host}:~# command\n${text}\n`;
  const NODE = at('node', table(20));
  const ZERO = 'TcpExtListenOverflows 0 0.0';

  test.each([
    ['the node', `${NODE}${at('node', ZERO)}`, 'no sign of it', 0],
    ['nobody knows who', `${NODE}root@:~# nstat -asz\n${ZERO}`, 'no sign of it', 1],
  ])('a zero counter of %s excludes no full backlog', (_, text, expected, observations) => {
    const judgement = diagnosisOf(text).judgements.find(({ name }) => name === 'backlog-full')!;
    expect(judgement.certainty).toBe(expected);
    expect(judgement.observations.length).toBeLessThanOrEqual(observations);
  });

  test("the node's few sockets say nothing of a client's ports", () => {
    const few = 'ESTAB 0 0 10.0.0.9:4000 10.96.0.10:80';
    expect(certainty('ports-run-out', `${NODE}${at('node', few)}`)).toBe('no sign of it');
    const judgement = diagnosisOf(`${NODE}${at('node', few)}`).judgements;
    expect(judgement.find(({ name }) => name === 'ports-run-out')!.missing).toHaveLength(1);
  });

  test("conntrack's counters of a client say nothing of the node's table", () => {
    const counters = at('client', `${SLOW_LOG}# conntrack -S\ncpu=0 drop=0 early_drop=0`);
    expect(certainty('conntrack-full', `${NODE}${counters}`)).toBe('no sign of it');
  });
});

test('settings alone, which permit it, make nothing likely', () => {
  expect(diagnosisOf(SYSCTL, SLOW_LOG).verdict).toBe('unknown');
});

test('connects that hang are in no report: SYNs that are sent again tell of them', () => {
  const counters = (again: number) => `TcpActiveOpens 1000 0.0\nTcpExtTCPSynRetrans ${again} 0.0\n`;
  const well = [table(20), SYSCTL, LOG('0.001').repeat(10)];
  expect(diagnosisOf(...well, counters(5)).verdict).toBe('nothing');
  expect(diagnosisOf(...well, counters(300)).verdict).toBe('unknown');
});

test('nothing says nothing', () => {
  const { verdict, judgements, kernel } = diagnosisOf();
  expect(verdict).toBe('unknown');
  expect(kernel).toBeNull();
  expect(judgements).toHaveLength(HYPOTHESES.length);
  expect(judgements.every(({ certainty: each }) => each === 'no sign of it')).toBe(true);
});

describe('packets that went to real servers', () => {
  const at = { at: { file: 'c.pcap', line: 7 }, host: null };
  const server = (address: string, count: number, unanswered: number) =>
    ({
      kind: 'connects at a server',
      service: '10.96.0.10:80',
      server: address,
      count,
      late: 0,
      unanswered,
      refused: 0,
      ...at,
    }) as const;
  const dead = (...facts: Parameters<typeof diagnose>[0]) =>
    diagnose(facts).judgements.find(({ name }) => name === 'dead-server')!;

  test('one that never answers is dead', () => {
    const { certainty, observations } = dead(server('10.1.0.5:80', 50, 40), server('10.1.0.6:80', 50, 0));
    expect(certainty).toBe('likely');
    expect(observations[0]).toMatchObject({
      text: '40 of the 50 connections of 10.1.0.5:80 are connects that it never answered',
      at: { line: 7 },
    });
  });

  test('where all answer none is, but for SYNs that never reached one', () => {
    const well = server('10.1.0.5:80', 50, 0);
    expect(dead(well).certainty).toBe('no sign of it');
    expect(dead(well, { kind: 'syns at the node', came: 90, kept: 40, ...at }).certainty).toBe('possible');
  });
});
