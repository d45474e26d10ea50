/** ipvsim import, from the command line: files in any order, told apart by their content, make one scenario. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseScenario } from '../../../../src/scenario/parse.ts';
import { ipvsim } from '../../spawn.ts';

const FILES = {
  'ln.txt': 'TCP  10.96.0.10:80 wlc\n  -> 10.1.0.5:8080  Masq 3 1 14\n  -> 10.1.0.6:8080  Masq 1 1 14\n',
  'hex.txt':
    'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\nTCP  0A60000A:0050 rr  \n  -> 0A010005:1F90      Masq    1      0          3\n',
  'sysctl.txt':
    'net.ipv4.vs.conntrack = 1\nnet.ipv4.vs.conn_max = 5000\nnet.ipv4.ip_local_reserved_ports = 40000-45000\n',
  'uname.txt': 'Linux node-7 5.4.0-42-generic #46-Ubuntu SMP Fri Jul 10 00:24:02 UTC 2020 x86_64 GNU/Linux\n',
  'rate.txt':
    'Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS\n  -> RemoteAddress:Port\nTCP  10.96.0.10:80                      17       85       68     5000     6000\n',
  'timeout.txt': 'Timeout (tcp tcpfin udp): 600 60 300\n',
  'keepalived.conf':
    'virtual_server 10.96.0.10 80 {\n  delay_loop 6\n  lb_algo rr\n  real_server 10.1.0.5 8080 {\n    TCP_CHECK { connect_timeout 3\n }\n  }\n}\n',
  'cluster.yaml': `kind: Service
metadata: {name: web}
spec:
  clusterIP: 10.96.0.10
  type: NodePort
  ports: [{port: 80, nodePort: 30080}]
---
kind: Endpoints
metadata: {name: web}
subsets: [{addresses: [{ip: 10.1.0.5}], ports: [{port: 8080}]}]
---
kind: Node
metadata: {name: node-7}
status:
  addresses: [{type: InternalIP, address: 172.20.0.7}]
  nodeInfo: {kernelVersion: 3.10.0-1127.el7.x86_64, kubeProxyVersion: v1.19.12}
---
kind: KubeProxyConfiguration
mode: iptables
clusterCIDR: 10.1.0.0/16
ipvs: {strictARP: true}
`,
} as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ipvsim-import-'));
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
});

async function imported(names: readonly (keyof typeof FILES)[], ...options: readonly string[]) {
  const { code, stdout, stderr } = await ipvsim([
    'import',
    ...names.map((name) => join(folder, name)),
    ...options,
  ]);
  expect(code, stderr).toBe(0);
  const { scenario, problems } = parseScenario(stdout);
  expect(problems).toEqual([]);
  return { scenario: scenario!, yaml: stdout, stderr };
}

describe('files in any order', () => {
  test('table, settings, kernel, rate and timeouts', async () => {
    const { scenario, yaml, stderr } = await imported([
      'timeout.txt',
      'uname.txt',
      'sysctl.txt',
      'rate.txt',
      'ln.txt',
    ]);
    expect(scenario).toMatchObject({
      kernel: '5.4.0-42-generic',
      sysctl: { 'net.ipv4.vs.conntrack': 1, 'net.ipv4.vs.timeout.tcp': 600 },
      services: [{ address: '10.96.0.10:80', scheduler: 'wlc' }],
      clients: [{ load: { rate_per_s: 17 }, reservedPorts: [[40000, 45000]] }],
    });
    expect(yaml).toMatch(/rate: 17\/s {5}# as IPVS counts, .*rate\.txt:3/);
    // Linux 5.4 has no such sysctl: the file says so, and nothing ends for it.
    expect(yaml).toMatch(/^ {2}# net\.ipv4\.vs\.conn_max: 5000 {5}# left out: /m);
    expect(stderr).toContain('net.ipv4.vs.conn_max');
  });

  test('/proc/net/ip_vs has its addresses in hexadecimal', async () => {
    const { scenario } = await imported(['hex.txt']);
    expect(scenario.services).toMatchObject([
      { address: '10.96.0.10:80', realServers: [{ address: '10.1.0.5:8080' }] },
    ]);
  });

  test("objects of Kubernetes, with kube-proxy's own settings", async () => {
    const { scenario, stderr } = await imported(['cluster.yaml']);
    expect(scenario).toMatchObject({
      kernel: '3.10.0-1127.el7.x86_64',
      controller: { kind: 'kube-proxy', version: '1.19.12' },
      masquerade: { nodeAddress: '172.20.0.7', podRange: '10.1.0.0/16' },
      services: [
        { address: '10.96.0.10:80', path: 'iptables' },
        { address: '172.20.0.7:30080', exposed: {} },
      ],
    });
    expect(stderr.match(/strictARP/g)).toHaveLength(1);
  });

  test("the node's table comes before what was configured", async () => {
    const { scenario } = await imported(['keepalived.conf', 'ln.txt'], '--kubernetes', '1.22.3');
    expect(scenario.services[0]!.scheduler).toBe('wlc');
    expect(scenario.controller).toMatchObject({ version: '1.22.3' });
  });
});

test('a real server that fails is taken out when its checker notices', async () => {
  const { scenario, yaml } = await imported(['keepalived.conf'], '--fails', '10.1.0.5:8080@30s');
  expect(scenario.events.map(({ at_ns, action }) => [at_ns / 1e9, action.kind])).toEqual([
    [30, 'unplug'],
    [43, 'delete'],
  ]);
  expect(yaml).toContain('at: 43s     # assumed: the check before had just passed; 37s at the soonest');
});

test('--ip_local_reserved_ports', async () => {
  const options = ['--ip_local_port_range', '30000-60999', '--ip_local_reserved_ports', '40000-45000'];
  const { scenario } = await imported(['ln.txt'], ...options);
  expect(scenario.clients[0]).toMatchObject({ ports: [30000, 60999], reservedPorts: [[40000, 45000]] });
});

test('every guess of the file is marked, with what tells it', async () => {
  const { yaml } = await imported(['ln.txt']);
  const marked = yaml.split('\n').filter((line) => line.includes('assumed'));
  expect(marked.length).toBeGreaterThan(4);
  for (const line of marked.slice(1)) expect(line).toMatch(/assumed[:,;] .*(tell|list|any will do)/);
});

test.each([
  [[], 'import needs a file'],
  [['--fails', 'x'], '--fails x: must be ADDRESS:PORT@TIME'],
  [['uname.txt'], 'no TCP or UDP service in'],
  [['-', '-'], 'standard input can be read only once'],
])('%j is refused in words', async (words, message) => {
  const { code, stderr } = await ipvsim([
    'import',
    ...words.map((word) => (word in FILES ? join(folder, word) : word)),
  ]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
