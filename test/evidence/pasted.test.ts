/** Several outputs in one paste: where one ends and the next begins, whose they are, and what of them is missing. */
import { describe, expect, test } from 'vitest';
import { recognise } from '../../src/evidence/recognise.ts';

const factsOf = (text: string) => recognise(text, 'a').recognised.flatMap(({ facts }) => facts);
const titlesOf = (text: string) => recognise(text, 'a').recognised.map(({ title }) => title);

const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec:\n  clusterIP: 10.96.8.1';
const LN = 'IP Virtual Server version 1.2.1 (size=4096)\nTCP  10.96.8.1:80 rr';

describe('a configuration ends', () => {
  test.each([
    ['at a prompt without a host', '$ ipvsadm -Ln\n'],
    ["at root's prompt before a command that is known", '# ipvsadm -Ln\n'],
    ["at a container's prompt", 'bash-5.1# ipvsadm -Ln\n'],
    ["at busybox's prompt", '/ # ipvsadm -Ln\n'],
    ['at a fence', '```\nand\n```\n'],
    ['at a heading of ipvsadm', ''],
  ])('%s', (_, between) => {
    expect(titlesOf(`${SERVICE}\n${between}${LN}`)).toEqual(['objects of Kubernetes', 'ipvsadm -Ln']);
  });

  test('and not at a comment', () => {
    expect(titlesOf(`${SERVICE}\n# the old one was 10.96.8.2\n  ports: [{ port: 80 }]`)).toHaveLength(1);
  });
});

test.each([
  ['core@lb-7 ~ $ ipvsadm -Ln', 'lb-7'],
  ['lb-7 ~ # ipvsadm -Ln', 'lb-7'],
  ['[core@lb-7 ~]$ sudo ipvsadm -Ln', 'lb-7'],
  ['bash-5.1# ipvsadm -Ln', null],
  ['~ # ipvsadm -Ln', null],
  ['❯ ipvsadm -Ln', null],
  ['PS C:\\Users\\me> kubectl exec proxy -- ipvsadm -Ln', null],
  ['C:\\>kubectl exec proxy -- ipvsadm -Ln', null],
])('%s is a prompt', (prompt, host) => {
  const { recognised, unplaced } = recognise(`${prompt}\n${LN}`, 'a');
  expect(unplaced).toEqual([]);
  expect(recognised[0]!.facts[0]).toMatchObject({ kind: 'service', host });
});

describe('settings one by one', () => {
  test.each([
    ['a file', '# cat /proc/sys/net/ipv4/vs/conn_reuse_mode\n1'],
    ['sysctl -n', '$ sysctl -n net.ipv4.vs.conn_reuse_mode\n1'],
    ['files with their names', '/proc/sys/net/ipv4/vs/conn_reuse_mode:1'],
  ])('%s', (_, text) => {
    expect(factsOf(text)).toMatchObject([{ kind: 'sysctl', key: 'net.ipv4.vs.conn_reuse_mode', value: '1' }]);
  });
});

describe('a part of an output', () => {
  test('is marked where the command says so', () => {
    expect(factsOf('# ipvsadm -Ln | grep -A2 10.96.8.1\nTCP  10.96.8.1:80 rr')).toMatchObject([
      { kind: 'service', isPart: true },
    ]);
    expect(factsOf('# ipvsadm -Ln | tee out\nTCP  10.96.8.1:80 rr')[0]).not.toHaveProperty('isPart');
  });

  test('is no listing', () => {
    const entries = 'IPVS connection entries\nUDP 00:10  UDP  10.0.0.1:5000 10.96.8.1:53 10.244.1.1:53';
    expect(factsOf(`# ipvsadm -Lnc\n${entries}`)).toMatchObject([{ kind: 'listing' }, { kind: 'entries' }]);
    expect(factsOf(`# ipvsadm -Lnc | head\n${entries}`)).toMatchObject([{ kind: 'entries' }]);
  });
});

test('dots in place of rows say that there are more', () => {
  const table = 'TCP  10.96.8.1:80 rr\n  ...\nTCP  10.96.8.2:80 rr';
  const [torn, whole] = factsOf(table);
  expect(torn).toMatchObject({ address: '10.96.8.1:80', hasUnread: true });
  expect(whole).not.toHaveProperty('hasUnread');
  const entry = 'UDP 00:10  UDP  10.0.0.1:5000 10.96.8.1:53 10.244.1.1:53';
  expect(factsOf(`IPVS connection entries\n${entry}\n[...]`).map(({ kind }) => kind)).toEqual(['entries']);
});

describe('other columns of ipvsadm', () => {
  const table = (head: string, row: string) =>
    `Prot LocalAddress:Port ${head}\nTCP  192.0.2.9:80 wlc\n  -> ${row}`;

  test('--persistent-conn', () => {
    const text = table('Weight    PersistConn ActiveConn InActConn', '10.1.1.2:80  3  4  912  14');
    expect(factsOf(text)[1]).toMatchObject({ kind: 'server', weight: 3, active: 912, inactive: 14 });
  });

  test('--thresholds has no weight', () => {
    const text = table('Uthreshold Lthreshold ActiveConn InActConn', '10.1.1.2:80  1000  800  912  14');
    expect(factsOf(text)).toMatchObject([{ kind: 'service', hasUnread: true }]);
    expect(recognise(text, 'a').unplaced).toMatchObject([{ line: 3 }]);
  });

  test('a wrapped row has no counts, and they are no zeros', () => {
    const text = 'TCP  10.96.8.1:80 rr\n  -> 10.244.1.1:80  Masq  1  0\n   28000';
    expect(factsOf(text)[1]).toMatchObject({ kind: 'server', weight: 1, active: null, inactive: null });
  });
});

describe("the kernel's log", () => {
  test.each([
    ['[  12.345678] IPVS: rr: TCP 10.96.8.1:443 - no destination available', 'tcp', '10.96.8.1:443'],
    [
      '[Tue Mar  8 10:15:02 2022] IPVS: wlc: UDP 10.96.8.1:53 - no destination available',
      'udp',
      '10.96.8.1:53',
    ],
    [
      'Mar  8 10:15:02 lb kernel: IPVS: rr: TCP [fd00::1]:80 - no destination available',
      'tcp',
      '[fd00::1]:80',
    ],
    [
      '2022-03-08T10:15:02.123456+00:00 lb kernel: IPVS: rr: FWM 267 0x0000010B - no destination available',
      'fwm',
      '267',
    ],
  ])('%s', (line, protocol, address) => {
    expect(factsOf(line)).toMatchObject([{ kind: 'message', message: 'no destination', protocol, address }]);
  });
});

test.each([
  ['curl: (7) Failed to connect to 10.96.8.1 port 80: No route to host', 'unreachable', '10.96.8.1:80'],
  [
    'curl: (28) Failed to connect to 10.96.8.1 port 80 after 30001 ms: Connection timed out',
    'timeout',
    '10.96.8.1:80',
  ],
  [
    'Get "https://10.96.8.1/": dial tcp 10.96.8.1:443: connect: connection refused',
    'refused',
    '10.96.8.1:443',
  ],
  ['dial tcp 10.96.8.1:443: i/o timeout', 'timeout', '10.96.8.1:443'],
  ['read tcp 10.244.1.9:41000->10.96.8.1:443: read: connection reset by peer', 'reset', '10.96.8.1:443'],
  [
    'connect() failed (111: Connection refused) while connecting to upstream, request: "GET / HTTP/1.1", upstream: "http://10.96.8.1:80/"',
    'refused',
    '10.96.8.1:80',
  ],
])('%s', (line, error, to) => {
  expect(factsOf(line)).toMatchObject([{ kind: 'error', error, count: 1, to }]);
});

test('netstat through grep has no section', () => {
  expect(
    factsOf('    981 times the listen queue of a socket overflowed\n    TCPSynRetrans: 3120'),
  ).toMatchObject([
    { kind: 'counter', name: 'TcpExtListenOverflows', value: 981 },
    { kind: 'counter', name: 'TcpExtTCPSynRetrans', value: 3120 },
  ]);
});

test('an address alone is no kernel', () => {
  expect(recognise('10.96.8.1', 'a').recognised).toEqual([]);
});
