/** What is measured: whole runs, each the scenario of a question that users ask of the simulator's speed. */

export interface BenchCase {
  readonly name: string;
  readonly what: string;
  /** Name of a shipped scenario, or the text of one. */
  readonly scenario: string;
  readonly set: readonly string[];
  /** Simulated seconds to run before measuring, so that tables are full and code is compiled. */
  readonly warmUp_s: number;
  readonly measured_s: number;
}

const REAL_SERVERS = Array.from(
  { length: 100 },
  (_, i) =>
    `    - {address: "10.244.${1 + (i >> 6)}.${1 + (i & 63)}:8080", serviceTime: 60ms, weight: ${1 + (i % 5)}}`,
).join('\n');

const MILLION = `name: million
title: One million live entries under open loop
kernel: "5.4"
duration: 200s
sysctl:
  net.ipv4.vs.conn_reuse_mode: 0
  net.netfilter.nf_conntrack_max: 4000000
service:
  address: 10.96.0.1:80
  realServers:
    - {address: "10.244.1.5:8080", serviceTime: 10ms}
clients:
  - {addresses: 10.0.0.1-10.0.0.97, ports: 1024-65535, rate: 8350/s}
`;

const SERVICES = 5000;

const MANY_SERVICES = `name: services
title: ${SERVICES} services of four real servers, forty clients
kernel: "5.4"
duration: 60s
interval: 10s
sysctl:
  net.ipv4.vs.conn_reuse_mode: 0
services:
${Array.from({ length: SERVICES }, (_, i) => {
  const [high, low] = [i >> 8, i & 255];
  const servers = [1, 2, 3, 4].map(
    (j) => `{address: "10.${128 + j}.${high}.${low}:8080", serviceTime: 10ms}`,
  );
  return `  - {name: s${i}, address: "10.96.${high}.${low}:80", realServers: [${servers.join(', ')}]}`;
}).join('\n')}
clients:
${Array.from({ length: 40 }, (_, i) => `  - {to: s${i * 125}, ports: 1024-65535, rate: 50/s}`).join('\n')}
`;

export const CASES: readonly BenchCase[] = [
  {
    name: 'a-mode0-steady',
    what: 'mode 0, 2000 requests/s, 32 256 entries',
    scenario: 'k8s-cliff-mode0',
    set: ['duration=140s'],
    warmUp_s: 40,
    measured_s: 100,
  },
  {
    name: 'b-cliff',
    what: 'the cliff: 300 s of the seed case',
    scenario: 'k8s-cliff',
    // As it was measured before there was masquerading.
    set: ['masquerade=none'],
    warmUp_s: 0,
    measured_s: 300,
  },
  {
    name: 'c-million',
    what: '1 000 000 live entries under open loop, 8350 requests/s',
    scenario: MILLION,
    set: [],
    warmUp_s: 123,
    measured_s: 20,
  },
  {
    name: 'c-small-table',
    what: 'the same load on 10 000 live entries',
    scenario: MILLION,
    set: ['clients.0.ports=10000-10205'],
    warmUp_s: 40,
    measured_s: 20,
  },
  {
    name: 'd-5.10-reschedule',
    what: "5.10's reschedule path: every SYN meets TIME_WAIT and is scheduled anew at once",
    scenario: 'k8s-cliff-mode0',
    set: [
      'kernel=5.10',
      'duration=80s',
      'sysctl.net.ipv4.vs.conn_reuse_mode=1',
      'clients.0.kernel=5.10',
      'clients.0.ports=10000-19999',
    ],
    warmUp_s: 20,
    measured_s: 60,
  },
  {
    name: 'e-100-servers-wlc',
    what: '100 real servers, wlc, 2000 requests/s',
    scenario: `name: servers
title: 100 real servers
kernel: "5.4"
duration: 80s
service:
  address: 10.96.0.1:80
  scheduler: wlc
  realServers:
${REAL_SERVERS}
clients:
  - {addresses: [10.0.0.1], ports: 1024-65535, concurrency: 120}
`,
    set: ['sysctl.net.ipv4.vs.conn_reuse_mode=0'],
    warmUp_s: 20,
    measured_s: 60,
  },
  {
    name: 'f-5000-services',
    what: '5000 services of four real servers, 2000 requests/s to forty of them',
    scenario: MANY_SERVICES,
    set: [],
    warmUp_s: 20,
    measured_s: 40,
  },
  {
    name: 'f-one-service',
    what: 'the same load on one service',
    scenario: MANY_SERVICES.replace(/( {2}- {name: s0,.*\n)( {2}- {name: s.*\n)*/, '$1').replace(
      /to: s\d+/g,
      'to: s0',
    ),
    set: [],
    warmUp_s: 20,
    measured_s: 40,
  },
  {
    name: 'garbage',
    what: 'a million requests over kept connections and new ones, for the test of garbage',
    scenario: `name: garbage
title: A million requests
kernel: "5.4"
duration: 400s
sysctl:
  net.ipv4.vs.conn_reuse_mode: 0
service:
  address: 10.96.0.1:80
  realServers:
    - {address: "10.244.1.5:8080", serviceTime: 50ms, keepAliveRequests: 10}
clients:
  - {addresses: [10.0.0.1], concurrency: 200, keepAlive: true}
`,
    set: [],
    warmUp_s: 20,
    measured_s: 255,
  },
];
