/**
 * docs/version-matrix.md: for each pair of kernel and Kubernetes, whether it has the cliff, the stale real
 * server or neither, found by running a small scenario. Pairs whose sysctls agree share a run.
 */
import { kernelFeatures } from '../src/kernel/features.ts';
import { expectKernel, kernelAtLeast } from '../src/kernel/release/release.ts';
import type { Branch } from '../src/kernel/release/switches.ts';
import { scenarioHash } from '../src/measure/scenario_hash.ts';
import { readKubernetesVersion } from '../src/scenario/kubernetes_version.ts';
import { parseScenario } from '../src/scenario/parse.ts';
import { KUBE_NFTABLES, KUBE_NFTABLES_GA } from '../src/scenario/path_needs.ts';
import { expectReading } from '../src/scenario/reading.ts';
import type { Scenario } from '../src/scenario/scenario.ts';
import { simulate } from '../src/simulate.ts';

const KERNELS: readonly (readonly [release: string, note: string])[] = [
  ['3.10', 'vanilla'],
  ['4.4', 'before the backport of f719e3754ee2'],
  ['4.4.178', ''],
  ['4.19.48', ''],
  ['5.4.0', ''],
  ['5.4.100', 'with the backport of f0a5e4d7a594'],
  ['5.4.200', 'with that and c95c07836fa4'],
  ['5.10.0', ''],
  ['5.15.0', ''],
  ['6.1.192', ''],
  ['7.2', ''],
  ['3.10.0-229.el7', 'RHEL and CentOS 7.1'],
  ['3.10.0-327.el7', '7.2'],
  ['3.10.0-1127.el7', '7.8, and all from 7.3 to 7.9'],
  ['4.18.0-305.el8', 'RHEL 8.4 and clones, and all before'],
  ['4.18.0-348.el8', '8.5'],
  ['4.18.0-372.32.1.el8_6', '8.6, and up to 8.8'],
  ['4.18.0-553.el8_10', '8.10, and 8.9'],
  ['5.14.0-570.el9_6', 'RHEL 9.0 to 9.6 and clones'],
  ['6.12.0-55.el10_0', 'RHEL 10'],
  ['5.4.0-42-generic', 'Ubuntu 20.04 of July 2020'],
  ['5.4.0-90-generic', 'of November 2021'],
  ['5.4.0-216-generic', 'of 2025'],
  ['5.15.0-176-generic', 'Ubuntu 22.04'],
  ['6.8.0-45-generic', 'Ubuntu 24.04'],
  ['7.0.0-14-generic', 'Ubuntu 26.04'],
  ['5.10.0-8-amd64', 'Debian 11 as it came out'],
  ['5.10.0-36-amd64', 'Debian 11'],
  ['6.1.0-38-amd64', 'Debian 12'],
  ['6.12.48+deb13-amd64', 'Debian 13'],
  ['4.14.336-257.562.amzn2.x86_64', 'Amazon Linux 2'],
  ['5.10.220-209.869.amzn2.x86_64', 'Amazon Linux 2'],
  ['6.1.94-99.176.amzn2023.x86_64', 'Amazon Linux 2023'],
  ['5.3.18-150300.59.106-default', 'SLES 15 SP3'],
  ['5.14.21-150500.55.52-default', 'SLES 15 SP5'],
  ['6.4.0-150600.23.33-default', 'SLES 15 SP6'],
];

const RELEASES = [
  '1.12.10',
  '1.13.12',
  '1.18.20',
  '1.19.16',
  '1.21.8',
  '1.21.14',
  '1.22.17',
  '1.30.0',
  '1.33.0',
  '1.35.0',
  '1.37.0',
] as const;

/** Of kernels before 5.4 no recording tells what conntrack makes of SCTP. */
const SCTP_KERNELS = ['5.4.0', '5.9', '5.15.0', '6.1.192', '7.2'] as const;

/** What becomes of one pair. */
interface Outcome {
  /** SYNs are dropped for an old entry's sake while nothing else happens. */
  readonly cliff: boolean;
  /** A real server whose pod is to go still gets connections, seconds after its weight became 0. */
  readonly stale: boolean;
  /** SYNs are dropped while it drains. */
  readonly drops: boolean;
}

/** A hundred ports of one parity at 200 connections a second: each is used again after half a second. */
function scenarioText(kernel: string, kubernetes: string, way = ''): string {
  return `
kernel: "${kernel}"
kubernetes: "${kubernetes}"
duration: 10s
${way.startsWith('sysctl') ? way : ''}
service:
  address: 10.96.0.1:80
  ${way.startsWith('path') ? way : ''}
  realServers:
    - { address: "10.244.1.5:8080", pod: { shutdown: 1h, gracePeriod: 1h } }
    - { address: "10.244.1.6:8080" }
clients:
  - { name: client, rate: 200/s, ports: 40000-40199, kernel: "4.19" }
events:
  - { at: 3s, terminatePod: 10.244.1.5 }
`;
}

/** The scenario of a pair, or why there is none. */
export function pairScenario(kernel: string, kubernetes: string, way?: string): Scenario | string {
  const { scenario, problems } = parseScenario(scenarioText(kernel, kubernetes, way), { file: 'matrix' });
  if (scenario !== null) return scenario;
  const [problem] = problems;
  if (problem?.code === 'E_CANNOT_TELL') return 'cannot tell';
  if (problem?.code === 'E_KERNEL') return 'does not start';
  throw new Error(problem?.message);
}

function outcomeOf(scenario: Scenario): Outcome {
  const { series } = simulate(scenario);
  const sum = (column: string, from: number, to: number): number =>
    (series[column] ?? []).slice(from, to).reduce<number>((total, value) => total + (value ?? 0), 0);
  return {
    cliff: sum('drops[old_conntrack]', 0, 3) > 0,
    stale: sum('requests[10.244.1.5:8080]', 6, 10) > 0,
    drops: sum('drops[nodest_conntrack]', 3, 10) > 0,
  };
}

function words({ cliff, stale, drops }: Outcome): string {
  const found = [...(cliff ? ['cliff'] : []), ...(stale ? ['stale'] : []), ...(drops ? ['SYNs lost'] : [])];
  return found.length === 0 ? 'neither' : found.join(', ');
}

const MODE = 'net.ipv4.vs.conn_reuse_mode';

function cell(kernel: string, release: string, known: Map<string, Outcome>): string {
  const scenario = pairScenario(kernel, release);
  if (typeof scenario === 'string') return scenario;
  const mode = scenario.sysctl[MODE];
  return `${words(outcomeOnce(kernel, scenario, known))}${mode === undefined ? '' : ` (${mode})`}`;
}

function outcomeOnce(kernel: string, scenario: Scenario, known: Map<string, Outcome>): Outcome {
  const { controller: _, ...rest } = scenario;
  // Two kernels that do the same as a director are the same here: the client's is one of its own.
  const key = scenarioHash({ ...rest, kernel: JSON.stringify(kernelFeatures(kernel)), sysctlOrigin: {} });
  const outcome = known.get(key) ?? outcomeOf(scenario);
  known.set(key, outcome);
  return outcome;
}

/** What a pair can be changed to, and what kube-proxy asks for that a scenario does not. */
const WAYS: readonly {
  readonly name: string;
  readonly way: string;
  readonly kernel?: Branch;
  readonly minor?: number;
}[] = [
  {
    name: 'settings',
    way: 'sysctl: { net.ipv4.vs.conn_reuse_mode: 0, net.ipv4.vs.expire_nodest_conn: 1 }',
  },
  { name: 'iptables', way: 'path: iptables' },
  { name: 'nftables', way: 'path: nftables', kernel: KUBE_NFTABLES, minor: KUBE_NFTABLES_GA },
  { name: 'eBPF', way: 'path: ebpf' },
];

/** Releases that differ in what they can be changed to. */
const WAY_RELEASES = [
  ['before 1.33', '1.30.0'],
  ['from 1.33 on', '1.37.0'],
] as const;

/** The ways by which the pair has neither cliff nor stale real server, each tried. */
function waysOut(kernel: string, release: string, known: Map<string, Outcome>): string {
  const { minor } = expectReading(readKubernetesVersion(release), release);
  const ways = WAYS.filter(({ way, kernel: least, minor: since = 0 }) => {
    if (minor < since || (least !== undefined && !kernelAtLeast(expectKernel(kernel), ...least)))
      return false;
    const scenario = pairScenario(kernel, release, way);
    return typeof scenario !== 'string' && words(outcomeOnce(kernel, scenario, known)) === 'neither';
  });
  return ways.length === 0 ? 'none' : ways.map(({ name }) => name).join(', ');
}

/** SCTP with kube-proxy's settings, and with the two that help: ports come back half a second after their association. */
const SCTP_SETTINGS = [
  ['conntrack=1, mode 1', { conntrack: 1, conn_reuse_mode: 1 }],
  ['conntrack=1, mode 0', { conntrack: 1, conn_reuse_mode: 0 }],
  ['conntrack=0, mode 1', { conntrack: 0, conn_reuse_mode: 1 }],
] as const;

function sctpCell(kernel: string, { conntrack, conn_reuse_mode }: (typeof SCTP_SETTINGS)[number][1]): string {
  const { scenario, problems } = parseScenario(
    `
kernel: "${kernel}"
duration: 10s
sysctl: { net.ipv4.vs.conntrack: ${conntrack}, net.ipv4.vs.conn_reuse_mode: ${conn_reuse_mode} }
service: { address: "10.96.0.1:3868", protocol: sctp, realServers: [{ address: "10.244.1.5:3868" }, { address: "10.244.1.6:3868" }] }
clients: [{ rate: 100/s, ports: 40000-40049, kernel: "4.19" }]
`,
    { file: 'matrix' },
  );
  if (scenario === null) throw new Error(problems[0]?.message);
  return (simulate(scenario).drops.old_conntrack ?? 0) > 0 ? 'cliff' : 'none';
}

export function versionMatrix(): string {
  const known = new Map<string, Outcome>();
  const ways = KERNELS.map(([kernel]) => {
    const cells = WAY_RELEASES.map(([, release]) => waysOut(kernel, release, known));
    return `| ${kernel} | ${cells.join(' | ')} |`;
  });
  const rows = KERNELS.map(([kernel, note]) => {
    const cells = RELEASES.map((release) => cell(kernel, release, known));
    return `| ${kernel}${note === '' ? '' : ` (${note})`} | ${cells.join(' | ')} |`;
  });
  const sctp = SCTP_KERNELS.map((kernel) => {
    const cells = SCTP_SETTINGS.map(([, setting]) => sctpCell(kernel, setting));
    return `| ${kernel} | ${cells.join(' | ')} |`;
  });
  return `# Kernels and releases of Kubernetes

Written by \`npm run docs\`, which runs a scenario for each pair; a test compares. The number in brackets is the
conn_reuse_mode that kube-proxy in mode ipvs leaves or sets.

- **cliff**: a client that uses its ports again loses the first SYN of each connection and waits a second.
- **stale**: a real server whose pod is to go keeps getting connections at weight 0, for as long as ports come back.
- **SYNs lost**: while a real server drains, the first SYN on each of its entries is dropped.
- **neither**: ports are used again at no price, and a draining real server gets no new connections.
- **does not start**: kube-proxy wants to set a sysctl that the kernel does not have.
- **cannot tell**: the distributor adds patches of its own, and which could not be found out; \`ipvsim explain kernel\`
  says what would tell.

| kernel | ${RELEASES.join(' | ')} |
|---|${RELEASES.map(() => '---|').join('')}
${rows.join('\n')}

kube-proxy looks at the number of the kernel only. A backport changes the kernel's row, never kube-proxy's choice:
5.4.200 and RHEL 8.10 have had their mode 0 without need, and CentOS 7, whose 3.10 has the sysctl and the cliff, is left
alone from 1.19 on. Cherry-picks count: 1.20.15 and 1.21.9 already leave kernels from 5.9 on alone, as 1.22 does.

## Ways out

The ipvs mode is deprecated since 1.35, and it is planned to be off by default in 1.40 and gone in 1.43. Each of these was run like the pairs above, and had
neither cliff nor stale real server:

- **settings**: ipvs mode with conn_reuse_mode=0 and expire_nodest_conn=1, where the kernel leaves a real server of weight 0 then.
- **iptables**: kube-proxy's iptables mode, in every release.
- **nftables**: its nftables mode, GA in 1.33 (alpha in 1.29, beta in 1.31), on kernels from 5.13 on.
- **eBPF**: a replacement of kube-proxy that translates in connect(), on kernels from 4.17 on; the product may ask for more.

| kernel | ${WAY_RELEASES.map(([title]) => title).join(' | ')} |
|---|${WAY_RELEASES.map(() => '---|').join('')}
${ways.join('\n')}

## SCTP

The repair of 5.9 rests on a SYN having a conntrack of its own, and an INIT has none while the last association's is there
(10 s, nf_conntrack_sctp_timeout_closed): each kernel drops it, and the client sends it again after 3 s. 5.4.0, 6.1.192 and 7.2
were recorded; what lies between is the model's word.

| kernel | ${SCTP_SETTINGS.map(([title]) => title).join(' | ')} |
|---|${SCTP_SETTINGS.map(() => '---|').join('')}
${sctp.join('\n')}

What each costs a service of one's own is what \`ipvsim advise\` shows; \`ipvsim run k8s-migrate-nftables\` shows a rolling update
before and after the move.
`;
}
