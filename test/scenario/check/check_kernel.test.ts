/** Kernels of which something cannot be told: refused where the scenario turns on it, and only there. */
import { describe, expect, test } from 'vitest';
import { scenarioNotes } from '../../../src/scenario/notes.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';

const MODE = 'net.ipv4.vs.conn_reuse_mode';
const NODEST = 'net.ipv4.vs.expire_nodest_conn';

function parse(kernel: string, rest = '', service = '') {
  return parseScenario(`kernel: "${kernel}"
service: { address: "10.96.0.1:80", ${service} realServers: [{ address: "10.1.0.1:80" }, { address: "10.1.0.2:80" }] }
clients: [{ concurrency: 5, kernel: 5.4 }]
${rest}
`);
}

const DRAIN = 'events: [{ at: 1s, weight: { "10.1.0.1:80": 0 } }]';
const DELETE = 'events: [{ at: 1s, delete: "10.1.0.1:80" }]';

describe('refused is', () => {
  test.each([
    ['a mode that reuses', '5.4.0-1009-aws', '', ''],
    [
      'one that an event sets',
      '5.4.0-1009-aws',
      `sysctl: { ${MODE}: 0 }\nevents: [{ at: 1s, sysctl: { ${MODE}: 1 } }]`,
      '',
    ],
    [
      'mode 0 with a server on its way out',
      '5.10.0-9-amd64',
      `sysctl: { ${MODE}: 0, ${NODEST}: 1 }\n${DRAIN}`,
      '',
    ],
    ['a deleted real server', '4.18.0-500.el8', `sysctl: { ${NODEST}: 1 }\n${DELETE}`, ''],
    ['one that kube-proxy deletes', '5.3.18-150300.59.106-default', `kubernetes: 1.30.0\n${DELETE}`, ''],
    ['one of UDP', '4.18.0-500.el8', `sysctl: { ${NODEST}: 1 }\n${DELETE}`, 'protocol: udp,'],
  ])('%s', (_, kernel, rest, service) => {
    const { scenario, problems } = parse(kernel, rest, service);
    expect(scenario).toBeNull();
    expect(problems).toMatchObject([{ code: 'E_CANNOT_TELL', line: 1 }]);
    expect(problems[0]!.message).toContain('cannot tell whether it has');
    expect(problems[0]!.hint).toMatch(
      /this tells: .*\nwithout (it|them) write kernel: [\d.]+, with (it|them) kernel: [\d.]+\n/,
    );
  });
});

describe('taken is', () => {
  test.each([
    ['mode 0 without one', '5.4.0-1009-aws', `sysctl: { ${MODE}: 0 }`, ''],
    ['mode 0 by kube-proxy', '5.4.0-1009-aws', 'kubernetes: 1.19.12', ''],
    ['conntrack off', '5.4.0-1009-aws', 'sysctl: { net.ipv4.vs.conntrack: 0 }', ''],
    ['UDP', '5.4.0-1009-aws', '', 'protocol: udp,'],
    ['a path without IPVS', '5.4.0-1009-aws', '', 'path: iptables,'],
    ['what is certain all the same', '5.10.0-28-amd64', `${DRAIN}`, ''],
    ['what the text itself says', 'Ubuntu 5.4.0-1009.9-aws 5.4.22', '', ''],
  ])('%s', (_, kernel, rest, service) => expect(parse(kernel, rest, service).problems).toEqual([]));
});

test.each([
  ['5.4.0-1009-aws', '5.4.0', '5.4.59'],
  ['5.8.0-63-generic', '5.8.0', '5.8.2'],
  ['4.15.0-213-generic', '4.15.0', '4.19.140'],
  ['5.3.18-150300.59.106-default', '5.3.0', '5.9.0'],
  ['4.4.0-210-generic', '4.4.0', '4.14.194'],
  ['4.18.0-326.el8.x86_64', '4.18.0', '4.19.140'],
  ['4.18.0-500.el8.x86_64', '4.19.219', '5.10.83'],
])('%s may be written as %s or %s', (kernel, without, withThem) => {
  const { problems } = parse(kernel, `sysctl: { ${MODE}: 1, ${NODEST}: 1 }\n${DELETE}`);
  expect(problems[0]!.hint).toMatch(new RegExp(`kernel: ${without}, with (it|them) kernel: ${withThem}\n`));
  for (const instead of [without, withThem]) expect(parse(instead).problems).toEqual([]);
});

test('a Debian between two packages may be written as the older or the newer', () => {
  const { problems } = parse('5.10.0-9-amd64', `sysctl: { ${MODE}: 0, ${NODEST}: 1 }\n${DRAIN}`);
  expect(problems[0]!.hint).toContain('kernel: 5.10.70, with it kernel: 5.10.83\n');
});

describe('notes', () => {
  const notes = (kernel: string, rest = '', service = '') =>
    scenarioNotes(parse(kernel, rest, service).scenario!);
  test('say what matters less', () => {
    expect(notes('6.8.0-45-generic', '', 'scheduler: wlc,')).toEqual([
      'kernel 6.8.0-45-generic: cannot tell totalConns; taken as off. See: ipvsim explain kernel "6.8.0-45-generic"',
    ]);
    expect(notes('6.8.0-45-generic')).toEqual([]);
    expect(notes('5.4.166')).toEqual([]);
  });

  test('say where the rest of a release of Kubernetes matters', () => {
    expect(notes('5.4', 'kubernetes: 1.21')).toEqual([
      'kubernetes 1.21: taken for 1.21.0; 1.21.9 is different, so write the whole number',
    ]);
    expect(notes('5.4', 'kubernetes: 1.30')).toEqual([]);
    expect(notes('5.4', 'kubernetes: 1.21.0')).toEqual([]);
  });
});
