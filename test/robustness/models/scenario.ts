/** Scenario files: whole ones that may be right, with extremes; and shipped ones with lines out of place. */
import fc from 'fast-check';
import { stringify } from 'yaml';
import { mutated, NASTY_TEXT } from './text.ts';

const oneOf = fc.constantFrom;
/** Left out more often than not: whole files are to be right now and then. */
const maybe = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

const duration = oneOf('0s', '1ns', '1us', '1ms', '10ms', '100ms', '1s', '30s', '1h');
const distribution = fc.oneof(
  duration,
  duration.map((exponential) => ({ exponential })),
  fc.array(duration, { minLength: 1, maxLength: 3 }).map((empirical) => ({ empirical })),
);
const HOSTS = ['10.244.1.1', '10.244.1.2', '10.244.1.3'];
const address = oneOf(...HOSTS.map((host) => `${host}:80`));
const pod = fc.record({
  started: maybe(fc.boolean()),
  startup: maybe(duration),
  shutdown: maybe(duration),
  gracePeriod: maybe(duration),
});
const realServer = fc.record({
  address,
  weight: maybe(oneOf(0, 1, 2, 100, 65535)),
  serviceTime: maybe(distribution),
  workers: maybe(oneOf(0, 1, 2)),
  backlog: maybe(oneOf(0, 1, 511)),
  closesFirst: maybe(oneOf('server', 'client')),
  keepAliveRequests: maybe(oneOf(0, 1, 3)),
  responseBytes: maybe(oneOf(0, 1, 612, '20kB', '64MiB')),
  pod: maybe(pod),
  upperThreshold: maybe(oneOf(0, 1, 10)),
  cpu: maybe(fc.record({ cores: oneOf(1, 2), perRequest: distribution })),
});
const service = fc.record({
  address: oneOf('10.96.0.1:80', '10.96.0.2:443'),
  protocol: maybe(oneOf('tcp', 'udp')),
  scheduler: maybe(
    oneOf('rr', 'wrr', 'lc', 'wlc', 'sh', 'mh', 'dh', 'sed', 'nq', 'fo', 'ovf', 'lblc', 'twos'),
  ),
  forward: maybe(oneOf('masq', 'route', 'tunnel')),
  persistent: maybe(oneOf('1s', '300s', '744h')),
  onePacket: maybe(fc.boolean()),
  path: maybe(oneOf('ipvs', 'direct', 'iptables', 'ebpf', 'ipvs-bpf')),
  realServers: fc.uniqueArray(realServer, { minLength: 1, maxLength: 3, selector: (one) => one.address }),
});
const client = fc
  .record({
    load: fc.oneof(
      oneOf(1, 2, 10, 1000).map((concurrency) => ({ concurrency })),
      fc.record({ concurrency: oneOf(1, 5), thinkTime: distribution }),
      oneOf('1/h', '1/s', '100/s', '10k/s', '10M/s').map((rate) => ({ rate })),
      fc.record({ rate: oneOf('10/s', '1k/s'), arrivals: oneOf('constant', 'poisson') }),
      fc.constant({ probe: { port: 1024 } }),
    ),
    ports: maybe(oneOf('1-1', '1000-1001', '40000-40100', '1024-65535')),
    requests: maybe(oneOf(0, 1, 50)),
    keepAlive: maybe(fc.boolean()),
    onNode: maybe(fc.boolean()),
    start: maybe(duration),
    requestBytes: maybe(oneOf(0, 1, 100, '20kB', '64MiB')),
    synRetries: maybe(oneOf(1, 6, 127)),
    kernel: maybe(oneOf('3.10.0-1127.el7', '4.19', '5.10', '6.8')),
  })
  .map(({ load, ...rest }) => ({ ...load, ...rest }));
const host = oneOf(...HOSTS);
const event = fc
  .tuple(
    oneOf('0s', '1ms', '100ms', '500ms', '900ms'),
    fc.oneof(
      address.map((one) => ({ weight: { [one]: 0 } })),
      address.map((one) => ({ delete: one })),
      realServer.map((add) => ({ add })),
      ...['terminatePod', 'startPod', 'unreadyPod', 'readyPod', 'unplug', 'plug'].map((key) =>
        host.map((one) => ({ [key]: one })),
      ),
      oneOf('stop', 'start', 'restart').map((controller) => ({ controller })),
      oneOf(0, 1, 2).map((mode) => ({ sysctl: { 'net.ipv4.vs.conn_reuse_mode': mode } })),
    ),
  )
  .map(([at, what]) => ({ at, ...what }));

const scenario = fc.record({
  title: maybe(NASTY_TEXT.map((text) => text.replace(/[\r\n]/g, ' ').slice(0, 150) || 'x')),
  description: maybe(NASTY_TEXT),
  seed: maybe(NASTY_TEXT.map((text) => text.replace(/[\r\n]/g, ' ').slice(0, 150) || 'x')),
  duration: oneOf('1s', '2s', '20s'),
  interval: oneOf('10ms', '100ms', '1s'),
  kernel: maybe(oneOf('3.10.0-1127.el7', '4.4', '4.19', '5.4', '5.10', '6.1.192', '6.12')),
  hz: maybe(oneOf(100, 250, 1000)),
  conntrackHooks: maybe(fc.boolean()),
  sysctl: maybe(
    fc.record({
      'net.ipv4.vs.conntrack': maybe(oneOf(0, 1)),
      'net.ipv4.vs.conn_reuse_mode': maybe(oneOf(0, 1, 2)),
      'net.ipv4.vs.expire_nodest_conn': maybe(oneOf(0, 1)),
      'net.netfilter.nf_conntrack_max': maybe(oneOf(0, 1, 100)),
      'net.ipv4.vs.timeout.tcpfin': maybe(oneOf(1, 120, 2147483)),
    }),
  ),
  service,
  clients: fc.array(client, { minLength: 1, maxLength: 3 }),
  links: maybe(
    fc.record({ delay: maybe(oneOf('0s', '1ns', '100us', '10s')), loss: maybe(oneOf(0, 0.1, 1)) }),
  ),
  kubernetes: maybe(oneOf('1.10.13', '1.14.0', '1.19.12', '1.30.0')),
  events: maybe(fc.array(event, { maxLength: 6 })),
  expect: maybe(
    fc.array(oneOf('rps > 1', 'p99(connect) < 10ms', 'count(drop.old_conntrack) == 0'), { maxLength: 2 }),
  ),
});

/** Nothing undefined stays: JSON and YAML know no such thing. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** A file that is often right. */
export const scenarioFile: fc.Arbitrary<string> = scenario.map((one) => stringify(plain(one)));

/** A file that is seldom right: places changed to what has broken programs before. */
export const brokenScenarioFile: fc.Arbitrary<string> = scenario
  .chain((one) => mutated(plain(one)))
  .map((value) => JSON.stringify(value) ?? '');

/** A text with stretches of it gone, doubled or replaced. */
export function scrambled(texts: readonly string[]): fc.Arbitrary<string> {
  const cut = fc.record({ at: fc.nat(), length: fc.nat(40), put: fc.oneof(NASTY_TEXT, fc.constant('')) });
  return fc.tuple(oneOf(...texts), fc.array(cut, { minLength: 1, maxLength: 4 })).map(([text, cuts]) =>
    cuts.reduce((now, { at, length, put }) => {
      const from = now.length === 0 ? 0 : at % now.length;
      return now.slice(0, from) + put + now.slice(from + length);
    }, text),
  );
}
