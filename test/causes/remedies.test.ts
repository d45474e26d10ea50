/** Remedies are changes that a scenario takes, each of another part of it. */
import { describe, expect, test } from 'vitest';
import { CAUSES } from '../../src/causes/causes.ts';
import { PORT_REUSE } from '../../src/causes/known/port_reuse.ts';
import { MASQUERADE } from '../../src/causes/remedies/nodes.ts';
import { GIVE_WEIGHT, NO_AFFINITY } from '../../src/causes/remedies/services.ts';
import { LONGER_TCP, NODEST_1 } from '../../src/causes/remedies/sysctls.ts';
import { KERNEL_5_9, KUBE_PROXY_1_16, KUBE_PROXY_DRAINS } from '../../src/causes/remedies/versions.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';

const TEXT = `
kernel: 3.10.0-1127.el7
sysctl: { net.ipv4.vs.conn_reuse_mode: 1 }
service:
  address: 10.96.0.1:80
  realServers: [{ address: 10.244.1.5:8080 }]
clients:
  - { addresses: 10.0.0.1, concurrency: 10 }
  - { addresses: [10.0.0.2], probe: { port: 2348 } }
`;

function parse(text: string, set: readonly string[] = []): Scenario {
  const { scenario, problems } = parseScenario(text, { set });
  expect(problems).toEqual([]);
  return scenario!;
}

/** Against the cliff. */
function changesOf(scenario: Scenario): Record<string, readonly string[]> {
  const changes = PORT_REUSE.remedies.map((remedy) => [remedy.name, remedy.changes(scenario) ?? []] as const);
  return Object.fromEntries(changes.filter(([, set]) => set.length > 0));
}

const REMEDIES = [...new Set(CAUSES.flatMap(({ remedies }) => remedies))];

describe('every remedy', () => {
  test.each(REMEDIES.map((remedy) => [remedy.name, remedy] as const))(
    '%s says what it costs',
    (_, remedy) => {
      expect(remedy.name.length).toBeLessThanOrEqual(18);
      for (const text of [remedy.deed, remedy.effect, remedy.price]) expect(text).toMatch(/[^.\s]$/);
    },
  );

  test('has a name of its own', () => {
    expect(new Set(REMEDIES.map(({ name }) => name)).size).toBe(REMEDIES.length);
  });

  test('is something that a scenario takes, or has no handle in it', () => {
    for (const remedy of REMEDIES) parse(TEXT, remedy.changes(parse(TEXT)) ?? []);
  });
});

describe('masquerade', () => {
  const changed = (text: string) => {
    const changes = MASQUERADE.changes(parse(text));
    if (changes !== null) parse(text, changes);
    return changes;
  };
  const six = TEXT.replaceAll('10.96.0.1:80', '"[fd00:96::1]:80"')
    .replace('10.244.1.5:8080', '"[fd00:244::5]:8080"')
    .replaceAll(/10\.0\.0\.(\d)/gu, 'fd00:10::$1');

  test('needs an address of the family', () => {
    expect(changed(TEXT)).toEqual(['masquerade=plain']);
    expect(changed(six)).toEqual(['masquerade=plain', 'nodeAddress=fd00:18::2']);
    const port = six
      .replace('realServers', 'nodePort: 30080\n  realServers')
      .replaceAll('- { addr', '- { to: "[fd00:96::1]:80", addr');
    expect(changed(`nodeAddress: fd00:18::9\n${port}`)).toEqual(['masquerade=plain']);
  });

  test('takes away whatever leaves clients their addresses, on every node', () => {
    const nodes = 'nodes: [{ name: one }, { name: two, podRange: 10.244.2.0/24 }]';
    expect(changed(`masquerade: plain\npodRange: 10.244.0.0/16\n${nodes}\n${TEXT}`)).toEqual([
      'podRange=null',
      'nodes.1.podRange=null',
    ]);
    const off = TEXT.replace('reuse_mode: 1', 'reuse_mode: 1, net.ipv4.vs.conntrack: 0');
    expect(changed(off)).toEqual(['masquerade=plain', 'sysctl.net.ipv4.vs.conntrack=1']);
  });

  test('is not for answers that never pass a node, nor where conntrack sees nothing', () => {
    expect(
      changed(TEXT.replace('realServers', 'forward: route\n  realServers').replace('8080', '80')),
    ).toBeNull();
    expect(changed(`conntrackHooks: false\n${TEXT}`)).toBeNull();
  });
});

describe('remedies against the cliff', () => {
  test('are changes that the scenario takes, each of another part of it', () => {
    const changes = changesOf(parse(TEXT));
    expect(Object.keys(changes)).toEqual([
      'mode 0',
      'mode 0 + nodest',
      'kernel 5.9+',
      'conntrack 0',
      'keep-alive',
      'wider ports',
      'more clients',
      'iptables mode',
      'nftables mode',
      'eBPF',
    ]);
    for (const set of Object.values(changes)) parse(TEXT, set);
  });

  test('a newer node does not change how the clients choose their ports', () => {
    const after = parse(TEXT, changesOf(parse(TEXT))['kernel 5.9+']);
    expect(after.kernel).toBe('5.10');
    expect(after.clients.map(({ kernel, hz }) => [kernel, hz])).toEqual([
      ['3.10.0-1127.el7', 1000],
      ['3.10.0-1127.el7', 1000],
    ]);
  });

  test('more clients share the load from addresses that nobody has, and leave the probe alone', () => {
    const after = parse(TEXT, changesOf(parse(TEXT))['more clients']);
    expect(
      after.clients.map(({ addresses, load }) => [addresses, load.kind === 'closed' ? load.concurrency : 0]),
    ).toEqual([
      [['10.0.0.1'], 3],
      [['10.0.0.2'], 0],
      [['10.0.0.3'], 3],
      [['10.0.0.4'], 3],
      [['10.0.0.5'], 3],
    ]);
  });

  test('an open loop is split by its rate', () => {
    const open = parse(TEXT, ['clients.0={"addresses": "10.0.0.1", "rate": "200/s", "arrivals": "poisson"}']);
    const after = parse(TEXT, [...changesOf(open)['more clients']!]);
    expect(after.clients[4]!.load).toEqual({ kind: 'open', rate_per_s: 50, arrivals: 'poisson' });
  });

  test('what the scenario has already is no remedy', () => {
    const set = ['sysctl.net.ipv4.vs.conn_reuse_mode=0', 'kernel=6.1', 'clients.0.keepAlive=true'];
    const names = Object.keys(changesOf(parse(TEXT, set)));
    for (const name of ['mode 0', 'kernel 5.9+', 'keep-alive']) expect(names).not.toContain(name);
  });
});

describe('other remedies fit the scenario', () => {
  test('the longer timeout is twice the longest pause, and none where pauses are short', () => {
    const idle = ['clients.0.keepAlive=true', 'clients.0.thinkTime=960s'];
    expect(LONGER_TCP.changes(parse(TEXT, idle))).toEqual(['sysctl.net.ipv4.vs.timeout.tcp=1920']);
    expect(LONGER_TCP.changes(parse(TEXT))).toEqual([]);
  });

  test('kube-proxy: none without it, none where it is new enough', () => {
    expect(KUBE_PROXY_1_16.changes(parse(TEXT))).toBeNull();
    expect(KUBE_PROXY_1_16.changes(parse(TEXT, ['kubernetes=1.13.3']))).toEqual(['kubernetes=1.16.0']);
    expect(KUBE_PROXY_1_16.changes(parse(TEXT, ['kubernetes=1.15.1']))).toEqual([]);
  });

  test('of several nodes each that is not so already is changed', () => {
    const nodes = [
      'kernel=5.4',
      'kubernetes=1.24.0',
      'nodes=[{name: a}, {name: b, kubernetes: 1.10.13, kernel: 4.19}, {name: c, kernel: 6.1, sysctl: {net.ipv4.vs.expire_nodest_conn: 0}}]',
    ];
    const scenario = parse(TEXT, nodes);
    const changes = (remedy: { readonly changes: (of: Scenario) => readonly string[] | null }) => {
      const set = remedy.changes(scenario)!;
      expect(remedy.changes(parse(TEXT, [...nodes, ...set]))).toEqual([]);
      return set.filter((each) => !each.startsWith('clients.'));
    };
    expect(changes(KUBE_PROXY_DRAINS)).toEqual(['nodes.1.kubernetes=1.14.0']);
    expect(changes(NODEST_1)).toEqual([
      'nodes.1.sysctl.net.ipv4.vs.expire_nodest_conn=1',
      'nodes.2.sysctl.net.ipv4.vs.expire_nodest_conn=1',
    ]);
    expect(changes(KERNEL_5_9)).toEqual(['kernel=5.10', 'nodes.1.kernel=5.10']);
  });

  test('persistence is taken away as the schema wants it', () => {
    const persistent = ['service.persistent=300s'];
    const after = parse(TEXT, [...persistent, ...NO_AFFINITY.changes(parse(TEXT, persistent))!]);
    expect(after.services[0]!.persistent_s).toBe(0);
  });

  test('weight is given where there is none', () => {
    const quiet = ['service.realServers.0.weight=0'];
    const after = parse(TEXT, [...quiet, ...GIVE_WEIGHT.changes(parse(TEXT, quiet))!]);
    expect(after.services[0]!.realServers[0]!.weight).toBe(1);
    expect(GIVE_WEIGHT.changes(parse(TEXT))).toBeNull();
  });
});

describe('where nodes have kernels and settings of their own', () => {
  const NODES = `
kernel: 5.15
nodes:
  - { name: a }
  - { name: b, kernel: 4.19 }
  - { name: c, sysctl: { net.ipv4.vs.conntrack: 1, net.ipv4.vs.timeout.tcp: 300 } }
service: { address: 10.96.0.1:80, realServers: [{ address: 10.244.1.5:8080 }] }
clients: [{ concurrency: 10 }]
`;

  test('those that need a newer kernel or another setting get it, the others are left', () => {
    const changes = changesOf(parse(NODES));
    expect(changes['kernel 5.9+']).toEqual(['nodes.1.kernel=5.10']);
    expect(changes['conntrack 0']).toEqual([
      'sysctl.net.ipv4.vs.conntrack=0',
      'nodes.2.sysctl.net.ipv4.vs.conntrack=0',
    ]);
    for (const name of ['mode 0', 'kernel 5.9+', 'conntrack 0']) parse(NODES, changes[name]);
  });

  test('a kernel that no node has is not changed', () => {
    const set = ['kernel=4.19', 'nodes.0.kernel=6.1', 'nodes.2.kernel=6.1'];
    expect(changesOf(parse(NODES, set))['kernel 5.9+']).toEqual(['nodes.1.kernel=5.10']);
  });

  test('a timeout counts where it is shortest', () => {
    const set = ['clients.0.keepAlive=true', 'clients.0.thinkTime=400s'];
    expect(LONGER_TCP.changes(parse(NODES, set))).toEqual(['nodes.2.sysctl.net.ipv4.vs.timeout.tcp=800']);
  });
});
