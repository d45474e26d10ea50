import { expect, test } from 'vitest';
import { parseScenario } from '../../../src/scenario/parse.ts';

const service = 'service: { address: "10.96.0.1:80", realServers: [{ address: "10.1.1.1:80" }] }';
const nodes = 'nodes: [{ name: one }, { name: two }]';
const client = 'clients: [{ rate: 1/s }]';

/** Place, message and hint of each problem. */
function problems(...lines: string[]): string[] {
  return parseScenario(lines.join('\n'), { file: 'test.yaml' }).problems.map(
    ({ line, column, message, hint }) => `${line}:${column} ${message}${hint === null ? '' : ` (${hint})`}`,
  );
}

test('what is right has no problems', () => {
  const events = 'events: [{ at: 1s, unplugNode: one }, { at: 2s, plugNode: one }]';
  expect(problems(nodes, service, 'clients: [{ rate: 1/s, via: two }]', events)).toEqual([]);
});

test.each([
  ['balancer: turn', client, '1:1 balancer says nothing without nodes'],
  ['hz: 250', 'clients: [{ rate: 1/s, via: one }]', '2:24 via says nothing without nodes'],
])('without nodes: %s', (first, second, message) => {
  const hint = ' (add nodes: [{name: node1}, {name: node2}])';
  expect(problems(first, second, service)).toEqual([message + hint]);
});

test.each([
  ['events: [{ at: 1s, unplugNode: on }]', '4:32 there is no node on (did you mean one?)'],
  ['events: [{ at: 1s, plugNode: one }]', '4:30 one is not gone at this time'],
  ['node: { cores: 1 }', '4:1 node is not modelled for several nodes (leave out nodes, or this)'],
])('%s', (line, problem) => {
  expect(problems(nodes, service, client, line)).toEqual([problem]);
});

test('externalTrafficPolicy: Local', () => {
  const keys = 'externalIPs: [203.0.113.5], externalTrafficPolicy: Local';
  const other = service.replace('realServers', `${keys}, realServers`);
  const to = client.replace('rate', 'to: "10.96.0.1:80", rate');
  expect(problems('masquerade: plain', nodes, other, to)).toEqual([
    '3:65 externalTrafficPolicy: Local is not modelled for several nodes (leave out nodes, or this)',
  ]);
});

test('NodePorts: masqueraded, and through their own node', () => {
  const other = service.replace('realServers', 'nodePort: 30080, realServers');
  const port = (to: string, ...rest: string[]) =>
    problems(nodes, other, `clients: [{ rate: 1/s, to: "${to}:30080" }]`, ...rest);
  expect(port('172.18.0.2', 'masquerade: plain')).toEqual([]);
  expect(port('172.18.0.3', 'masquerade: plain', 'nodeAddress: 172.18.0.2')).toEqual([]);
  expect(port('172.18.0.4', 'masquerade: plain').join()).toContain('there is no service 172.18.0.4:30080');
  expect(port('172.18.0.2')).toEqual([
    '2:37 a NodePort of several nodes needs masquerade, as kube-proxy does it (add masquerade: plain)',
  ]);
  const off = 'sysctl: { net.ipv4.vs.conntrack: 0 }';
  const without =
    'a NodePort of several nodes does not go with net.ipv4.vs.conntrack=0, which masquerades nobody';
  expect(port('172.18.0.2', 'masquerade: plain', off).join()).toContain(without);
  expect(port('172.18.0.2', 'masquerade: plain', `events: [{ at: 1s, node: two, ${off} }]`).join()).toContain(
    without,
  );
  const via = (node: string) =>
    problems(
      nodes,
      other,
      `clients: [{ rate: 1/s, to: "172.18.0.3:30080", via: ${node} }]`,
      'masquerade: plain',
    );
  expect(via('two')).toEqual([]);
  expect(via('one')).toEqual([
    '3:48 172.18.0.3:30080 is a NodePort of two, to which its packets go (leave out via, or write two)',
  ]);
});

test("nodes have addresses of their own, which are nobody else's", () => {
  const own = (one: string, two: string, top = 'masquerade: plain') =>
    problems(top, `nodes: [{ name: one, ${one} }, { name: two, ${two} }]`, service, client);
  expect(own('address: 192.168.0.1', 'address: 192.168.0.2, podRange: 10.244.2.0/24')).toEqual([]);
  expect(own('address: 172.18.0.3', 'hz: 250')).toEqual([
    '2:45 nodeAddress 172.18.0.3 is the address of another node too (give each node its own)',
  ]);
  expect(own('hz: 250', 'hz: 250', 'masquerade: plain\nnodeAddress: 10.1.1.0')).toEqual([
    '3:33 nodeAddress 10.1.1.1 is the address of a real server too (give the node an address of its own)',
  ]);
  expect(own('hz: 250', 'hz: 250', 'masquerade: plain\nnodeAddress: 223.255.255.255').join()).toContain(
    'nodeAddress 224.0.0.0 is no address that a host can have',
  );
  expect(own('address: "fd00::1"', 'podRange: "fd00:244::/56"').join('\n')).toMatch(
    /nodeAddress fd00::1 is IPv6, service 10\.96\.0\.1:80 IPv4.*\n.*fd00:244::\/56 is IPv6/u,
  );
  const idle = 'says nothing while nobody is masqueraded (add masquerade: plain)';
  expect(own('address: 192.168.0.1', 'podRange: 10.244.2.0/24', 'hz: 250')).toEqual([
    `2:31 address ${idle}`,
    `2:69 podRange ${idle}`,
  ]);
});

test("a service on a node's address", () => {
  const own = service.replace('10.96.0.1', '172.18.0.3');
  expect(problems('masquerade: plain', nodes, own, client).join()).toContain(
    "a service on a node's own address is not modelled for several nodes (write it as nodePort of a service)",
  );
});

test('clients name a node that there is, one for each address', () => {
  const wrong = 'clients: [{ rate: 1/s, via: tow }]';
  expect(problems(nodes, service, wrong)).toEqual(['3:29 there is no node tow (did you mean two?)']);
  const both =
    'clients: [{ rate: 1/s, addresses: 10.0.0.1, via: one }, { rate: 1/s, addresses: 10.0.0.1, via: two }]';
  expect(problems(nodes, service, both).join()).toContain('both need the same via');
});

test('a node that reboots is gone until it has booted', () => {
  const events = (...list: string[]) => problems(nodes, service, client, `events: [${list.join(', ')}]`);
  const reboot = '{ at: 1s, rebootNode: one, bootTime: 5s }';
  expect(events(reboot, '{ at: 6s, unplugNode: one }')).toEqual([]);
  expect(events(reboot, '{ at: 5s, unplugNode: one }').join()).toContain('one is gone already at this time');
  expect(events(reboot, '{ at: 5s, plugNode: one }')).toEqual([]);
  expect(events(reboot, '{ at: 5s, rebootNode: one }').join()).toContain('one is gone already at this time');
  expect(events('{ at: 1s, rebootNode: tow }').join()).toContain('did you mean two?');
  expect(events('{ at: 1s, bootTime: 5s }').join()).toContain('bootTime goes with rebootNode');
});

test('expectations name a node that there is, and real servers where they have the figure', () => {
  const expected = (text: string, ...rest: string[]) =>
    problems(nodes, service, client, `expect: ["last(${text}) == 1"]`, ...rest);
  expect(expected('node.entries[one]')).toEqual([]);
  expect(expected('node.connections[one/10.1.1.1:80]')).toEqual([]);
  expect(expected('node.entries[tow]').join()).toMatch(/names the node tow.*did you mean two\?/u);
  expect(expected('node.entries[one/10.1.1.1:80]').join()).toContain(
    'of which there is none (node.entries[one])',
  );
  expect(expected('node.active_conn[one/10.1.1.2:80]').join()).toMatch(
    /names the real server 10\.1\.1\.2:80.*did you mean 10\.1\.1\.1:80\?/u,
  );
  expect(expected('node.entries').join()).toContain('has node.entries without a node (node.entries[node1])');
  const alone = problems('hz: 250', service, client, 'expect: ["last(node.entries[one]) == 1"]');
  expect(alone.join()).toContain('has node.entries, and there are no nodes');
});

test('the columns of many nodes count as columns do', () => {
  const many = Array.from({ length: 256 }, (_, index) => `{ name: n${index} }`).join(', ');
  const long = 'duration: 10h';
  expect(problems(nodes, service, client, long)).toEqual([]);
  expect(problems(`nodes: [${many}]`, service, client, long).join()).toContain(
    'more than memory should hold',
  );
});

test('events name a node for its settings and for its controller', () => {
  const event = (rest: string) => problems(nodes, service, client, `events: [{ at: 1s, node: ${rest} }]`);
  const setting = 'sysctl: { net.ipv4.vs.conn_reuse_mode: 0 }';
  expect(event(`one, ${setting}`)).toEqual([]);
  expect(event(`tow, ${setting}`)).toEqual(['4:26 there is no node tow (did you mean two?)']);
  const alone = '4:20 node goes with sysctl or controller (its cable is unplugNode and plugNode)';
  expect(event('one, weight: { "10.1.1.1:80": 0 }')).toEqual([alone]);
  expect(event('one')).toContain(alone);
  const orders = (rest: string, ...others: string[]) =>
    problems(
      nodes,
      service,
      client,
      `events: [{ at: 3s, controller: ${rest} }${others.join('')}]`,
      'kubernetes: 1.20.0',
    );
  expect(orders('stop, node: one')).toEqual([]);
  expect(orders('stop, node: tow')).toEqual(['4:44 there is no node tow (did you mean two?)']);
  const boot = ', { at: 1s, rebootNode: one, bootTime: 5s }';
  expect(orders('stop, node: one', boot)).toEqual([
    '4:32 one boots at this time (its controller begins with it)',
  ]);
  expect(orders('stop, node: two', boot)).toEqual([]);
  expect(orders('stop', boot)).toEqual([]);
  expect(orders('stop, node: one', boot.replace('5s', '2s'))).toEqual([]);
});

test("a node's settings are those of its own kernel", () => {
  const old = 'nodes: [{ name: one }, { name: two, kernel: 3.10 }]';
  const missing = (at: string) =>
    `${at} kernel 3.10 has no net.ipv4.vs.conn_reuse_mode (it needs Linux 4.1 or later, or RHEL and CentOS 7 from 7.2 on)`;
  const setting = 'sysctl: { net.ipv4.vs.conn_reuse_mode: 0 }';
  const event = (rest: string) => problems(old, service, client, `events: [{ at: 1s, ${rest}${setting} }]`);
  expect(problems(old, service, client)).toEqual([]);
  expect(problems(old, service, client, setting)).toEqual([missing('4:11')]);
  expect(problems(old.replace('3.10', `3.10, ${setting}`), service, client)).toEqual([missing('1:61')]);
  expect(event('')).toEqual([missing('4:30')]);
  expect(event('node: two, ')).toEqual([missing('4:41')]);
  expect(event('node: one, ')).toEqual([]);
});

test('a scheduler that one of the kernels lacks, and a kernel of which nobody can tell', () => {
  const old = 'nodes: [{ name: one }, { name: two, kernel: 4.14 }]';
  const mh = service.replace('realServers', 'scheduler: mh, realServers');
  expect(problems(old, mh, client)).toEqual([
    '2:48 kernel 4.14 has no scheduler mh (it came with Linux 4.18)',
  ]);
  const vendor = old.replace('4.14', '5.4.0-1009-aws');
  expect(problems(vendor, service, client).join()).toContain('1:45 kernel 5.4.0-1009-aws is one of');
  const other = vendor.replace('}]', ', sysctl: { net.ipv4.vs.conn_reuse_mode: 0 } }]');
  expect(problems(other, service, client)).toEqual([]);
});

test('services that are not modelled', () => {
  const of = (protocol: string) => service.replace('realServers', `protocol: ${protocol}, realServers`);
  expect(problems(nodes, of('sctp'), client, 'balancer: turn')).toEqual([]);
  expect(problems(nodes, of('udp'), client)).toEqual([]);
  expect(problems(nodes, of('udp'), client, 'balancer: turn')).toEqual([
    '4:1 balancer: turn with udp is not modelled for several nodes (use hash, or clients with via)',
  ]);
  const along = (path: string) => service.replace('realServers', `path: ${path}, realServers`);
  for (const path of ['iptables', 'nftables']) expect(problems(nodes, along(path), client)).toEqual([]);
  for (const path of ['ebpf', 'ipvs-bpf']) {
    expect(problems(nodes, along(path), client)).toContain(
      `2:37 path ${path} is not modelled for several nodes (use ipvs, iptables or nftables, or leave out nodes)`,
    );
  }
  const old = nodes.replace('two', 'two, kernel: 3.10.0');
  expect(problems('kernel: 6.1', old, along('nftables'), client).join()).toContain(
    'kernel 3.10.0 has no nftables',
  );
  const direct = along('direct');
  expect(problems(nodes, direct, client)).toEqual([
    '1:1 nodes say nothing where every path is direct (leave them out, or use path ipvs)',
  ]);
});

test('a node names a release of kube-proxy where the others have one', () => {
  const own = 'nodes: [{ name: one }, { name: two, kubernetes: 1.10.13 }]';
  const alone =
    'a node has a release of kube-proxy of its own only where the others have one ' +
    '(add kubernetes at the top, for the nodes that name none)';
  expect(problems(own, service, client, 'kubernetes: 1.20.0')).toEqual([]);
  expect(problems(own, service, client, 'controller: { kind: kube-proxy, version: 1.20.0 }')).toEqual([]);
  expect(problems(own, service, client)).toEqual([`1:37 ${alone}`]);
  expect(problems(own, service, client, 'controller: { kind: none }')).toEqual([`1:37 ${alone}`]);
  expect(problems(own, service, client, 'controller: none')).toEqual([`1:37 ${alone}`]);
  expect(problems(own, service, client, 'controller: { kind: kube-router }')).toEqual([`1:37 ${alone}`]);
});

test('a kube-proxy that does not start on the kernel of its node', () => {
  const old = (text: string) => `nodes: [{ name: one }, { name: two, kernel: 3.10${text} }]`;
  const fault = (at: string) =>
    `${at} kube-proxy 1.15.0 does not start in mode ipvs on kernel 3.10, which has no conn_reuse_mode ` +
    '(it needs Linux 4.1, or CentOS 7; 1.19 and later leave the sysctl alone)';
  expect(problems(old(''), service, client, 'kubernetes: 1.15.0')).toEqual([fault('1:45')]);
  expect(problems(old(', kubernetes: 1.15.0'), service, client, 'kubernetes: 1.20.0')).toEqual([
    fault('1:63'),
  ]);
  expect(problems(old(', kubernetes: 1.20.0'), service, client, 'kubernetes: 1.15.0')).toEqual([]);
  const none = 'nodes: [{ name: one, kernel: 5.4 }, { name: two, kernel: 5.4 }]';
  expect(problems(none, service, client, 'kernel: 3.10', 'kubernetes: 1.15.0')).toEqual([]);
});
