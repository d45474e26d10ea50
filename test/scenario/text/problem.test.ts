/** What people get to read when a scenario is wrong: the printed form of every kind of problem. */
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../../src/scenario/parse.ts';
import { formatProblems } from '../../../src/scenario/text/problem.ts';

const WHOLE = `service:
  address: 10.96.0.1:80
  realServers:
    - address: 10.244.1.5:8080
clients:
  - concurrency: 5
`;

const services = (...lines: string[]): string =>
  ['service:', '  address: 10.96.0.1:80', ...lines, 'clients: [{ concurrency: 5 }]', ''].join('\n');

const clients = (...lines: string[]): string =>
  [
    'service: { address: "10.96.0.1:80", realServers: [{ address: "10.244.1.5:8080" }] }',
    'clients:',
    ...lines,
    '',
  ].join('\n');

/** Name, text, arguments of --set. */
const CASES: readonly (readonly [name: string, text: string, ...set: string[]])[] = [
  // Files that are no scenario.
  ['empty', ''],
  ['blanks and a byte order mark', '\ufeff \n\n'],
  ['only a comment', '# to do\n'],
  ['binary', '\u007fELF\u0002\u0001\u0000\u0000'],
  ['not UTF-8', 'name: caf\ufffd\n'],
  ['larger than 16 MiB', `# ${'x'.repeat(16 * 1024 * 1024)}\n`],
  ['a list', '- a\n- b\n'],
  ['plain text', 'hello world\n'],
  ['two documents', `${WHOLE}---\n${WHOLE}`],
  ['unknown and missing keys', 'servce: 1\nclint: 2\n'],

  // YAML.
  ['a tab', 'service:\n\taddress: 10.96.0.1:80\n'],
  ['a bracket that never ends', 'clients: [1, 2\nservice: 3\n'],
  ['a colon too many', 'title: a: b\n'],
  ['an escape that does not exist', 'title: "\\q"\n'],
  ['a tag', 'title: !shout hello\n'],
  ['a list as key', '? [a]\n: b\n'],
  ['YAML 1.1', '%YAML 1.1\n---\nservice: yes\n'],
  ['duplicate keys', `duration: 5s\nduration: 6s\n${WHOLE}`],
  ['a merge key', `base: &base { concurrency: 5 }\n<<: *base\n${WHOLE}`],
  ['an alias without anchor', clients('  - *nobody')],
  ['an alias within its own value', clients('  - &me [*me]')],
  [
    'aliases that multiply',
    `a: &a [${'x,'.repeat(30)}]\nb: &b [${'*a,'.repeat(30)}]\nc: &c [${'*b,'.repeat(30)}]\nd: [${'*c,'.repeat(30)}]\n`,
  ],
  ['nesting without end', `clients: ${'['.repeat(200)}${']'.repeat(200)}\n`],

  // Keys.
  ['a misspelt sysctl', `sysctl:\n  net.ipv4.vs.conn_reuse_mod: 2\n${WHOLE}`],
  ['a sysctl by its last part', `sysctl:\n  conn_reuse_mode: 1\n${WHOLE}`],
  ['a sysctl outside sysctl', `net.ipv4.vs.conn_reuse_mode: 1\n${WHOLE}`],
  ['a sysctl the model does not have', `sysctl:\n  net.ipv4.vs.sync_threshold: 3\n${WHOLE}`],
  ["a sysctl that is a client's", `sysctl:\n  net.ipv4.ip_local_port_range: 1\n${WHOLE}`],
  ['a transposition', WHOLE.replace('clients', 'cleints')],
  ['a key one level too high', `scheduler: wrr\n${WHOLE}`],
  ['a key one level too low', services('  realServers: [{ address: "10.244.1.5:8080" }]', '  duration: 5s')],
  ['another spelling', WHOLE.replace('realServers', 'real_servers')],
  ['a key that nobody could mean', `quux: 1\n${WHOLE}`],
  ['a missing key in a list', services('  realServers:', '    - weight: 1')],
  ['keys of JavaScript', `__proto__: 1\nconstructor: 2\n${WHOLE}`],

  // Values.
  ['a duration with a wrong unit', `duration: 60sec\n${WHOLE}`],
  ['a duration without unit', `duration: 60\n${WHOLE}`],
  ['a clock', `duration: 12:30\n${WHOLE}`],
  ['a negative duration', `duration: -5s\n${WHOLE}`],
  ['no duration at all', `duration: .inf\n${WHOLE}`],
  ['a duration beyond the limit', `duration: 1000h\n${WHOLE}`],
  ['an empty value', `duration:\n${WHOLE}`],
  ['a number with underscores', services('  realServers: [{ address: "10.244.1.5:8080", workers: 1_000 }]')],
  ['a number in quotes', services('  realServers: [{ address: "10.244.1.5:8080", weight: "3" }]')],
  ['a weight out of range', services('  realServers: [{ address: "10.244.1.5:8080", weight: 70000 }]')],
  ['half a weight', services('  realServers: [{ address: "10.244.1.5:8080", weight: 0.5 }]')],
  ['a former truth value', `conntrackHooks: no\n${WHOLE}`],
  ['a truth value in quotes', `conntrackHooks: "true"\n${WHOLE}`],
  ['a sysctl out of range', `sysctl:\n  net.ipv4.vs.conn_reuse_mode: 7\n${WHOLE}`],
  ['a truth value for a sysctl', `sysctl:\n  net.ipv4.vs.conntrack: true\n${WHOLE}`],
  ['a misspelt scheduler', services('  scheduler: wlcc', '  realServers: [{ address: "10.244.1.5:8080" }]')],
  ['a map where a list belongs', 'clients: { concurrency: 5 }\n' + WHOLE.split('clients')[0]],
  [
    'names and addresses where maps belong',
    'nodes: [n1]\nservice: { address: "10.96.0.1:80", realServers: ["10.244.1.5:8080"] }\nclients: [alpha]\n',
  ],
  ['a list where a map belongs', 'service: [1]\nclients: [{ concurrency: 5 }]\n'],
  ['no clients', WHOLE.replace('  - concurrency: 5', '  []')],
  ['HZ of another kind', `hz: 300\n${WHOLE}`],
  [
    'a distribution of no kind',
    services('  realServers:', '    - address: 10.244.1.5:8080', '      serviceTime: {}'),
  ],
  [
    'a misspelt distribution',
    services('  realServers:', '    - address: 10.244.1.5:8080', '      serviceTime: { exponentail: 5ms }'),
  ],
  [
    'a wrong value in a distribution',
    services(
      '  realServers:',
      '    - address: 10.244.1.5:8080',
      '      serviceTime: { empirical: [5ms, 6] }',
    ),
  ],
  ['loss of more than everything', `links: { loss: 1.5 }\n${WHOLE}`],
  ['bytes of another kind', services('  realServers: [{ address: "10.244.1.5:8080", responseBytes: 5GB }]')],
  ['a name with a path', `name: ../../etc/passwd\n${WHOLE}`],
  ['a long line', `title: ${'long '.repeat(50)}\n${WHOLE}`],
  ['wide characters', `duration: 六十秒\n${WHOLE}`],

  // Addresses and ports.
  [
    'an address without port',
    'service: { address: 10.96.0.1, realServers: [{ address: "10.244.1.5:8080" }] }\nclients: [{ concurrency: 5 }]\n',
  ],
  ['a part of an address above 255', services('  realServers: [{ address: "10.244.1.500:8080" }]')],
  ['an octal part', services('  realServers: [{ address: "10.244.01.5:8080" }]')],
  ['IPv6', services('  realServers: [{ address: "[fd00::5]:8080" }]')],
  ['a multicast address', services('  realServers: [{ address: "239.1.1.1:8080" }]')],
  ['port 0', services('  realServers: [{ address: "10.244.1.5:0" }]')],
  ['a range of ports upside down', clients('  - concurrency: 5', '    ports: 60999-32768')],
  ['ports beyond 65535', clients('  - concurrency: 5', '    ports: 32768-70000')],
  ['a single port', clients('  - concurrency: 5', '    ports: 40000')],
  ['a range of addresses upside down', clients('  - concurrency: 5', '    addresses: 10.0.0.9-10.0.0.1')],
  ['too many addresses', clients('  - concurrency: 5', '    addresses: 10.0.0.1-10.9.0.1')],
  [
    'too many addresses together',
    clients(...[1, 2, 3].map((i) => `  - { concurrency: 5, addresses: 10.${i}.0.1-10.${i}.8.0 }`)),
  ],

  // Kernels.
  ['no kernel', `kernel: linux\n${WHOLE}`],
  ['a kernel of old', `kernel: 2.6.32\n${WHOLE}`],
  ['a kernel between the eras', `kernel: 3.16\n${WHOLE}`],
  ['a kernel of the future', `kernel: 8.1\n${WHOLE}`],
  ['a kernel that never was', `kernel: 4.21\n${WHOLE}`],
  ['a build number without el7', `kernel: 3.10.0-1127\n${WHOLE}`],
  ['a kernel with v', `kernel: v5.4\n${WHOLE}`],
  ['no conn_reuse_mode in 3.10', `kernel: 3.10\nsysctl: { net.ipv4.vs.conn_reuse_mode: 1 }\n${WHOLE}`],
  ['no sloppy_tcp in CentOS 7', `kernel: 3.10.0-1127.el7\nsysctl:\n  net.ipv4.vs.sloppy_tcp: 1\n${WHOLE}`],
  ['no conn_max before 7.2', `kernel: 6.1\nsysctl:\n  net.ipv4.vs.conn_max: 100\n${WHOLE}`],
  [
    'no mh in CentOS 7',
    `kernel: 3.10.0-1127.el7\n${services('  scheduler: mh', '  realServers: [{ address: "10.244.1.5:8080" }]')}`,
  ],
  [
    'no twos before 5.1',
    `kernel: 5.0\n${services('  scheduler: twos', '  realServers: [{ address: "10.244.1.5:8080" }]')}`,
  ],

  // Services.
  [
    'service and services',
    `${WHOLE}services: [{ address: "10.96.0.2:80", realServers: [{ address: "10.244.1.6:80" }] }]\n`,
  ],
  ['no service', 'clients: [{ concurrency: 5 }]\n'],
  [
    'one-packet scheduling of tcp',
    services('  onePacket: true', '  realServers: [{ address: "10.244.1.5:8080" }]'),
  ],
  [
    'a flag of another scheduler',
    services(
      '  scheduler: sh',
      '  schedulerFlags: [mh-port]',
      '  realServers: [{ address: "10.244.1.5:8080" }]',
    ),
  ],
  [
    'a flag of a scheduler without',
    services('  schedulerFlags: [sh-port]', '  realServers: [{ address: "10.244.1.5:8080" }]'),
  ],
  [
    'thresholds upside down',
    services('  realServers: [{ address: "10.244.1.5:8080", upperThreshold: 5, lowerThreshold: 9 }]'),
  ],
  [
    'a real server twice',
    services('  realServers: [{ address: "10.244.1.5:8080" }, { address: "10.244.1.5:8080" }]'),
  ],
  ['a real server that is the service', services('  realServers: [{ address: "10.96.0.1:80" }]')],
  [
    'a direct path to several',
    services(
      '  path: direct',
      '  realServers: [{ address: "10.244.1.5:8080" }, { address: "10.244.1.6:8080" }]',
    ),
  ],
  [
    'direct routing to another port',
    services('  forward: route', '  realServers: [{ address: "10.244.1.5:8080" }]'),
  ],
  [
    'half a second of persistence',
    services('  persistent: 1500ms', '  realServers: [{ address: "10.244.1.5:8080" }]'),
  ],
  [
    'two services of one address and one name',
    `services:
  - { name: a, address: "10.96.0.1:80", realServers: [{ address: "10.244.1.5:8080" }] }
  - { name: b, address: "10.96.0.1:80", realServers: [{ address: "10.244.1.5:8080" }] }
  - { name: a, address: "10.96.0.3:80", realServers: [{ address: "10.244.1.5:8080" }] }
clients: [{ concurrency: 5, to: a }, { concurrency: 5 }, { concurrency: 5, to: c }]
`,
  ],

  // Clients.
  ['no load', clients('  - ports: 1024-65535')],
  ['two loads', clients('  - concurrency: 5', '    rate: 200/s')],
  ['a rate without unit', clients('  - rate: 200')],
  ['think time in an open loop', clients('  - rate: 200/s', '    thinkTime: 5s')],
  ['arrivals in a closed loop', clients('  - concurrency: 5', '    arrivals: poisson')],
  ['keep-alive of a probe', clients('  - probe: { port: 2348 }', '    keepAlive: true')],
  [
    'half a close of datagrams',
    clients('  - { concurrency: 5, halfClose: true }').replace('{ address', '{ protocol: udp, address'),
  ],
  ['a start after the end', clients('  - concurrency: 5', '    start: 60s')],
  [
    'two clients of one name',
    clients('  - { name: ab, concurrency: 5 }', '  - { name: ab, concurrency: 5 }'),
  ],
  [
    'two clients of one address',
    clients('  - { concurrency: 5, addresses: 10.0.0.2 }', '  - { concurrency: 5 }'),
  ],
  [
    "a client with a service's address",
    clients('  - concurrency: 5', '    addresses: [10.0.0.1, 10.96.0.1-10.96.0.20]'),
  ],
  [
    'no time at all',
    `links: { delay: 0s }\n${services('  realServers: [{ address: "10.244.1.5:8080", serviceTime: 0s }]')}`,
  ],

  // Events.
  ['an event without anything', `${WHOLE}events:\n  - at: 5s\n`],
  ['an event after the end', `${WHOLE}events:\n  - at: 60s\n    delete: 10.244.1.5:8080\n`],
  ['the weight of a stranger', `${WHOLE}events:\n  - at: 5s\n    weight: { "10.244.1.6:8080": 0 }\n`],
  [
    'deleted twice',
    `${WHOLE}events:\n  - { at: 9s, delete: "10.244.1.5:8080" }\n  - { at: 5s, delete: "10.244.1.5:8080" }\n`,
  ],
  ['added twice', `${WHOLE}events:\n  - at: 5s\n    add: { address: "10.244.1.5:8080" }\n`],
  [
    'the event of an unknown service',
    `${WHOLE}events:\n  - { at: 5s, service: web, delete: "10.244.1.5:8080" }\n`,
  ],
  [
    'a module parameter at run time',
    `${WHOLE}events:\n  - at: 5s\n    sysctl: { net.ipv4.vs.conn_tab_bits: 14 }\n`,
  ],
  [
    'an event on a direct path',
    `${services('  path: direct', '  realServers: [{ address: "10.244.1.5:8080" }]')}events:\n  - { at: 5s, weight: { "10.244.1.5:8080": 0 } }\n`,
  ],

  // The whole.
  ['an interval longer than the run', `duration: 5s\ninterval: 6s\n${WHOLE}`],
  ['a series beyond memory', `duration: 100h\ninterval: 1ms\n${WHOLE}`],
  [
    'many problems at once',
    `duration: 60sec\nkernel: 2.6\nsysctl:\n  net.ipv4.vs.conn_reuse_mod: 1\n${services('  shceduler: rr', '  realServers:', '    - { address: 10.244.1.5, weight: -1 }')}expect: [min(qsp) > 5]\n`,
  ],
  ['more than twenty', clients(...Array.from({ length: 23 }, () => '  - { concurrency: 0 }'))],

  // The command line.
  ['--set without a value', WHOLE, 'duration'],
  ['--set of an unknown key', WHOLE, 'durration=5s'],
  ['--set of a bad value', WHOLE, 'duration=5', 'clients.0.rate=200/s'],
  ['--set of a misspelt sysctl', WHOLE, 'sysctl.net.ipv4.vs.conn_reuse_mod=0'],
  ['--set of a misspelt sysctl by its own name', WHOLE, 'net.ipv4.vs.conn_reuse_mod=0'],
  ["--set of a sysctl of the clients' hosts", WHOLE, 'net.ipv4.ip_local_port_range=1024 65000'],
  ['--set of a sysctl that nobody knows', WHOLE, 'fs.file-max=5'],
  ['a sysctl at the top of the file', `net.ipv4.vs.conntrack: 1\n${WHOLE}`],
  ['--set beyond a list', WHOLE, 'clients.2.concurrency=5'],
  ['--set of a key of a list', WHOLE, 'clients.concurrency=5'],
  ['--set with an empty part', WHOLE, 'service..address=5'],
  ['--set to nothing', WHOLE, 'duration='],
  ['--set that breaks a rule between keys', WHOLE, 'kernel=3.10', 'service.scheduler=fo'],
  ['--set of an expectation', WHOLE, 'expect=[min(qsp) > 5]'],
  ['--set beside problems of the file', `duration: 5\n${WHOLE}`, 'hz=5'],
];

describe('a wrong scenario', () => {
  it.each(CASES)('%s', (_name, text, ...set) => {
    const { scenario, problems } = parseScenario(text, { file: 'scenario.yaml', set });
    expect(scenario).toBeNull();
    expect(problems.length).toBeGreaterThan(0);
    expect(`\n${formatProblems(problems, text)}\n`).toMatchSnapshot();
  });

  it('has a stable code for every problem', () => {
    const codes = new Map<string, string>();
    for (const [name, text, ...set] of CASES) {
      for (const { code } of parseScenario(text, { set }).problems) codes.set(code, name);
    }
    expect([...codes.keys()].sort()).toEqual([
      'E_ALIAS',
      'E_BINARY',
      'E_COMBINATION',
      'E_DUPLICATE_KEY',
      'E_DUPLICATE_NAME',
      'E_EMPTY',
      'E_EXPECT',
      'E_KERNEL',
      'E_MISSING',
      'E_REFERENCE',
      'E_SET',
      'E_SYNTAX',
      'E_TOO_BIG',
      'E_UNKNOWN_KEY',
      'E_VALUE',
    ]);
  });
});
