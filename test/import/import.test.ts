import { describe, expect, test } from 'vitest';
import { readIpvsadm } from '../../src/import/ipvsadm.ts';
import { ELSEWHERE, scenarioFrom } from '../../src/import/scenario_yaml.ts';
import { readSysctls } from '../../src/import/sysctl_text.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { SYSCTLS } from '../../src/scenario/sysctl.ts';

const LISTING = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.96.0.1:443 rr
  -> 192.168.0.2:6443             Masq    1      3          0
TCP  10.96.0.10:80 sh persistent 10800 (flag-1,flag-2)
  -> 10.244.2.7:8080              Masq    0      0          17
  -> 10.244.1.5:8080              Masq    5      2          14116
UDP  10.96.0.10:53 rr ops
  -> 10.244.0.9:53                Masq    1      0          0
TCP  [fd00::1]:80 rr
  -> [fd00::5]:8080               Masq    1      0          0
FWM  1 rr
TCP  10.96.0.20:80 rr
`;

const SAVED = `-A -t 10.96.0.10:80 -s wlc -p 300
-a -t 10.96.0.10:80 -r 10.244.2.7:8080 -g -w 3 -x 100 -y 50
-a -t 10.96.0.10:80 -r 10.244.1.5:8080 -g -w 1
-A -u 10.96.0.10:53 -s rr -o
-a -u 10.96.0.10:53 -r 10.244.0.9:53 -m -w 1
`;

const SYSCTL = `kernel.osrelease = 3.10.0-1127.el7.x86_64
net.ipv4.ip_local_port_range = 1024\t65535
net.ipv4.tcp_syn_retries = 3
net.ipv4.vs.conn_reuse_mode = 1
net.ipv4.vs.conntrack = 1
net.ipv4.vs.sync_threshold = 3\t50
net.core.wmem_max = 212992
vm.swappiness = 60
sysctl: permission denied on key 'fs.protected_fifos'
`;

const KNOWN = new Set([...SYSCTLS.map((info) => info.name), ...Object.values(ELSEWHERE)]);

describe('SCTP', () => {
  test.each([
    ['listed', 'SCTP 10.96.0.38:3868 rr\n  -> 10.244.1.5:3868              Masq    1      3          10\n'],
    [
      'saved',
      '-A --sctp-service 10.96.0.38:3868 -s rr\n-a --sctp-service 10.96.0.38:3868 -r 10.244.1.5:3868 -m -w 1\n',
    ],
  ])('%s, and a scenario that runs', (_how, text) => {
    const table = readIpvsadm(text);
    expect(table.ignored).toEqual([]);
    expect(table.services).toMatchObject([
      { protocol: 'sctp', address: '10.96.0.38:3868', realServers: [{ address: '10.244.1.5:3868' }] },
    ]);
    const twin = {
      ...table,
      services: [...table.services, { ...table.services[0]!, protocol: 'tcp' as const }],
    };
    const sysctls = readSysctls('', KNOWN);
    const imported = scenarioFrom({
      table: twin,
      sysctls,
      kernel: '6.1',
      service: 'sctp:10.96.0.38:3868',
      schema: '',
    })!;
    const { scenario, problems } = parseScenario(imported.yaml);
    expect(problems).toEqual([]);
    expect(scenario!.services[0]!.protocol).toBe('sctp');
  });
});

describe('ipvsadm -Ln', () => {
  const table = readIpvsadm(LISTING);

  test('services with their flags', () => {
    expect(table.services.map((service) => [service.protocol, service.address, service.scheduler])).toEqual([
      ['tcp', '10.96.0.1:443', 'rr'],
      ['tcp', '10.96.0.10:80', 'sh'],
      ['udp', '10.96.0.10:53', 'rr'],
      ['tcp', '[fd00::1]:80', 'rr'],
      ['tcp', 'FWM 1', 'rr'],
      ['tcp', '10.96.0.20:80', 'rr'],
    ]);
    expect(table.services[4]).toMatchObject({ mark: 1, realServers: [] });
    expect(table.services[1]).toMatchObject({
      persistent_s: 10800,
      schedulerFlags: ['sh-fallback', 'sh-port'],
      connections: 14135,
    });
    expect(table.services[2]).toMatchObject({ onePacket: true });
  });

  test('the newest real server is listed first, so the order is turned round', () => {
    expect(table.services[1]!.realServers).toEqual([
      { address: '10.244.1.5:8080', weight: 5, upperThreshold: 0, lowerThreshold: 0 },
      { address: '10.244.2.7:8080', weight: 0, upperThreshold: 0, lowerThreshold: 0 },
    ]);
  });

  test('says what it leaves out', () => {
    expect(table.ignored).toEqual([]);
  });

  test('a listing with names instead of numbers asks for -n', () => {
    expect(readIpvsadm('TCP  web.local:http rr\n').ignored[0]).toContain(
      'printed without -n: web.local is a name, no address; print it again with ipvsadm -Ln',
    );
  });

  test('names of ports are read where they mean one port everywhere', () => {
    const listing = [
      'TCP  10.96.0.10:http rr',
      '  -> 10.244.1.3:webcache          Masq    1      0          0',
      '  -> 10.244.1.4:http-alt          Masq    1      0          0',
      '  -> node1:6443                   Masq    1      0          0',
    ].join('\n');
    const { services, ignored } = readIpvsadm(listing);
    expect(services[0]).toMatchObject({
      address: '10.96.0.10:80',
      realServers: [{ address: '10.244.1.3:8080', weight: 1 }],
    });
    expect(ignored).toEqual([
      'line 3: real server 10.244.1.4:http-alt: printed without -n: which port http-alt is differs or is not known; print it again with ipvsadm -Ln',
      'line 4: real server node1:6443: printed without -n: node1 is a name, no address; print it again with ipvsadm -Ln',
    ]);
    expect(readIpvsadm('TCP  10.96.0.10:http rr\n  -> node1:6443  Masq  1  0  0\n')).toEqual({
      services: [],
      ignored: [
        'line 2: real server node1:6443: printed without -n: node1 is a name, no address; print it again with ipvsadm -Ln',
        'service 10.96.0.10:80: left out, as none of its real servers was read',
      ],
    });
    const saved = readIpvsadm(
      '-A -u 10.96.0.11:domain -s rr\n-a -u 10.96.0.11:domain -r 10.244.1.5:domain -m -w 1\n',
    );
    expect(saved.services[0]).toMatchObject({
      address: '10.96.0.11:53',
      realServers: [{ address: '10.244.1.5:53' }],
    });
  });

  test('text that is something else is told line by line', () => {
    expect(readIpvsadm('hello world\n')).toEqual({
      services: [],
      ignored: ['line 1: not understood: hello world'],
    });
  });
});

test('ipvsadm-save', () => {
  const { services, ignored } = readIpvsadm(SAVED);
  expect(ignored).toEqual([]);
  expect(services).toMatchObject([
    { protocol: 'tcp', scheduler: 'wlc', persistent_s: 300, forward: 'route' },
    { protocol: 'udp', onePacket: true, forward: 'masq' },
  ]);
  expect(services[0]!.realServers[1]).toEqual({
    address: '10.244.2.7:8080',
    weight: 3,
    upperThreshold: 100,
    lowerThreshold: 50,
  });
});

test('sysctl -a: what the model has, what it lacks, how many others', () => {
  const { values, ignored } = readSysctls(SYSCTL, KNOWN);
  expect(values.get('net.ipv4.vs.conn_reuse_mode')).toBe('1');
  expect(ignored).toEqual([
    'net.ipv4.vs.sync_threshold = 3\t50: not modelled',
    '2 other sysctls that the model has no use for',
  ]);
});

describe('the scenario', () => {
  const make = (listing: string, more = {}) =>
    scenarioFrom({
      table: readIpvsadm(listing),
      sysctls: readSysctls(SYSCTL, KNOWN),
      schema: './schema.json',
      ...more,
    });

  test('an IPv6 service becomes a scenario that can be read', () => {
    const made = make(LISTING, { service: '[fd00::1]:80' })!;
    const { scenario, problems } = parseScenario(made.yaml, { file: 'imported.yaml' });
    expect(problems).toEqual([]);
    expect(scenario!.services[0]).toMatchObject({ address: '[fd00::1]:80' });
    expect(scenario!.clients[0]!.addresses).toEqual(['2001:db8::1']);
  });

  test('is one that the parser takes, with the imported values', () => {
    const { scenario, problems } = parseScenario(make(LISTING)!.yaml);
    expect(problems).toEqual([]);
    expect(scenario).toMatchObject({
      kernel: '3.10.0-1127.el7.x86_64',
      hz: 1000,
      sysctl: { 'net.ipv4.vs.conn_reuse_mode': 1, 'net.ipv4.vs.conntrack': 1 },
      services: [{ address: '10.96.0.10:80', scheduler: 'sh', persistent_s: 10800 }],
      clients: [{ ports: [1024, 65535], synRetries: 3 }],
    });
  });

  test('of all services the busiest is kept, or the one asked for', () => {
    expect(make(LISTING)!.notes).toContain(
      '5 other services: 10.96.0.10:80 was kept (it has the most connections); --service keeps another one',
    );
    expect(make(LISTING, { service: '10.96.0.1:443' })!.yaml).toContain('address: 10.96.0.1:443');
    expect(make(LISTING, { service: '10.96.0.99:1' })).toBeNull();
  });

  const TWINS = `TCP  10.96.0.10:53 rr
  -> 20.20.210.3:53               Masq    1      0          2400
UDP  10.96.0.10:53 rr
  -> 20.20.210.3:53               Masq    1      0          0
`;

  test('of a TCP and a UDP service on one address either can be kept', () => {
    expect(make(TWINS, { service: '10.96.0.10:53' })!.notes).toContain(
      '10.96.0.10:53 is there for tcp and udp: tcp was kept; --service udp:10.96.0.10:53 keeps the other one',
    );
    const { yaml, notes } = make(TWINS, { service: 'udp:10.96.0.10:53' })!;
    expect(yaml).toContain('protocol: udp');
    expect(notes.join()).not.toContain('is there for');
  });

  test('InActConn is an estimate of the load, unless it may be a plateau or the load is given', () => {
    expect(make(TWINS)!.yaml).toContain('    rate: 20/s     # assumed: InActConn / 120 s in TIME_WAIT');
    expect(make(LISTING)!.yaml).toContain('concurrency: 100     # assumed');
    const load = { concurrency: 7, from: '--concurrency' };
    expect(make(TWINS, { load })!.yaml).toContain('    concurrency: 7     # --concurrency');
  });

  test('--stats is called by its name', () => {
    expect(
      readIpvsadm('Prot LocalAddress:Port  Conns   InPkts  OutPkts  InBytes OutBytes\n').ignored,
    ).toEqual(['this is ipvsadm -Ln --stats, without schedulers and weights: ipvsadm -Ln has them']);
  });

  test('a service without real servers has an empty list', () => {
    const { yaml, notes } = make(LISTING, { service: '10.96.0.20:80' })!;
    expect(notes).toContain('10.96.0.20:80 has no real servers: every connection is refused');
    const { scenario, problems } = parseScenario(yaml);
    expect(problems).toEqual([]);
    expect(scenario!.services[0]!.realServers).toEqual([]);
  });

  test("settings of the node's TCP become the client's", () => {
    const sysctl =
      'net.ipv4.ip_local_reserved_ports = 30000-32767,40000-45000\nnet.ipv4.tcp_retries2=8\nnet.ipv4.tcp_keepalive_time=600\n';
    const { yaml } = make(LISTING, { sysctls: readSysctls(sysctl, KNOWN), ports: '32768-60999' })!;
    expect(parseScenario(yaml).scenario!.clients[0]).toMatchObject({
      reservedPorts: [[40000, 45000]],
      tcpRetries2: 8,
    });
    expect(yaml).toContain('# tcpKeepalive: {time: 600s, interval: 75s, probes: 9}');
  });

  test('from ipvsadm-save with UDP too', () => {
    const udp = make(SAVED, { service: '10.96.0.10:53' })!;
    expect(parseScenario(udp.yaml).problems).toEqual([]);
    expect(udp.yaml).toContain('protocol: udp');
  });
});

describe('the kernel of a node', () => {
  const kernelOf = (lines: string) => {
    const imported = scenarioFrom({
      table: readIpvsadm(LISTING),
      sysctls: readSysctls(lines, KNOWN),
      schema: 'x',
    })!;
    return { yaml: imported.yaml, note: imported.notes.find((text) => text.startsWith('kernel ')) };
  };

  test('is read with its version', () => {
    const debian = kernelOf(
      'kernel.osrelease = 5.10.0-28-amd64\nkernel.version = #1 SMP Debian 5.10.209-2 (2024-01-31)\n',
    );
    expect(debian.yaml).toContain('\nkernel: "5.10.0-28-amd64 Debian 5.10.209-2"\n');
    expect(debian.note).toContain('Debian, Linux 5.10.209');
    const ubuntu = kernelOf(
      'kernel.osrelease = 5.4.0-150-generic\nkernel.version = #167~18.04.1-Ubuntu SMP Wed May 24\n',
    );
    expect(ubuntu.yaml).toContain('\nkernel: "5.4.0-150-generic"\n');
    expect(ubuntu.note).toContain('Ubuntu, Linux 5.4.233');
    expect(ubuntu.note).toContain('cat /proc/version_signature');
  });

  test('that cannot be told is marked, and a run refuses it', () => {
    const { yaml } = kernelOf('kernel.osrelease = 5.4.0-1009-aws\n');
    expect(yaml).toMatch(
      /\n# cannot tell .*\n# on the node, this tells: cat .*\n# without it write .*\n.*\nkernel: "5.4.0-1009-aws"\n/,
    );
    expect(parseScenario(yaml).problems.map(({ code }) => code)).toEqual(['E_CANNOT_TELL']);
  });
});
