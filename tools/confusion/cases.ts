/**
 * What is simulated for the confusion matrix: every cause under several loads, on several kernels, in a quiet network
 * and in one where other things happen besides. Short runs, of which each has one cause and no other.
 */

export interface ConfusionCase {
  /** As `diagnose` calls it; `nothing` where nothing is wrong. */
  readonly cause: string;
  readonly load: string;
  readonly kernel: string;
  readonly isNoisy: boolean;
  readonly yaml: string;
}

interface Story {
  readonly cause: string;
  readonly kernels: readonly string[];
  /** Name to what the scenario says besides the kernel. */
  readonly loads: Readonly<Record<string, string>>;
}

const ANY_KERNEL = ['3.10.0-1127.el7.x86_64', '5.4.0-216-generic', '6.1.0-38-amd64'];
/** Those that drop a SYN for its old entry's sake. */
const CLIFF_KERNELS = ['3.10.0-1127.el7.x86_64', '4.19.48', '5.4.0-42-generic'];
const REUSE = 'net.ipv4.vs.conn_reuse_mode: 1, net.ipv4.vs.conntrack: 1';
const KEPT = 'net.ipv4.vs.conn_reuse_mode: 0, net.ipv4.vs.conntrack: 1';

interface Parts {
  readonly duration: string;
  readonly sysctl?: string;
  readonly service?: string;
  /** Of each real server. */
  readonly server?: string;
  readonly servers?: number;
  readonly client: string;
  readonly more?: string;
}

const REAL_SERVERS = ['10.244.1.5:8080', '10.244.1.6:8080', '10.244.1.7:8080'];

function scenario({
  duration,
  sysctl = KEPT,
  service = '',
  server = 'serviceTime: 5ms',
  ...rest
}: Parts): string {
  const { servers = 2, client, more = '' } = rest;
  const rows = REAL_SERVERS.slice(0, servers).map(
    (address) => `    - { address: "${address}", ${server} }\n`,
  );
  return (
    `duration: ${duration}\nsysctl: { ${sysctl} }\nservices:\n  - name: web\n    address: 10.96.0.10:80\n${service}` +
    `    realServers:${rows.length === 0 ? ' []\n' : `\n${rows.join('').replaceAll('    -', '      -')}`}` +
    `NOISE_SERVICE\nclients:\n  - { name: client, to: web, ${client} }\nNOISE_CLIENT\n${more}`
  );
}

const DELETED = 'events: [{ at: 10s, service: web, delete: "10.244.1.6:8080" }]';
const REMOVED =
  'events: [{ at: 15s, service: web, weight: { "10.244.1.6:8080": 0 } }, { at: 25s, unplug: 10.244.1.6 }]';
const DEAD = 'events: [{ at: 5s, unplug: 10.244.1.6 }]';

const STORIES: readonly Story[] = [
  {
    cause: 'port-reuse',
    kernels: CLIFF_KERNELS,
    loads: {
      'rate 600/s': scenario({ duration: '40s', sysctl: REUSE, client: 'rate: 600/s' }),
      'ab -c 50': scenario({
        duration: '30s',
        sysctl: REUSE,
        server: 'serviceTime: 50ms',
        client: 'concurrency: 50',
      }),
      'few ports': scenario({
        duration: '40s',
        sysctl: REUSE,
        client: 'rate: 150/s, ports: 32768-36767',
      }),
    },
  },
  {
    cause: 'deleted-server',
    kernels: ANY_KERNEL,
    loads: {
      'keep-alive 20': scenario({
        duration: '25s',
        client: 'concurrency: 20, keepAlive: true, thinkTime: 100ms',
        more: DELETED,
      }),
      'keep-alive 200': scenario({
        duration: '20s',
        client: 'concurrency: 200, keepAlive: true, thinkTime: 1s',
        more: DELETED,
      }),
      'long requests': scenario({
        duration: '20s',
        server: 'serviceTime: 4s',
        client: 'rate: 30/s',
        more: DELETED,
      }),
    },
  },
  {
    cause: 'removed-server',
    kernels: CLIFF_KERNELS,
    loads: {
      '200/s, 1000 ports': scenario({
        duration: '40s',
        client: 'rate: 200/s, ports: 40000-40999',
        more: REMOVED,
      }),
      '400/s, 4000 ports': scenario({
        duration: '40s',
        servers: 3,
        client: 'rate: 400/s, ports: 40000-43999',
        more: REMOVED,
      }),
      'ab -c 20, 500 ports': scenario({
        duration: '40s',
        server: 'serviceTime: 50ms',
        client: 'concurrency: 20, ports: 40000-40499',
        more: REMOVED,
      }),
    },
  },
  {
    cause: 'dead-server',
    kernels: ANY_KERNEL,
    loads: {
      'rate 50/s': scenario({ duration: '20s', client: 'rate: 50/s', more: DEAD }),
      'rate 300/s': scenario({ duration: '15s', client: 'rate: 300/s', more: DEAD }),
      'ab -c 20': scenario({ duration: '30s', client: 'concurrency: 20', more: DEAD }),
    },
  },
  {
    cause: 'idle-entry',
    kernels: ANY_KERNEL,
    loads: {
      'one, before the write': scenario({
        duration: '950s',
        client: 'concurrency: 1, keepAlive: true, thinkTime: 960s',
      }),
      'twenty, before the write': scenario({
        duration: '930s',
        client: 'concurrency: 20, keepAlive: true, thinkTime: 960s',
      }),
      'twenty, after it': scenario({
        duration: '990s',
        client: 'concurrency: 20, keepAlive: true, thinkTime: 960s',
      }),
    },
  },
  {
    cause: 'stale-udp',
    kernels: ANY_KERNEL,
    loads: {
      'four ports': scenario({
        duration: '30s',
        service: '    protocol: udp\n',
        client: 'rate: 40/s, ports: 40000-40003',
        more: DELETED,
      }),
      'one socket': scenario({
        duration: '30s',
        servers: 1,
        service: '    protocol: udp\n',
        client: 'rate: 20/s, ports: 44117-44117',
        more: DELETED.replace('10.244.1.6', '10.244.1.5'),
      }),
      'a port each': scenario({
        duration: '30s',
        service: '    protocol: udp\n',
        client: 'rate: 100/s, ports: 40000-40999',
        more: DELETED,
      }),
    },
  },
  {
    cause: 'stale-affinity',
    kernels: ANY_KERNEL,
    loads: {
      'one client': scenario({
        duration: '40s',
        servers: 1,
        service: '    persistent: 10800s\n',
        client: 'rate: 20/s',
        more: `events:
  - { at: 10s, service: web, add: { address: "10.244.1.6:8080" } }
  - { at: 10s, service: web, weight: { "10.244.1.5:8080": 0 } }
  - { at: 12s, unplug: 10.244.1.5 }`,
      }),
      'eight clients': scenario({
        duration: '40s',
        service: '    persistent: 600s\n',
        client: 'rate: 80/s, addresses: 10.0.0.1-10.0.0.8',
        more: `events:
  - { at: 10s, service: web, weight: { "10.244.1.6:8080": 0 } }
  - { at: 12s, unplug: 10.244.1.6 }`,
      }),
      'forty clients': scenario({
        duration: '40s',
        servers: 3,
        service: '    persistent: 300s\n',
        client: 'rate: 100/s, addresses: 10.0.0.1-10.0.0.40',
        more: `events:
  - { at: 10s, service: web, weight: { "10.244.1.6:8080": 0 } }
  - { at: 12s, unplug: 10.244.1.6 }`,
      }),
    },
  },
  {
    cause: 'no-endpoints',
    kernels: ANY_KERNEL,
    loads: {
      'no real server': scenario({ duration: '10s', servers: 0, client: 'rate: 20/s' }),
      'weight 0': scenario({
        duration: '10s',
        server: 'weight: 0',
        client: 'rate: 20/s',
      }),
      'all deleted': scenario({
        duration: '20s',
        servers: 1,
        client: 'rate: 50/s',
        more: DELETED.replace('10.244.1.6', '10.244.1.5'),
      }),
    },
  },
  {
    cause: 'conntrack-full',
    kernels: ANY_KERNEL,
    loads: {
      '1000, 100/s': scenario({
        duration: '30s',
        sysctl: `${KEPT}, net.netfilter.nf_conntrack_max: 1000`,
        client: 'rate: 100/s',
      }),
      '8000, 400/s': scenario({
        duration: '30s',
        sysctl: `${KEPT}, net.netfilter.nf_conntrack_max: 8000`,
        client: 'rate: 400/s',
      }),
      '4000, ab -c 10': scenario({
        duration: '30s',
        sysctl: `${KEPT}, net.netfilter.nf_conntrack_max: 4000`,
        server: 'serviceTime: 20ms',
        client: 'concurrency: 10',
      }),
    },
  },
  {
    cause: 'conn-table-full',
    kernels: ['7.2', '7.2.13'],
    loads: {
      '1000, 100/s': scenario({
        duration: '30s',
        sysctl: `${KEPT}, net.ipv4.vs.conn_max: 1000`,
        client: 'rate: 100/s',
      }),
      '8000, 400/s': scenario({
        duration: '30s',
        sysctl: `${KEPT}, net.ipv4.vs.conn_max: 8000`,
        client: 'rate: 400/s',
      }),
      '4000, ab -c 10': scenario({
        duration: '30s',
        sysctl: `${KEPT}, net.ipv4.vs.conn_max: 4000`,
        server: 'serviceTime: 20ms',
        client: 'concurrency: 10',
      }),
    },
  },
  {
    cause: 'backlog-full',
    kernels: ANY_KERNEL,
    loads: {
      '60/s for 40': scenario({
        duration: '30s',
        servers: 1,
        server: 'serviceTime: 100ms, workers: 4, backlog: 10',
        client: 'rate: 60/s',
      }),
      '300/s for 200': scenario({
        duration: '30s',
        servers: 1,
        server: 'serviceTime: 50ms, workers: 10, backlog: 128',
        client: 'rate: 300/s',
      }),
      'ab -c 100': scenario({
        duration: '30s',
        servers: 1,
        server: 'serviceTime: 20ms, workers: 2, backlog: 20',
        client: 'concurrency: 100',
      }),
    },
  },
  {
    cause: 'link-loss',
    kernels: ANY_KERNEL,
    loads: {
      '0.5 %, 300/s': scenario({ duration: '20s', client: 'rate: 300/s', more: 'links: { loss: 0.005 }' }),
      '2 %, 100/s': scenario({ duration: '30s', client: 'rate: 100/s', more: 'links: { loss: 0.02 }' }),
      '5 %, ab -c 20': scenario({
        duration: '20s',
        server: 'serviceTime: 50ms',
        client: 'concurrency: 20',
        more: 'links: { loss: 0.05 }',
      }),
    },
  },
  {
    cause: 'ports-run-out',
    kernels: ANY_KERNEL,
    loads: {
      '50/s, 1000 ports': scenario({
        duration: '40s',
        server: 'closesFirst: client',
        client: 'rate: 50/s, ports: 40000-40999',
      }),
      '800/s, default ports': scenario({
        duration: '45s',
        server: 'closesFirst: client',
        client: 'rate: 800/s',
      }),
      'kept open': scenario({
        duration: '20s',
        server: 'serviceTime: 60s',
        client: 'rate: 200/s, ports: 40000-41999',
      }),
    },
  },
  {
    cause: 'slow-server',
    kernels: ANY_KERNEL,
    loads: {
      'exponential 2 s': scenario({
        duration: '30s',
        server: 'serviceTime: { exponential: 2s }',
        client: 'rate: 50/s',
      }),
      'now and then': scenario({
        duration: '30s',
        server: 'serviceTime: { empirical: [10ms, 10ms, 10ms, 10ms, 10ms, 10ms, 10ms, 10ms, 10ms, 3s] }',
        client: 'rate: 100/s',
      }),
      'always 5 s': scenario({ duration: '40s', server: 'serviceTime: 5s', client: 'concurrency: 20' }),
    },
  },
  {
    cause: 'nothing',
    kernels: [...CLIFF_KERNELS, '5.4.0-216-generic', '6.1.0-38-amd64', '6.8.0-45-generic'],
    loads: {
      'rate 50/s': scenario({ duration: '30s', sysctl: REUSE, client: 'rate: 50/s' }),
      'ab -c 20, mode 0': scenario({
        duration: '30s',
        server: 'serviceTime: 20ms',
        client: 'concurrency: 20',
      }),
      'keep-alive': scenario({
        duration: '30s',
        sysctl: REUSE,
        client: 'concurrency: 50, keepAlive: true, thinkTime: 100ms',
      }),
    },
  },
];

/**
 * Another service that is doing well, with a client of its own and a real server being drained; a network that loses a
 * packet in ten thousand.
 */
const NOISE_SERVICE = `  - name: other
    address: 10.96.0.20:443
    persistent: 300s
    realServers: [{ address: "10.244.2.5:8443" }, { address: "10.244.2.6:8443", weight: 0 }]`;
const NOISE_CLIENT = '  - { name: other, to: other, rate: 20/s, addresses: 10.0.0.200-10.0.0.203 }';

function noisy(yaml: string): string {
  const made = yaml.replace('NOISE_SERVICE', NOISE_SERVICE).replace('NOISE_CLIENT', NOISE_CLIENT);
  return made.includes('links:') ? made : `${made}\nlinks: { loss: 0.0001 }`;
}

function quiet(yaml: string): string {
  return yaml.replace('NOISE_SERVICE\n', '').replace('NOISE_CLIENT\n', '');
}

export const CONFUSION_CASES: readonly ConfusionCase[] = STORIES.flatMap(({ cause, kernels, loads }) =>
  Object.entries(loads).flatMap(([load, text]) =>
    kernels.flatMap((kernel) =>
      [false, true].map((isNoisy) => ({
        cause,
        load,
        kernel,
        isNoisy,
        yaml: `kernel: "${kernel}"\n${isNoisy ? noisy(text) : quiet(text)}`,
      })),
    ),
  ),
);
