/** What is said of a scenario whose data path or CPU cannot be. */
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../../src/scenario/parse.ts';

interface Parts {
  readonly service?: string;
  readonly server?: string;
  readonly rest?: string;
}

/** `line: message (hint)` of every problem. */
function problems({ service = '', server = '', rest = '' }: Parts): string[] {
  const text = `kernel: 5.4
service:
  address: 10.96.0.1:80
  ${service}
  realServers:
    - { address: 10.244.1.5:80${server} }
clients: [{ concurrency: 5 }]
${rest}
`;
  return parseScenario(text, { file: 'test.yaml' }).problems.map(
    ({ line, message, hint }) => `${line}: ${message}${hint === null ? '' : ` (${hint})`}`,
  );
}

describe('a data path', () => {
  it.each<[Parts, string]>([
    [
      { service: 'path: iptable' },
      '4: service.path must be ipvs, direct, iptables, nftables, ebpf or ipvs-bpf (got "iptable") (did you mean iptables?)',
    ],
    [
      { service: 'path: iptables\n  scheduler: wlc' },
      '5: path iptables has no schedulers: it draws with equal probability (leave scheduler out)',
    ],
    [{ service: 'path: ebpf\n  persistent: 60s' }, '5: persistent goes with IPVS and rules, not path ebpf'],
    [
      { service: 'path: ipvs-bpf\n  forward: route' },
      '5: path ipvs-bpf translates addresses: it does not forward by route',
    ],
    [{ service: 'noRouteToHostFix: true' }, '4: noRouteToHostFix belongs to path ipvs-bpf, not ipvs'],
    [
      { service: 'path: iptables', server: ', weight: 3' },
      '6: path iptables knows no weights: every backend is as likely as another (use 1, or 0 to take it out)',
    ],
    [
      { service: 'path: ebpf', server: ', upperThreshold: 3' },
      '6: thresholds go with IPVS only, not path ebpf',
    ],
    [
      { service: 'path: iptables', rest: 'conntrackHooks: false' },
      '4: path iptables is conntrack: it does not go with conntrackHooks: false',
    ],
    [
      { service: 'path: iptables', rest: 'events: [{ at: 1s, weight: { "10.244.1.5:80": 2 } }]' },
      '8: path iptables knows no weights: every backend is as likely as another (use 1, or 0 to take it out)',
    ],
    [
      { service: 'path: direct', rest: 'events: [{ at: 1s, weight: { "10.244.1.5:80": 0 } }]' },
      '8: real servers of 10.96.0.1:80 cannot change: its path is direct',
    ],
  ])('%j', (parts, problem) => {
    expect(problems(parts)).toEqual([problem]);
  });

  it('that needs a newer kernel', () => {
    const text = `kernel: 4.14
service: { address: "10.96.0.1:80", path: ebpf, realServers: [{ address: "10.244.1.5:80" }] }
clients: [{ concurrency: 5 }]
`;
    const [problem] = parseScenario(text, { file: 'test.yaml' }).problems;
    expect(problem).toMatchObject({
      code: 'E_KERNEL',
      line: 2,
      message: 'kernel 4.14 has no BPF hook in connect()',
      hint: 'it came with Linux 4.17',
    });
  });
});

describe('a CPU', () => {
  it.each<[Parts, string]>([
    [{ server: ', cpu: { perRequest: 1ms }' }, '6: service.realServers.0.cpu.cores is missing'],
    [
      { server: ', cpu: { cores: 4, cpuset: 8, perRequest: 1ms }' },
      '6: cpuset 8 is more than the 4 cores of the host',
    ],
    [
      { server: ', cpu: { cores: 4, quota: 400, perRequest: 1ms }' },
      '6: service.realServers.0.cpu.quota must be a time with a unit, like 60s or 2m (got 400) (did you mean 400s?)',
    ],
    [
      { server: ', cpu: { cores: 4, period: 2s, perRequest: 1ms }' },
      '6: service.realServers.0.cpu.period must be between 1ms and 1s (got "2s")',
    ],
    [
      { rest: 'node: { payer: realServer, forward: 1us }' },
      '6: the node lets real servers pay for packets, and this one has no cpu (describe its cpu, or set node.payer: node)',
    ],
    [{ rest: 'node: { payer: pod }' }, '8: node.payer must be node or realServer (got "pod")'],
  ])('%j', (parts, problem) => {
    expect(problems(parts)).toEqual([problem]);
  });

  it('and a node stand in the effective scenario only where they are described', () => {
    const plain = 'service: { address: "10.96.0.1:80", realServers: [{ address: "10.244.1.5:80" }] }';
    const { scenario } = parseScenario(`${plain}\nclients: [{ concurrency: 5 }]\n`, { file: 'a.yaml' });
    expect(Object.keys(scenario!)).not.toContain('node');
    expect(Object.keys(scenario!.services[0]!.realServers[0]!)).not.toContain('cpu');
  });
});
