/** What ipvsadm prints without -n, with names of hosts and of ports in place of numbers. */
import { describe, expect, test } from 'vitest';
import { recognise } from '../../src/evidence/recognise.ts';

function read(...lines: string[]) {
  const { recognised, unplaced } = recognise(`${lines.join('\n')}\n`, 'file');
  return {
    facts: recognised.flatMap(({ facts }) => facts.map(({ at: _, host: __, ...fact }) => fact)),
    whys: unplaced.map(({ why }) => why),
  };
}

const TABLE = [
  'IP Virtual Server version 1.2.1 (size=4096)',
  'Prot LocalAddress:Port Scheduler Flags',
  '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
];

describe('the table', () => {
  test('names of ports are read, the address being one', () => {
    const { facts, whys } = read(
      ...TABLE,
      'TCP  10.96.0.10:http rr',
      '  -> 10.244.1.3:webcache          Masq    1      2          3',
      'TCP  [fd00::1]:https rr',
    );
    expect(whys).toEqual([]);
    expect(facts).toMatchObject([
      { kind: 'service', address: '10.96.0.10:80' },
      { kind: 'server', service: '10.96.0.10:80', address: '10.244.1.3:8080', active: 2, inactive: 3 },
      { kind: 'service', address: '[fd00::1]:443' },
    ]);
  });

  test('a name of a host is told, and its service is not taken for one without real servers', () => {
    const { facts, whys } = read(...TABLE, 'TCP  10.96.0.10:30080 rr', '  -> node1:6443  Masq  1  0  0');
    expect(facts).toMatchObject([{ kind: 'service', address: '10.96.0.10:30080', hasUnread: true }]);
    expect(facts).toHaveLength(1);
    expect(whys).toEqual([
      'ipvsadm -Ln: printed without -n: node1 is a name, no address; print it again with ipvsadm -Ln',
    ]);
  });

  test('a name that means several ports, or may be cut, is not guessed', () => {
    const { facts, whys } = read(
      ...TABLE,
      'TCP  10.96.0.10:80 rr',
      '  -> 10.244.1.4:http-alt          Masq    1      0          0',
      '  -> [2001:db8:ffff::1234:5]:http Masq    1      0          0',
    );
    expect(facts).toHaveLength(1);
    expect(whys[0]).toContain('which port http-alt is differs or is not known');
    expect(whys[1]).toContain("the port's name in [2001:db8:ffff::1234:5]:http may be cut");
  });

  test('hexadecimal ports of /proc are no names', () => {
    const { facts, whys } = read(
      ...TABLE,
      'TCP  [fd00:0096:0000:0000:0000:0000:0000:0010]:1F90 rr',
      '  -> [fd00:0244:0000:0000:0000:0000:0000:0010]:ABCD      Masq    1      0          0',
      'TCP  0A60000A:1F90 rr',
      '  -> 0AF4010A:ABCD      Masq    1      0          0',
    );
    expect(whys).toEqual([]);
    expect(facts).toHaveLength(4);
  });

  test('--stats', () => {
    const { facts } = read(
      'IP Virtual Server version 1.2.1 (size=4096)',
      'Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes',
      '  -> RemoteAddress:Port',
      'TCP  10.96.0.10:http                  1000    5000     4000   500000   400000',
      '  -> 10.244.1.3:webcache               500    2500     2000   250000   200000',
    );
    expect(facts).toMatchObject([
      { kind: 'counter', name: 'ipvs.conns tcp 10.96.0.10:80', value: 1000 },
      { kind: 'packets', service: '10.96.0.10:80', server: '10.244.1.3:8080' },
    ]);
  });
});

describe('the entries', () => {
  const HEAD = [
    'IPVS connection entries',
    'pro expire state       source             virtual            destination',
  ];

  test('names of ports and of clients are read', () => {
    const { facts, whys } = read(
      ...HEAD,
      'TCP 01:54  TIME_WAIT   client.example.com:45678 10.96.0.10:http    10.244.1.3:webcache',
    );
    expect(whys).toEqual([]);
    expect(facts).toMatchObject([
      { kind: 'listing', count: 1 },
      { kind: 'entries', service: '10.96.0.10:80', server: '10.244.1.3:8080', clients: 1 },
    ]);
  });

  test('a name of a real server is told, also with a number for its port, and the entries are not all of them', () => {
    const { facts, whys } = read(
      ...HEAD,
      'TCP 01:54  TIME_WAIT   10.1.2.3:45678     10.96.0.10:http    pod-1.web.example.com:8080',
      'TCP 01:54  TIME_WAIT   10.1.2.3:45679     web.example.com:http 10.244.1.3:8080',
    );
    expect(facts).toEqual([]);
    expect(whys[0]).toContain(
      'pod-1.web.example.com is a name, no address; print it again with ipvsadm -Lnc',
    );
    expect(whys[1]).toContain('web.example.com is a name, no address; print it again with ipvsadm -Lnc');
  });
});

test('rules', () => {
  const { facts, whys } = read(
    '-A -t 10.96.0.10:http -s rr',
    '-a -t 10.96.0.10:http -r 10.244.1.3:webcache -m -w 1',
    '-a -t 10.96.0.10:http -r node1:6443 -m -w 1',
    '-A -t web.example.com:https -s rr',
  );
  expect(facts).toMatchObject([
    { kind: 'service', address: '10.96.0.10:80', hasUnread: true },
    { kind: 'server', service: '10.96.0.10:80', address: '10.244.1.3:8080' },
  ]);
  expect(whys).toHaveLength(2);
});
