/** From a file to the effective scenario: defaults, names, changes of the command line, places. */
import { describe, expect, it } from 'vitest';
import { type ParseOptions, parseScenario } from '../../src/scenario/parse.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';

const SMALLEST = `service:
  address: 10.96.0.1:80
  realServers:
    - address: 10.244.1.5:8080
clients:
  - concurrency: 100
`;

function parsed(text: string, options: ParseOptions = {}): Scenario {
  const { scenario, problems } = parseScenario(text, options);
  expect(problems).toEqual([]);
  return scenario!;
}

describe('defaults', () => {
  it('fills in everything', () => {
    const { sysctl, sysctlOrigin, ...rest } = parsed(SMALLEST, { file: 'somewhere/my test.yaml' });
    expect(rest).toEqual({
      name: 'my-test',
      title: 'my-test',
      description: '',
      seed: 'ipvsim',
      duration_ns: 60e9,
      interval_ns: 1e9,
      kernel: '5.4',
      hz: 250,
      conntrackHooks: true,
      services: [
        {
          name: '10.96.0.1:80',
          address: '10.96.0.1:80',
          protocol: 'tcp',
          scheduler: 'rr',
          schedulerFlags: [],
          forward: 'masq',
          persistent_s: 0,
          onePacket: false,
          path: 'ipvs',
          realServers: [
            {
              address: '10.244.1.5:8080',
              weight: 1,
              serviceTime: { kind: 'constant', value_ns: 1e6 },
              workers: 0,
              backlog: 511,
              closesFirst: 'server',
              keepAliveRequests: 0,
              responseBytes: 612,
              upperThreshold: 0,
              lowerThreshold: 0,
            },
          ],
        },
      ],
      clients: [
        {
          name: 'client',
          to: '10.96.0.1:80',
          addresses: ['10.0.0.1'],
          kernel: '5.4',
          hz: 250,
          ports: [32_768, 60_999],
          start_ns: 0,
          requests: 0,
          keepAlive: false,
          requestBytes: 100,
          load: { kind: 'closed', concurrency: 100, think: { kind: 'constant', value_ns: 0 } },
          synRetries: 6,
        },
      ],
      links: { clientSide: { delay_ns: 1e5, loss: 0 }, serverSide: { delay_ns: 1e5, loss: 0 } },
      events: [],
      expect: [],
    });
    expect(Object.keys(sysctl)).toEqual(Object.keys(sysctlOrigin));
  });

  it('is plain JSON', () => {
    const scenario = parsed(SMALLEST);
    expect(JSON.parse(JSON.stringify(scenario))).toEqual(scenario);
  });

  it.each([
    [undefined, 'scenario'],
    ['-', 'scenario'],
    ['standard input', 'standard-input'],
    ['a/b\\c.YML', 'c'],
    ['.hidden.yaml', 'hidden'],
    ['路径.yaml', 'scenario'],
    ['k8s-cliff.yaml', 'k8s-cliff'],
  ])('names a scenario from file %j', (file, name) => {
    expect(parsed(SMALLEST, file === undefined ? {} : { file }).name).toBe(name);
  });

  it('follows the kernel', () => {
    const el7 = parsed(`kernel: 3.10.0-1127.el7\n${SMALLEST}`);
    expect([el7.hz, el7.clients[0]!.hz]).toEqual([1000, 1000]);
    const mixed = parsed(`kernel: 5.4\nhz: 100\n${SMALLEST}    kernel: 3.10.0-1127.el7\n`);
    expect([mixed.hz, mixed.clients[0]!.hz, mixed.clients[0]!.kernel]).toEqual([
      100,
      1000,
      '3.10.0-1127.el7',
    ]);
    expect(parsed(`hz: 100\n${SMALLEST}`).clients[0]!.hz).toBe(100);
  });

  it('names clients and gives them addresses, one after the other', () => {
    const { clients } = parsed(`${SMALLEST}  - rate: 5/s\n  - { name: third, probe: { port: 5 } }\n`);
    expect(clients.map(({ name, addresses }) => [name, addresses])).toEqual([
      ['client-1', ['10.0.0.1']],
      ['client-2', ['10.0.0.2']],
      ['third', ['10.0.0.3']],
    ]);
    expect(clients[1]!.load).toEqual({ kind: 'open', rate_per_s: 5, arrivals: 'constant' });
    expect(clients[2]!.load).toEqual({ kind: 'probe', port: 5, every_ns: 1e9 });
  });

  it('reads distributions, links and lists of addresses', () => {
    const text = SMALLEST.replace('8080', '8080\n      serviceTime: { exponential: 60ms }');
    const scenario = parsed(
      `${text}    thinkTime: { empirical: [1ms, 2ms] }\n    addresses: [10.0.0.5, 10.0.0.7-10.0.0.8]\nlinks: { delay: 1ms, clientSide: { loss: 0.5 }, serverSide: { delay: 2ms } }\n`,
    );
    expect(scenario.services[0]!.realServers[0]!.serviceTime).toEqual({ kind: 'exponential', mean_ns: 60e6 });
    expect(scenario.clients[0]!.load).toMatchObject({ think: { kind: 'empirical', values_ns: [1e6, 2e6] } });
    expect(scenario.clients[0]!.addresses).toEqual(['10.0.0.5', '10.0.0.7', '10.0.0.8']);
    expect(scenario.links).toEqual({
      clientSide: { delay_ns: 1e6, loss: 0.5 },
      serverSide: { delay_ns: 2e6, loss: 0 },
    });
  });

  it('puts events in order of time, and the actions of one event one after the other', () => {
    const { events } = parsed(`${SMALLEST}events:
  - at: 20s
    delete: 10.244.1.6:8080
  - at: 10s
    add: { address: "10.244.1.6:8080", weight: 3 }
    weight: { "10.244.1.5:8080": 0 }
    sysctl: { net.ipv4.vs.conn_reuse_mode: 0 }
`);
    expect(events.map(({ at_ns, action }) => [at_ns, action.kind])).toEqual([
      [10e9, 'sysctl'],
      [10e9, 'weight'],
      [10e9, 'add'],
      [20e9, 'delete'],
    ]);
    expect(events[1]!.action).toEqual({
      kind: 'weight',
      service: '10.96.0.1:80',
      realServer: '10.244.1.5:8080',
      weight: 0,
    });
  });

  it('gives expectations their lines', () => {
    const text = `${SMALLEST}expect:\n  - rps > 5\n  # two lines\n  - >-\n    min(qps)\n    > 5\n`;
    expect(parsed(text).expect).toEqual([
      { expression: 'rps > 5', line: 8 },
      { expression: 'min(qps) > 5', line: 10 },
    ]);
  });

  it('keeps text as it is written', () => {
    const scenario = parsed(`seed: 0012\nname: 1e3\ntitle: true\ndescription: 5.10\n${SMALLEST}`);
    expect([scenario.seed, scenario.name, scenario.title, scenario.description]).toEqual([
      '0012',
      '1e3',
      'true',
      '5.10',
    ]);
  });

  it('follows aliases', () => {
    const text = `services:
  - { address: "10.96.0.1:80", realServers: &pods [{ address: "10.244.1.5:8080" }] }
  - { name: two, address: "10.96.0.2:80", realServers: *pods }
clients: [{ concurrency: 1, to: two }]
`;
    const { services, clients } = parsed(text);
    expect(services[1]!.realServers).toEqual(services[0]!.realServers);
    expect(clients[0]!.to).toBe('two');
  });

  it('takes a byte order mark and Windows line ends', () => {
    expect(parsed(`\ufeff${SMALLEST.replaceAll('\n', '\r\n')}`).clients).toHaveLength(1);
  });
});

describe('--set', () => {
  const set = (...changes: string[]): Scenario => parsed(SMALLEST, { set: changes });

  it('takes the keys of the file', () => {
    expect(set('duration=5m').duration_ns).toBe(300e9);
    expect(set('clients.0.concurrency=7').clients[0]!.load).toMatchObject({ concurrency: 7 });
    expect(set('service.realServers.0.serviceTime=60ms').services[0]!.realServers[0]!.serviceTime).toEqual({
      kind: 'constant',
      value_ns: 60e6,
    });
    expect(
      set('service.realServers.0.serviceTime.exponential=60ms').services[0]!.realServers[0],
    ).toMatchObject({
      serviceTime: { kind: 'exponential', mean_ns: 60e6 },
    });
    expect(set('links.clientSide.delay=5ms').links.clientSide.delay_ns).toBe(5e6);
    expect(set('clients.0.addresses=[10.0.0.5, 10.0.0.6]').clients[0]!.addresses).toHaveLength(2);
    expect(set('clients.0.keepAlive=true').clients[0]!.keepAlive).toBe(true);
  });

  it('keeps the dots of names', () => {
    const scenario = set(
      'sysctl.net.ipv4.vs.conn_reuse_mode=0',
      'events.0.at=5s',
      'events.0.sysctl.net.ipv4.vs.conntrack=0',
      'nodes=[{name: a}]',
      'nodes.0.sysctl.net.ipv4.vs.timeout.udp=7',
    );
    expect(scenario.nodes![0]!.sysctl).toEqual({ 'net.ipv4.vs.timeout.udp': 7 });
    expect(scenario.sysctl['net.ipv4.vs.conn_reuse_mode']).toBe(0);
    expect(scenario.sysctlOrigin['net.ipv4.vs.conn_reuse_mode']).toBe('--set');
    expect(scenario.events[0]!.action).toEqual({ kind: 'sysctl', key: 'net.ipv4.vs.conntrack', value: 0 });
    expect(set('events.0.at=5s', 'events.0.weight.10.244.1.5:8080=0').events[0]!.action).toMatchObject({
      realServer: '10.244.1.5:8080',
      weight: 0,
    });
  });

  it.each([
    'net.ipv4.vs.conn_reuse_mode=0',
    'net/ipv4/vs/conn_reuse_mode=0',
    'sysctl.net/ipv4/vs/conn_reuse_mode=0',
    'net.ipv4.vs.conn_reuse_mode = 0',
  ])('takes a sysctl by its own name: %s', (change) => {
    expect(set(change).sysctl['net.ipv4.vs.conn_reuse_mode']).toBe(0);
    expect(set(change).sysctlOrigin['net.ipv4.vs.conn_reuse_mode']).toBe('--set');
  });

  it('takes keys and items out with null', () => {
    const text = `${SMALLEST}  - rate: 5/s\nsysctl: { net.ipv4.vs.conn_reuse_mode: 0 }\n`;
    const without = (...changes: string[]): Scenario => parsed(text, { set: changes });
    expect(without('net.ipv4.vs.conn_reuse_mode=null').sysctl['net.ipv4.vs.conn_reuse_mode']).toBe(1);
    expect(without('clients.0.concurrency=null', 'clients.0.rate=9/s').clients[0]!.load).toMatchObject({
      rate_per_s: 9,
    });
    expect(without('clients.1=null').clients).toHaveLength(1);
    // What is not there is out already, and text is no exception.
    expect(without('clients.0.rate=~', 'title=null', 'expect=null').title).toBe('scenario');
  });

  it.each([
    ['clients.0.ratee=null', 'did you mean rate?'],
    ['clients.1=null', null],
    ['clients=null', null],
    ['net.ipv4.vs.conntrak=null', 'did you mean net.ipv4.vs.conntrack?'],
  ])('does not take out what cannot be missed or does not exist: %s', (change, hint) => {
    const { problems } = parseScenario(SMALLEST, { set: [change] });
    expect(problems).toHaveLength(1);
    if (hint !== null) expect(problems[0]!.hint).toContain(hint);
  });

  it('keeps text as it is written', () => {
    expect(set('kernel=5.10').kernel).toBe('5.10');
    expect(set('seed=0012').seed).toBe('0012');
    expect(set('title=a: b # c').title).toBe('a: b # c');
    expect(parsed(SMALLEST, { seed: '007' }).seed).toBe('007');
    expect(parsed(SMALLEST, { seed: '8', set: ['seed=7'] }).seed).toBe('8');
  });

  it('appends to lists, and later arguments win', () => {
    expect(set('clients.1.rate=5/s').clients).toHaveLength(2);
    expect(set('duration=5s', 'duration=6s').duration_ns).toBe(6e9);
    expect(set('expect.0=min(qps, 1s..2s) >= 5').expect).toEqual([
      { expression: 'min(qps, 1s..2s) >= 5', line: 0 },
    ]);
  });

  it('finds the one service by either name', () => {
    expect(set('services.0.scheduler=wrr').services[0]!.scheduler).toBe('wrr');
    const several =
      'services: [{ address: "10.96.0.1:80", realServers: [{ address: "10.244.1.5:8080" }] }]\nclients: [{ concurrency: 1 }]\n';
    expect(parsed(several, { set: ['service.scheduler=wrr'] }).services[0]!.scheduler).toBe('wrr');
  });

  it('gives a problem that comes from the command line no place in the file', () => {
    const { problems } = parseScenario(SMALLEST, { file: 'a.yaml', set: ['hz=5'], seed: '' });
    expect(problems.map(({ file, line, code }) => [file, line, code]).sort()).toEqual([
      ['--seed ', 0, 'E_VALUE'],
      ['--set hz=5', 0, 'E_VALUE'],
    ]);
  });

  it('does not reach into JavaScript', () => {
    for (const key of ['__proto__.polluted=1', 'constructor.prototype.polluted=1', 'clients.__proto__=1']) {
      expect(parseScenario(SMALLEST, { set: [key] }).problems.length).toBeGreaterThan(0);
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
