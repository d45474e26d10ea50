/** Each scenario that shows a feature holds what it promises, and no longer does when the feature is taken away. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/parse.ts';
import { simulate } from '../../src/simulate.ts';

const FOLDER = new URL('../../scenarios/', import.meta.url);

/** What takes the feature away, as `--set` would. */
const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  'sched-rr': ['service.scheduler=lc'],
  'sched-wrr': ['service.scheduler=rr'],
  'sched-lc': ['service.scheduler=rr'],
  'sched-wlc': ['service.scheduler=lc'],
  'sched-sed': ['service.scheduler=nq'],
  'sched-nq': ['service.scheduler=sed'],
  'sched-sh': ['service.scheduler=rr'],
  'sched-sh-fallback': ['service.schedulerFlags=[]'],
  'sched-dh': ['service.scheduler=rr'],
  'sched-mh': ['service.schedulerFlags=[]'],
  'sched-fo': ['service.scheduler=rr'],
  'sched-ovf': ['service.scheduler=fo'],
  'sched-twos': ['service.scheduler=lc'],
  'sched-lblc': ['service.scheduler=lblcr'],
  'sched-lblcr': ['service.scheduler=lblc'],
  'forward-masq': ['service.forward=route', 'service.realServers.0.address=10.244.1.1:80'],
  'forward-route': ['service.forward=masq'],
  'forward-route-mode2': ['sysctl.net.ipv4.vs.conn_reuse_mode=1'],
  'forward-tunnel': ['service.forward=masq'],
  'conntrack-off': ['sysctl.net.ipv4.vs.conntrack=1'],
  'conntrack-no-rules': ['conntrackHooks=true'],
  'persist-affinity': ['sysctl.net.ipv4.vs.expire_quiescent_template=1'],
  'fwmark-persist': ['service.persistent=null'],
  'fwmark-ipv6': ['services.1.persistentNetmask=null'],
  'swarm-idle': ['controller.version=18.09.1'],
  'swarm-idle-sandbox': ['controller.version=18.03.1'],
  'ipv6-masquerade': ['podRange=[10.244.0.0/16, "fd00:244::/56"]'],
  'ipv6-cliff': ['sysctl.net.ipv4.vs.conn_reuse_mode=0'],
  'ipv6-dual-stack': ['services.1.persistentNetmask=null'],
  'sctp-reuse': ['service.protocol=tcp'],
  'persist-netmask': ['service.persistentNetmask=null'],
  'persist-quiescent': ['sysctl.net.ipv4.vs.expire_quiescent_template=0'],
  'udp-flows': ['service.onePacket=true'],
  'udp-one-packet': ['service.onePacket=false'],
  'tcp-sloppy': ['sysctl.net.ipv4.vs.sloppy_tcp=0'],
  'tcp-secure': ['sysctl.net.ipv4.vs.secure_tcp=0'],
  'node-rr-start': ['nodes=[{name: node3}]'],
  'node-masquerade': ['masquerade=none', ...[0, 1, 2].map((node) => `nodes.${node}.address=null`)],
  'node-nodeport': ['clients.0.to=192.168.0.2:30080'],
  'node-kernels': ['nodes.1.kernel=5.4'],
  'node-udp': ['service.scheduler=mh', 'service.schedulerFlags=[mh-port]'],
  'node-reboot': ['events=[{at: 22s, unplugNode: node1}, {at: 37s, plugNode: node1}]'],
  'node-controller': ['events=[{at: 20s, terminatePod: 10.244.1.2}]'],
  'node-upgrade': ['nodes.1.kubernetes=null'],
  'node-failure': ['nodes=null', 'balancer=null', 'events=[]'],
  'nodest-expire': ['sysctl.net.ipv4.vs.expire_nodest_conn=0'],
  'nodest-keep': ['sysctl.net.ipv4.vs.expire_nodest_conn=1'],
  'udp-one-way': ['clients.0.timeout=5s'],
  'client-keepalive': ['clients.0.tcpKeepalive=null'],
  'client-retries2': ['clients.0.tcpRetries2=15'],
  'client-user-timeout': ['clients.0.userTimeout=null'],
  'client-half-close': ['clients.0.halfClose=false'],
  'client-timeout': ['clients.0.timeout=null'],
  'client-poll-timeout': ['clients.0.pollTimeout=null'],
  'client-reserved-ports': ['clients.0.reservedPorts=null'],
  'client-one-host': ['clients.1.addresses=10.244.2.10'],
  'client-hairpin': ['clients.0.addresses=10.244.1.7'],
  'client-replay': ['sysctl.net.ipv4.vs.conn_reuse_mode=0'],
  'client-on-node': ['clients.1.onNode=false', 'clients.1.addresses=10.0.1.9'],
  'server-answers-past': ['service.realServers.0.answers=director'],
  'server-none': ['service.realServers.0.address=10.244.1.9:443'],
  'server-return': ['events.1.at=25s'],
  'server-thresholds': ['service.realServers.1.upperThreshold=0', 'service.realServers.1.lowerThreshold=0'],
};

function verdicts(name: string, set: readonly string[]): string[] {
  const text = readFileSync(new URL(`${name}.yaml`, FOLDER), 'utf8');
  const { scenario, problems } = parseScenario(text, { file: `${name}.yaml`, set });
  expect(problems).toEqual([]);
  return simulate(scenario!).expectations.map(({ expression, verdict }) => `${verdict}: ${expression}`);
}

test.each(Object.entries(WITHOUT))('%s', (name, without) => {
  expect(verdicts(name, []).filter((line) => !line.startsWith('pass: '))).toEqual([]);
  expect(verdicts(name, without).some((line) => line.startsWith('fail: '))).toBe(true);
});

test('none of them is left out', () => {
  const families =
    /^(sched|forward|fwmark|swarm|conntrack|persist|ipv6|sctp|udp|tcp|node|nodest|server|client)-/;
  const shipped = readdirSync(FOLDER)
    .filter((file) => families.test(file))
    .map((file) => file.replace('.yaml', ''));
  expect(Object.keys(WITHOUT).sort()).toEqual(shipped.sort());
});
