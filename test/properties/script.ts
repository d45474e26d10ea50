/** Random scripts for a director: what a user, clients and real servers may do, plausible or not. */
import fc from 'fast-check';
import type { ForwardingMethod } from '../../src/kernel/ipvs/ip_vs_dest.ts';
import { SCHEDULERS } from '../../src/kernel/sched/ip_vs_sched.ts';
import { TH_ACK, TH_FIN, TH_PUSH, TH_RST, TH_SYN } from '../../src/kernel/sk_buff.ts';

export interface Setup {
  readonly kernel: string;
  readonly hz: number;
  readonly conntrackHooks: boolean;
  readonly natHooks: boolean;
  readonly sysctl: Readonly<Record<string, number>>;
  readonly udp: boolean;
  readonly scheduler: string;
  readonly schedulerFlags: readonly string[];
  readonly persistent_s: number;
  readonly onePacket: boolean;
  readonly servers: readonly ServerSetup[];
}

export interface ServerSetup {
  readonly weight: number;
  readonly forward: ForwardingMethod;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
}

/** Clients, ports and servers are numbers; world.ts gives them addresses. */
export type Act =
  | {
      readonly kind: 'client' | 'server';
      readonly service: number;
      readonly client: number;
      readonly port: number;
      readonly server: number;
      readonly flags: number;
      readonly len: number;
      /** Added to the plausible sequence and acknowledgement numbers. */
      readonly seqError: number;
      readonly ackError: number;
    }
  /** A connection as it should be, broken off after so many packets; the server that got the SYN answers. */
  | {
      readonly kind: 'connection';
      readonly service: number;
      readonly client: number;
      readonly port: number;
      readonly packets: number;
      readonly closer: 'client' | 'server';
    }
  | { readonly kind: 'sleep'; readonly ms: number }
  | { readonly kind: 'sysctl'; readonly name: string; readonly value: number }
  | { readonly kind: 'weight'; readonly service: number; readonly server: number; readonly weight: number }
  | { readonly kind: 'add' | 'delete'; readonly service: number; readonly server: number };

export const CLIENTS = 2;
export const PORTS = 3;
export const SERVERS = 3;
/** On neighbouring ports, with the same real servers: their flows can clash in conntrack. */
export const SERVICES = 2;

/** One of every era, the recorded ones among them. */
const KERNELS = [
  ['3.10.0', 1000],
  ['3.10.0-1127.el7', 1000],
  ['4.4', 250],
  ['4.19', 250],
  ['5.4.0', 100],
  ['5.10.223', 100],
  ['6.1.192', 250],
  ['6.6', 1000],
  ['7.2.13', 100],
] as const;

const FLAGS = SCHEDULERS.flatMap(({ flags }) => flags);

/** The longest timeout that fits a kernel's jiffies at 1000 Hz. */
export const WEEKS_S = 2_147_483;

const SYSCTL_VALUES: Readonly<Record<string, readonly number[]>> = {
  'net.ipv4.vs.conntrack': [1, 0],
  'net.ipv4.vs.conn_reuse_mode': [1, 0, 2, 3],
  'net.ipv4.vs.expire_nodest_conn': [0, 1],
  'net.ipv4.vs.expire_quiescent_template': [0, 1],
  'net.ipv4.vs.sloppy_tcp': [0, 1],
  'net.ipv4.vs.secure_tcp': [0, 3],
  'net.ipv4.vs.drop_entry': [0, 3],
  'net.ipv4.vs.drop_packet': [0, 3],
  'net.ipv4.vs.am_droprate': [10, 2],
  'net.ipv4.vs.conn_max': [2 ** 30, 4],
  'net.ipv4.vs.timeout.tcp': [0, 20, WEEKS_S],
  'net.ipv4.vs.timeout.udp': [0, 7],
  'net.netfilter.nf_conntrack_max': [262144, 0, 5],
  'net.netfilter.nf_conntrack_tcp_timeout_established': [432_000, 30, WEEKS_S],
  'net.netfilter.nf_conntrack_tcp_loose': [1, 0],
  'net.netfilter.nf_conntrack_tcp_be_liberal': [0, 1],
  'net.ipv4.icmp_ratelimit': [1000, 0],
};

const weight = fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 4 }), fc.constant(65535));

const server: fc.Arbitrary<ServerSetup> = fc.record({
  weight,
  forward: fc.constantFrom('masq', 'masq', 'route', 'tunnel'),
  upperThreshold: fc.constantFrom(0, 0, 0, 1, 3),
  lowerThreshold: fc.constantFrom(0, 1, 2),
});

const sysctl = fc
  .constantFrom(...Object.keys(SYSCTL_VALUES))
  .chain((name) => fc.record({ name: fc.constant(name), value: fc.constantFrom(...SYSCTL_VALUES[name]!) }));

export const setup: fc.Arbitrary<Setup> = fc
  .record({
    kernel: fc.constantFrom(...KERNELS),
    conntrackHooks: fc.constantFrom(true, true, true, false),
    natHooks: fc.boolean(),
    sysctls: fc.array(sysctl, { maxLength: 6 }),
    conntrack: fc.constantFrom(1, 1, 0),
    udp: fc.constantFrom(false, false, false, true),
    scheduler: fc.constantFrom(...SCHEDULERS.map(({ name }) => name)),
    schedulerFlags: fc.subarray(FLAGS),
    persistent_s: fc.constantFrom(0, 0, 0, 5, 60),
    onePacket: fc.boolean(),
    servers: fc.array(server, { minLength: 1, maxLength: SERVERS }),
  })
  .map(({ kernel: [kernel, hz], sysctls, conntrack, ...rest }) => ({
    ...rest,
    kernel,
    hz,
    sysctl: {
      'net.ipv4.vs.conntrack': conntrack,
      ...Object.fromEntries(sysctls.map(({ name, value }) => [name, value])),
    },
  }));

const service = fc.constantFrom(0, 0, 0, 1);

const SENSIBLE = [
  TH_SYN,
  TH_SYN | TH_ACK,
  TH_ACK,
  TH_PUSH | TH_ACK,
  TH_FIN | TH_ACK,
  TH_RST,
  TH_RST | TH_ACK,
];

const packet: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom('client', 'client', 'server'),
  service,
  client: fc.nat(CLIENTS - 1),
  port: fc.nat(PORTS - 1),
  server: fc.nat(SERVERS - 1),
  flags: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(TH_SYN, ...SENSIBLE) }, fc.nat(31)),
  len: fc.constantFrom(0, 0, 10, 1460),
  seqError: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    fc.constantFrom(-1, 1, 70000, -70000, 2 ** 31),
  ),
  ackError: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    fc.constantFrom(-1, 1, 70000, -70000, 2 ** 31),
  ),
});

const connection: fc.Arbitrary<Act> = fc.record({
  kind: fc.constant('connection'),
  service,
  client: fc.nat(CLIENTS - 1),
  port: fc.nat(PORTS - 1),
  packets: fc.oneof(fc.constant(10), fc.integer({ min: 1, max: 10 })),
  closer: fc.constantFrom('client', 'server'),
});

/** Below a jiffy, a jiffy, and around the timeouts of IPVS and conntrack. */
const sleep: fc.Arbitrary<Act> = fc.record({
  kind: fc.constant('sleep'),
  ms: fc.constantFrom(
    0.4,
    1,
    10,
    100,
    1000,
    3000,
    10_500,
    31_000,
    61_000,
    119_000,
    121_000,
    126_000,
    301_000,
    950_000,
  ),
});

export const script: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: packet },
    { weight: 4, arbitrary: connection },
    { weight: 5, arbitrary: sleep },
    { weight: 1, arbitrary: sysctl.map((change) => ({ kind: 'sysctl' as const, ...change })) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('weight' as const),
        service,
        server: fc.nat(SERVERS - 1),
        weight,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('add' as const, 'delete'),
        service,
        server: fc.nat(SERVERS - 1),
      }),
    },
  ),
  { maxLength: 80, size: 'max' },
);
