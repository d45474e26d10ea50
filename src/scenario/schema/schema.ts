/**
 * The one description of a scenario file: every key with its reader, default, limits and sentence. Types,
 * checks, the JSON Schema for editors (json_schema.ts) and docs/scenarios.md come from it. What holds
 * between keys is in check.ts; what becomes of it all is in effective.ts.
 */
import * as z from 'zod';
import { SCHEDULERS } from '../../kernel/sched/ip_vs_sched.ts';
import { TRANSPORTS } from '../../text/transport.ts';
import {
  ADDRESS_PATTERN,
  ENDPOINT_PATTERN,
  readAddressList,
  readAddressRange,
  readEndpoint,
  readHost,
  readNetmask,
  readNodeAddress,
  readPodRange,
  readRealServer,
  readTarget,
  TARGET_PATTERN,
} from '../addresses.ts';
import { type Expression, readExpectation } from '../expect/expect.ts';
import { readKernelVersion } from '../kernel_version.ts';
import { LOAD_FIELDS } from '../loads/loads.ts';
import { numberBetween, oneOf, wholeBetween } from '../plain_values.ts';
import { accept, type Reading, reject } from '../reading.ts';
import type { Exposed } from '../service_addresses.ts';
import { SYSCTLS } from '../sysctl.ts';
import { BYTES_PATTERN, bytesUpTo, readPortList, readPortRanges } from '../units.ts';
import { LIMITS } from './limits.ts';
import { controllerEntry, kubernetes, podEvents, podSchema } from './schema_controller.ts';
import { cpuSchema, nodeSchema } from './schema_cpu.ts';
import {
  choice,
  distribution,
  duration,
  identifier,
  line,
  listOf,
  paragraphs,
  reads,
  truth,
  whole,
} from './schema_parts.ts';
import { PATIENCE_FIELDS } from './schema_patience.ts';

export const DATA_PATHS = ['ipvs', 'direct', 'iptables', 'nftables', 'ebpf', 'ipvs-bpf'] as const;
const SCHEDULER_NAMES = SCHEDULERS.map(({ name }) => name);
const SCHEDULER_FLAGS = SCHEDULERS.flatMap(({ flags }) => flags);

/** Keys whose value is text however it looks: `kernel: 5.10` and `seed: 0012` keep every digit. */
export const TEXT_KEYS: ReadonlySet<string> = new Set([
  'name',
  'title',
  'description',
  'seed',
  'kernel',
  'kubernetes',
  'version',
  'to',
]);

const kernel = () =>
  reads(readKernelVersion, { type: ['string', 'number'], examples: ['5.4', '6.1.192', '5.4.0-100-generic'] });
const hz = () => reads(oneOf([100, 250, 1000]), { type: 'integer', enum: [100, 250, 1000] });
const endpoint = () => reads(readEndpoint, { type: 'string', pattern: ENDPOINT_PATTERN });
const realServerAddress = () => reads(readRealServer, { type: 'string', pattern: ENDPOINT_PATTERN });
const share = () => reads(numberBetween(0, 1), { type: 'number', minimum: 0, maximum: 1 });
const bytes = () => reads(bytesUpTo(64), { type: ['integer', 'string'], minimum: 0, pattern: BYTES_PATTERN });
const realServerSchema = z.strictObject({
  address: realServerAddress().describe(
    'Address and port of the real server (the pod). Of a service by mark port 0 stands for the one that the client asked for.',
  ),
  weight: whole(0, 65_535).prefault(1).describe('Weight for the scheduler; 0 takes no new connections.'),
  serviceTime: distribution()
    .prefault('1ms')
    .describe(
      'Time to answer a request: a duration, or `exponential` or `empirical`. Beside `cpu`, what it waits for elsewhere (a downstream call).',
    ),
  cpu: cpuSchema()
    .optional()
    .describe('Where it computes; without it, serviceTime is all that a request takes.'),
  local: truth()
    .prefault(false)
    .describe('Its pod is on this node: it counts for externalTrafficPolicy: Local.'),
  workers: whole(0, 100_000).prefault(0).describe('Requests served at once; 0 for as many as come.'),
  backlog: whole(0, 65_535)
    .prefault(511)
    .describe('Connections that may wait for accept(); a SYN beyond it is dropped.'),
  closesFirst: choice(['server', 'client'])
    .prefault('server')
    .describe('Who sends the first FIN on a connection without keep-alive.'),
  keepAliveRequests: whole(0, 1_000_000_000)
    .prefault(0)
    .describe('Requests after which the server closes a keep-alive connection; 0 for never.'),
  tcpMaxTwBuckets: whole(1, 10_000_000)
    .optional()
    .describe(
      'net.ipv4.tcp_max_tw_buckets: connections that its host keeps in TIME_WAIT, of all its sockets; beyond that they end at once. Default: no limit.',
    ),
  answers: choice(['director', 'client'])
    .prefault('director')
    .describe(
      'Where its answers to a client go: back to the director, or straight to the client, as from another node that nobody is masqueraded for. The client knows no connection with the real server and ignores them. Answers to masqueraded connections go to the node in any case.',
    ),
  responseBytes: bytes().prefault(612).describe('Size of an answer.'),
  pod: podSchema.optional(),
  upperThreshold: whole(0, 65_535)
    .prefault(0)
    .describe('Connections from which on it takes no more new ones; 0 for no limit.'),
  lowerThreshold: whole(0, 65_535)
    .prefault(0)
    .describe(
      'Connections below which it takes new ones again; 0 for three quarters of the upper threshold.',
    ),
});

const serviceSchema = z.strictObject({
  name: identifier().optional().describe('Name for `to` and for events; default: the address.'),
  address: endpoint().describe('Virtual address and port.'),
  mark: whole(1, 0xffffffff)
    .optional()
    .describe(
      'A service by firewall mark (`ipvsadm -f`): a rule marks the packets to `address` and to `targets` with it. Default: by address.',
    ),
  targets: listOf(reads(readTarget, { type: 'string', pattern: TARGET_PATTERN }), 1, 256)
    .optional()
    .describe(
      'With `mark`: what else is marked so, `udp:10.96.0.10:53` where the protocol is another. Clients name it as it is written here.',
    ),
  addressOnNode: truth()
    .optional()
    .describe(
      'Whether the node has the address itself (on kube-ipvs0, or as an alias). With false, what IPVS leaves alone goes out to an address that nobody has; for clients on the node only. Default: true, except in containers of Docker before 18.09.',
    ),
  nodePort: whole(1, 65_535)
    .optional()
    .describe(
      'A port of the node (`nodeAddress`) with the same real servers: a service named by that address, of several nodes one for each.',
    ),
  externalIPs: listOf(reads(readHost, { type: 'string', pattern: ADDRESS_PATTERN }), 1, 16)
    .optional()
    .describe('Further addresses, each a service of its own with the same port and real servers.'),
  loadBalancerIPs: listOf(reads(readHost, { type: 'string', pattern: ADDRESS_PATTERN }), 1, 16)
    .optional()
    .describe("The load balancer's addresses, as kube-proxy answers for them itself; each as above."),
  externalTrafficPolicy: choice(['Cluster', 'Local'])
    .optional()
    .describe(
      'Of the three above: `Cluster` uses all real servers and masquerades everybody, `Local` uses those that are `local` and keeps client addresses. Default: Cluster.',
    ),
  protocol: choice(TRANSPORTS).prefault('tcp').describe('Protocol of the service.'),
  scheduler: reads(oneOf(SCHEDULER_NAMES), { type: 'string', enum: SCHEDULER_NAMES })
    .prefault('rr')
    .describe('How the real server of a new connection is picked.'),
  schedulerFlags: listOf(
    reads(oneOf(SCHEDULER_FLAGS), { type: 'string', enum: SCHEDULER_FLAGS }),
    0,
    SCHEDULER_FLAGS.length,
  )
    .prefault([])
    .describe(
      "ipvsadm's scheduler flags, of sh and mh only. Of mh kube-proxy (1.27 and newer) always sets mh-port.",
    ),
  forward: choice(['masq', 'route', 'tunnel'])
    .prefault('masq')
    .describe('Forwarding method: masquerading, direct routing or IP-in-IP.'),
  persistent: duration('1s', '744h')
    .optional()
    .describe('Timeout of client affinity in whole seconds; absent for none.'),
  persistentNetmask: reads(readNetmask, { type: ['string', 'integer'], examples: ['255.255.255.0', 64] })
    .optional()
    .describe(
      'Clients of one network share their affinity (`ipvsadm -M`): 255.255.255.0, or of IPv6 the length of the prefix, 64; absent for each its own.',
    ),
  onePacket: truth().prefault(false).describe('Schedules every datagram anew (udp only).'),
  path: choice(DATA_PATHS).prefault('ipvs').describe('How packets reach the real servers; see Data paths.'),
  hostNetwork: truth()
    .optional()
    .describe("Its real servers have their node's own network: packets do not cost `node.pod`."),
  noRouteToHostFix: truth()
    .optional()
    .describe(
      'Path ipvs-bpf: with conn_reuse_mode 0, a SYN on an entry of a real server with weight 0 is scheduled anew.',
    ),
  realServers: listOf(realServerSchema, 0, LIMITS.realServers).describe(
    'In the order in which they are added.',
  ),
});

const clientSchema = z.strictObject({
  name: identifier()
    .optional()
    .describe('Default: `client`, or `client-1`, `client-2` ... where there are several.'),
  to: line(80).optional().describe('Name of its service; needed where there are several.'),
  addresses: z
    .union([
      reads(readAddressList, { type: 'string' }),
      listOf(
        reads(readAddressRange, { type: 'string', pattern: `${ADDRESS_PATTERN.slice(0, -1)}(-.*)?$` }),
        1,
        LIMITS.addresses,
      ),
    ])
    .optional()
    .describe(
      'Source addresses, single or as ranges; default: 10.0.0.1 for the first client, 10.0.0.2 for the second ..., fd00:10::1 and so forth for an IPv6 service.',
    ),
  onNode: truth()
    .prefault(false)
    .describe(
      'It runs on the node itself: its packets meet the rules at LOCAL_OUT. Its address is the virtual one where that is on the node (path ipvs), else nodeAddress.',
    ),
  via: line(80)
    .optional()
    .describe(
      'Name of the node that its packets go through, where there are several; default: as `balancer` says.',
    ),
  ports: reads(readPortRanges, { type: ['string', 'array'], examples: ['32768-60999'] })
    .prefault('32768-60999')
    .describe(
      'net.ipv4.ip_local_port_range, both ends included; several ranges are one range without what lies between.',
    ),
  reservedPorts: reads(readPortList, { type: ['string', 'integer'], examples: ['8080,40000-45000'] })
    .optional()
    .describe('net.ipv4.ip_local_reserved_ports: never chosen for a connection.'),
  kernel: kernel().optional().describe("Kernel of the client's host; default: the director's."),
  hz: hz().optional().describe('Ticks per second of that host.'),
  ...LOAD_FIELDS,
  requests: whole(0, 1_000_000_000)
    .prefault(0)
    .describe('Requests after which the client stops; 0 for no limit.'),
  keepAlive: truth()
    .optional()
    .describe(
      'Several requests on one connection, like `ab -k`; over udp: all from one socket for each address, which a rate from a single port has by itself. Default: false.',
    ),
  start: duration('0s', '168h').prefault('0s').describe('When it begins.'),
  requestBytes: bytes().prefault(100).describe('Size of a request.'),
  synRetries: whole(1, 127)
    .prefault(6)
    .describe('net.ipv4.tcp_syn_retries: retransmissions before ETIMEDOUT.'),
  ...PATIENCE_FIELDS,
});

const linkSchema = z.strictObject({
  delay: duration('0s', '10s').optional().describe('Time a packet takes in either direction.'),
  loss: share().optional().describe('Share of packets lost in each direction, 0 to 1.'),
});

const sysctlSchema = z.strictObject(
  Object.fromEntries(
    SYSCTLS.map((info) => [
      info.name,
      reads(wholeBetween(info.min, info.max), {
        type: 'integer',
        minimum: info.min,
        maximum: info.max,
        default: info.assumed?.value ?? info.defaults.at(-1)!.value,
      })
        .optional()
        .describe(info.meaning),
    ]),
  ),
);

const clusterNodeSchema = z.strictObject({
  name: identifier().describe('Name for `via` and for events.'),
  kernel: kernel().optional().describe("Its kernel, where that is not the others' (`kernel` at the top)."),
  hz: hz().optional().describe('Ticks per second of it; default: as its kernel has it.'),
  kubernetes: kubernetes()
    .optional()
    .describe("Release of its kube-proxy, where that is not the others' (`kubernetes` at the top)."),
  address: reads(readNodeAddress, { type: ['string', 'array'], examples: ['192.168.0.1'] })
    .optional()
    .describe(
      'Its own address, of each family, which masqueraded connections through it come from. Default: `nodeAddress` for the first node, and the next one for each after it.',
    ),
  podRange: reads(readPodRange, { type: ['string', 'array'], examples: ['10.244.0.0/16'] })
    .optional()
    .describe(
      "Clients in this range are not masqueraded on it, as with kube-proxy's --detect-local-mode=NodeCIDR; default: `podRange` at the top.",
    ),
  sysctl: sysctlSchema.prefault({}).describe('Kernel settings that differ from those of the others.'),
});

const eventSchema = z.strictObject({
  at: duration('0s', '168h').describe('When it happens.'),
  service: line(80).optional().describe('Service of the real servers named; needed where there are several.'),
  node: line(80)
    .optional()
    .describe(
      'Name of the node that `sysctl` and `controller` are about, where there are several; default: all.',
    ),
  sysctl: sysctlSchema.optional().describe('Settings that change.'),
  weight: z
    .record(realServerAddress(), whole(0, 65_535))
    .optional()
    .describe('New weights: address and port of a real server to its weight.'),
  delete: realServerAddress().optional().describe('Address and port of a real server to take out.'),
  add: realServerSchema.optional().describe('A real server to add.'),
  ...podEvents,
  unplugNode: line(80)
    .optional()
    .describe('Name of a node whose cable is pulled; its tables stay as they are.'),
  rebootNode: line(80)
    .optional()
    .describe(
      'Name of a node that reboots: it is gone for `bootTime`, and its tables are empty from then on.',
    ),
  bootTime: duration('1ms', '24h')
    .optional()
    .describe('Of rebootNode: until it is there again. Default: 60s.'),
  plugNode: line(80).optional().describe('Name of a node whose cable is in again.'),
});

const expectSchema = reads(
  (raw): Reading<ExpectEntry> => {
    if (typeof raw !== 'string') return reject('must be text like min(qps, 30s..60s) >= 1990');
    const reading = readExpectation(raw);
    return reading.ok ? accept({ text: raw, expression: reading.value }) : reading;
  },
  { type: 'string', examples: ['min(qps, 30s..60s) >= 1990'] },
);

export interface ExpectEntry {
  readonly text: string;
  readonly expression: Expression;
}

export const scenarioSchema = z.strictObject({
  name: identifier().optional().describe("Default: the file's name."),
  title: line(200).optional().describe('One line for reports.'),
  description: paragraphs(20_000).prefault('').describe('Anything else worth knowing.'),
  seed: line(200, ['string', 'number']).prefault('ipvsim').describe('Same scenario and seed, same result.'),
  duration: duration('1ms', '168h').prefault('60s').describe('Simulated time.'),
  until: choice(['duration', 'idle'])
    .prefault('duration')
    .describe(
      'What ends the run: its duration, or `idle`: the last answer, once every client has had all its `requests`, if that comes first.',
    ),
  interval: duration('1ms', '1h').prefault('1s').describe('Length of a row of the series.'),
  kernel: kernel()
    .prefault('5.4')
    .describe('Kernel of the director, as `uname -r`, `uname -a` or `/proc/version_signature` prints it.'),
  hz: hz()
    .optional()
    .describe(
      'Ticks per second of the director; default: 1000 for RHEL and its clones, 250 for most others.',
    ),
  conntrackHooks: truth()
    .prefault(true)
    .describe('Whether some rule on the node makes conntrack look at packets, as those of kube-proxy do.'),
  masquerade: choice(['none', 'plain', 'random-fully', 'kube-proxy'])
    .prefault('none')
    .describe(
      "Whose connections leave with the node's address, and from which port: `plain` keeps the client's port where it can, `random-fully` draws one, and `kube-proxy` does what that release of kubernetes does by itself (plain before 1.16); see Data paths.",
    ),
  podRange: reads(readPodRange, { type: ['string', 'array'], examples: ['10.244.0.0/16'] })
    .optional()
    .describe(
      'Clients in this range, or one of each family, are not masqueraded, as pods are not (clusterCIDR); default: nobody is in it.',
    ),
  nodeAddress: reads(readNodeAddress, {
    type: ['string', 'array'],
    examples: ['172.18.0.2', ['172.18.0.2', 'fd00:18::2']],
  })
    .prefault('172.18.0.2')
    .describe(
      'Address of the node, or one of each family: what masqueraded connections and clients on the node come from. A service on it is a NodePort, whose clients are all masqueraded.',
    ),
  sysctl: sysctlSchema.prefault({}).describe('Kernel settings of the director by their full names.'),
  nodes: listOf(clusterNodeSchema, 1, LIMITS.nodes)
    .optional()
    .describe(
      'Several directors with the same services, each with its own kernel, controller, tables and schedulers; see Several nodes. Default: one.',
    ),
  balancer: choice(['hash', 'turn'])
    .optional()
    .describe(
      'What spreads clients without `via` over the nodes: a hash of their address and port, or in turn, connection by connection. Default: hash.',
    ),
  service: serviceSchema.optional().describe('The service.'),
  services: listOf(serviceSchema, 1, LIMITS.services)
    .optional()
    .describe('The services, where there are several.'),
  clients: listOf(clientSchema, 1, LIMITS.clients).describe('Who sends requests.'),
  links: z
    .strictObject({
      delay: duration('0s', '10s').prefault('100us').describe('Delay of both sides.'),
      loss: share().prefault(0).describe('Loss on both sides.'),
      clientSide: linkSchema.optional().describe('Between clients and director; wins over the two above.'),
      serverSide: linkSchema
        .optional()
        .describe('Between director and real servers; wins over the two above.'),
    })
    .prefault({})
    .describe('The wires.'),
  controller: controllerEntry
    .optional()
    .describe(
      'Who adds, drains and deletes real servers as their pods come and go, on each node by itself; default: nobody.',
    ),
  kubernetes: kubernetes()
    .optional()
    .describe('Short for a controller kube-proxy of that release of Kubernetes; a node may have its own.'),
  node: nodeSchema.optional().describe('What forwarding packets costs; default: nothing.'),
  events: listOf(eventSchema, 0, LIMITS.events).prefault([]).describe('What happens during the run.'),
  expect: listOf(expectSchema, 0, LIMITS.expectations)
    .prefault([])
    .describe('Conditions that the result must meet.'),
});

export type ScenarioFile = z.output<typeof scenarioSchema>;
/** `exposed`: it is another address of a service in the file (service_addresses.ts). */
export type ServiceEntry = z.output<typeof serviceSchema> & { readonly exposed?: Exposed };
export type RealServerEntry = z.output<typeof realServerSchema>;
export type ClientEntry = z.output<typeof clientSchema>;
export type NodeEntry = z.output<typeof clusterNodeSchema>;
export type EventEntry = z.output<typeof eventSchema>;

/** For sections that are checked one by one where the whole has problems. */
export const SECTIONS = {
  service: serviceSchema,
  client: clientSchema,
  event: eventSchema,
  node: clusterNodeSchema,
  controller: controllerEntry,
  expect: expectSchema,
} as const;
