/** Controllers in scenario files: which sysctls they set, where that shows, and what is wrong about some. */
import { describe, expect, test } from 'vitest';
import { kubeProxyRules } from '../../../src/scenario/controllers/kube_proxy.ts';
import { readKubernetesVersion } from '../../../src/scenario/kubernetes_version.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';
import { expectReading } from '../../../src/scenario/reading.ts';

const text = (lines: string) => `${lines}
service: { address: "10.96.0.1:80", realServers: [{ address: "10.244.1.5:80" }, { address: "10.244.1.6:80" }] }
clients: [{ concurrency: 5 }]
`;

const MODE = 'net.ipv4.vs.conn_reuse_mode';
const NODEST = 'net.ipv4.vs.expire_nodest_conn';

function parsed(lines: string) {
  const { scenario, problems } = parseScenario(text(lines), { file: 'x.yaml' });
  expect(problems).toEqual([]);
  return scenario!;
}

function complaints(lines: string) {
  return parseScenario(text(lines), { file: 'x.yaml' }).problems.map(({ code, line, message, hint }) => ({
    code,
    line,
    message,
    hint,
  }));
}

test('a name alone is the controller as it comes', () => {
  for (const name of ['kube-router', 'docker-swarm'])
    expect(parsed(`controller: ${name}`)).toEqual(parsed(`controller: { kind: ${name} }`));
  expect(complaints('controller: kube-ruter')).toMatchObject([
    {
      message: expect.stringMatching(/^controller must be kube-proxy, kube-router, docker-swarm or none/),
      hint: 'did you mean kube-router?',
    },
  ]);
  expect(complaints('controller: kube-proxy')).toMatchObject([{ message: 'controller.version is missing' }]);
});

describe('kube-proxy sets', () => {
  test.each([
    ['1.12.0', '5.4', 1, 'kernel default'],
    ['1.13.0', '5.4', 0, 'kube-proxy 1.13.0'],
    ['1.18.0', '3.10.0-1127.el7', 0, 'kube-proxy 1.18.0'],
    ['1.19.12', '3.10.0-1127.el7', 1, 'kernel default'],
    ['1.19.12', '4.1', 0, 'kube-proxy 1.19.12'],
    ['1.21.0', '5.10', 0, 'kube-proxy 1.21.0'],
    ['1.22.0', '5.8', 0, 'kube-proxy 1.22.0'],
    ['1.22.0', '5.9', 1, 'kernel default'],
    // A backport is invisible to it.
    ['1.22.0', '5.4.200', 0, 'kube-proxy 1.22.0'],
  ])('%s on %s: conn_reuse_mode %i, from %s', (version, kernel, mode, origin) => {
    const { sysctl, sysctlOrigin } = parsed(`kernel: "${kernel}"\nkubernetes: ${version}`);
    expect([sysctl[MODE], sysctlOrigin[MODE]]).toEqual([mode, origin]);
    expect(sysctlOrigin['net.ipv4.vs.conntrack']).toBe(`kube-proxy ${version}`);
    expect(sysctl['net.netfilter.nf_conntrack_tcp_timeout_established']).toBe(86_400);
  });

  test.each([
    ['1.13.1', 0],
    ['1.13.2', 1],
    ['1.14.0', 1],
  ])('%s: expire_nodest_conn %i', (version, value) => {
    expect(parsed(`kubernetes: ${version}`).sysctl[NODEST]).toBe(value);
  });

  test('nothing that the scenario sets itself, and says so', () => {
    const { sysctl, sysctlOrigin } = parsed(`kubernetes: 1.19.12\nsysctl: { ${MODE}: 1 }`);
    expect([sysctl[MODE], sysctlOrigin[MODE]]).toEqual([1, 'scenario (kube-proxy 1.19.12 sets 0)']);
  });

  test('and 1.20 in YAML is not 1.2', () => {
    expect(parsed('kubernetes: 1.20').controller).toMatchObject({ version: '1.20' });
    expect(parsed('controller: { kind: kube-proxy, version: 1.30 }').controller).toMatchObject({
      version: '1.30',
    });
  });

  test.each([
    ['isGraceful', ['1.11.4', '1.12.1'], ['1.11.5', '1.12.2', '1.13.0']],
    ['waitsForInactive', ['1.11.5', '1.12.3', '1.13.0'], ['1.11.6', '1.12.4', '1.13.1', '1.14.0']],
    [
      'udpAtOnce',
      ['1.11.10', '1.12.9', '1.13.7', '1.14.3', '1.15.0'],
      ['1.12.10', '1.13.8', '1.14.4', '1.15.1', '1.16.0'],
    ],
    ['setsExpire', ['1.11.6', '1.12.4', '1.13.1'], ['1.11.7', '1.12.5', '1.13.2', '1.14.0', '1.37.0']],
  ] as const)('%s: not %j, but %j', (rule, without, withIt) => {
    const rules = (text: string) => kubeProxyRules(expectReading(readKubernetesVersion(text), text));
    for (const text of without) expect([text, rules(text)[rule]]).toEqual([text, false]);
    for (const text of withIt) expect([text, rules(text)[rule]]).toEqual([text, true]);
  });

  test.each([
    ['1.12.10', 'left'],
    ['1.13.0', 'always'],
    ['1.18.20', 'always'],
    ['1.19.0', 'from 4.1'],
    ['1.19.16', 'from 4.1'],
    ['1.20.14', 'from 4.1'],
    ['1.20.15', 'from 4.1 to 5.8'],
    ['1.21.8', 'from 4.1'],
    ['1.21.9', 'from 4.1 to 5.8'],
    ['1.22.0', 'from 4.1 to 5.8'],
    ['v1.21.14-eks-fd1ea7e', 'from 4.1 to 5.8'],
    ['1.27.3-gke.100', 'from 4.1 to 5.8'],
  ])('%s: conn_reuse_mode %s', (text, reuseMode) => {
    expect(kubeProxyRules(expectReading(readKubernetesVersion(text), text)).reuseMode).toBe(reuseMode);
  });

  test.each([
    ['1.11.4', 'leaves'],
    ['1.11.10', 'deletes'],
    ['1.12.7', 'deletes'],
    ['1.12.8', 'leaves'],
    ['1.13.5', 'deletes'],
    ['1.13.6', 'leaves'],
    ['1.14.0', 'deletes'],
    ['1.14.1', 'leaves'],
    ['1.25.16', 'leaves'],
    ['1.26.0', 'resets weights'],
  ])('%s: a start %s', (text, onStart) => {
    expect(kubeProxyRules(expectReading(readKubernetesVersion(text), text)).onStart).toBe(onStart);
  });
});

test.each([
  ['docker-swarm, version: 20.10.16', undefined, 'kernel default'],
  ['docker-swarm, version: 20.10.17', 0, 'docker-swarm 20.10.17'],
  ['docker-swarm, version: 18.09.9', undefined, 'kernel default'],
  ['docker-swarm, version: 24.0', 0, 'docker-swarm 24.0'],
  ['docker-swarm', 0, 'docker-swarm'],
  ['kube-router, version: v0.2.2', undefined, 'kernel default'],
  ['kube-router, version: 0.2.3', 0, 'kube-router 0.2.3'],
  ['kube-router, version: 2.11.1', 0, 'kube-router 2.11.1'],
])('%s: conn_reuse_mode %s, from %s', (controller, mode, origin) => {
  const { sysctl, sysctlOrigin } = parsed(`controller: { kind: ${controller} }`);
  expect([sysctl[MODE], sysctlOrigin[MODE]]).toEqual([mode ?? 1, origin]);
  expect(sysctl['net.ipv4.vs.conntrack']).toBe(1);
  expect(sysctlOrigin['net.ipv4.vs.conntrack']).toBe(controller.replace(/, version: v?/, ' '));
});

test('no controller leaves no trace in the effective scenario', () => {
  expect(parsed('')).not.toHaveProperty('controller');
  expect(parsed('controller: none')).not.toHaveProperty('controller');
});

describe('what is wrong about a controller', () => {
  test.each([
    [
      'an unknown kind',
      'controller: { kind: kube-prox }',
      'controller.kind must be kube-proxy, kube-router, docker-swarm or none',
      'did you mean kube-proxy?',
    ],
    [
      'an unknown release',
      'kubernetes: 1.99',
      'kubernetes must be a release that the model knows',
      'supported: 1.8 to 1.37',
    ],
    [
      'a release without mode ipvs',
      'kubernetes: 1.7.3',
      'kubernetes must have kube-proxy with mode ipvs',
      null,
    ],
    [
      'no release',
      'controller: { kind: kube-proxy }',
      'controller.version is missing',
      'for example version: 1.19.12',
    ],
    [
      'both forms',
      'controller: { kind: kube-router }\nkubernetes: 1.19',
      'kubernetes is short for a controller kube-proxy',
      'write the release as controller.version',
    ],
    [
      'a release of another',
      'controller: { kind: kube-router, version: 1.19 }',
      'controller.version must be a release of kube-router',
      "kube-router's own, like 1.6.0",
    ],
    [
      'a release of Kubernetes for Docker',
      'controller: { kind: docker-swarm, version: 1.30.0 }',
      'controller.version must be a release of docker-swarm',
      "Docker's own, like 20.10.17",
    ],
    [
      'graceful termination of another',
      'controller: { kind: docker-swarm, gracefulTermination: true }',
      'docker-swarm has no gracefulTermination',
      "a pod's own is realServers.0.pod.gracePeriod",
    ],
    [
      'a grace period without graceful termination',
      'controller: { kind: kube-router, gracePeriod: 5s }',
      'gracePeriod does nothing without gracefulTermination: kube-router deletes at once',
      'write gracefulTermination: true beside it (--ipvs-graceful-termination), or leave it out',
    ],
    [
      'a grace period of Docker',
      'controller: { kind: docker-swarm, gracePeriod: 5s }',
      'docker-swarm has no gracePeriod',
      "a pod's own is realServers.0.pod.gracePeriod",
    ],
    [
      'a missing sysctl',
      'kernel: "3.10"\nkubernetes: 1.15.0',
      'kube-proxy 1.15.0 does not start in mode ipvs on kernel 3.10',
      'it needs Linux 4.1, or CentOS 7; 1.19 and later leave the sysctl alone',
    ],
    [
      'an order to nobody',
      'events: [{ at: 5s, controller: restart }]',
      'there is no controller to restart',
      'for example kubernetes: 1.19.12',
    ],
    [
      'a pod that is not there',
      'events: [{ at: 5s, terminatePod: 10.244.1.7 }]',
      'there is no pod with the address 10.244.1.7',
      'did you mean 10.244.1.5?',
    ],
    [
      'an end after the end',
      'events: [{ at: 5s, terminatePod: 10.244.1.5 }, { at: 6s, unreadyPod: 10.244.1.5 }]',
      '10.244.1.5 is not ready at this time',
      null,
    ],
    [
      'a start of one that runs',
      'events: [{ at: 5s, startPod: 10.244.1.5 }]',
      '10.244.1.5 is running already at this time',
      null,
    ],
    [
      'a port too many',
      'events: [{ at: 5s, unplug: "10.244.1.5:80" }]',
      'events.0.unplug must be an address',
      'without the port: 10.244.1.5',
    ],
    [
      'a cable that is out',
      'events: [{ at: 5s, plug: 10.244.1.5 }]',
      '10.244.1.5 is not gone at this time',
      null,
    ],
  ])('%s', (_name, lines, message, hint) => {
    const found = complaints(lines);
    expect(found).toHaveLength(1);
    expect(found[0]!.message).toContain(message);
    expect(found[0]!.hint).toBe(hint);
    expect(found[0]!.line).toBeGreaterThan(0);
    expect(found[0]!.line).toBeLessThanOrEqual(2);
  });

  test('a controller without pods', () => {
    const { problems } = parseScenario(
      'kubernetes: 1.19\nservice: { address: "10.96.0.1:80", path: direct, realServers: [{ address: "10.244.1.5:80" }] }\nclients: [{ concurrency: 5 }]\n',
      { file: 'x.yaml' },
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({
      code: 'E_COMBINATION',
      line: 1,
      hint: 'leave it out, or set path: ipvs',
    });
  });
});

describe('the scheduler of kube-proxy', () => {
  const text = (kubernetes: string, service: string): string => `
kernel: 5.15
${kubernetes}
service: { address: 10.96.0.10:80, ${service} nodePort: 30080, realServers: [{ address: "10.244.1.1:80" }] }
masquerade: plain
clients: [{ rate: 1/s, to: "10.96.0.10:80" }]
`;
  const flags = (kubernetes: string, service: string) =>
    parseScenario(text(kubernetes, service)).scenario?.services.map(({ schedulerFlags }) => schedulerFlags);

  test.each([
    ['kubernetes: 1.27.0', 'scheduler: mh,', ['mh-port']],
    ['kubernetes: 1.27.0', 'scheduler: mh, schedulerFlags: [mh-fallback],', ['mh-port', 'mh-fallback']],
    ['kubernetes: 1.30.3', 'scheduler: mh, schedulerFlags: [mh-port],', ['mh-port']],
    ['kubernetes: 1.30.3', 'scheduler: sh,', []],
    ['controller: kube-router', 'scheduler: mh,', []],
    ['', 'scheduler: mh,', []],
  ])('%s, %s has the flags %j', (kubernetes, service, expected) => {
    expect(flags(kubernetes, service)).toEqual([expected, expected]);
  });

  test.each(['mh', 'fo', 'ovf', 'twos'])('%s keeps 1.26 from starting', (scheduler) => {
    const { problems } = parseScenario(text('kubernetes: 1.26.15', `scheduler: ${scheduler},`));
    expect(problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
      `E_COMBINATION kube-proxy 1.26.15 does not start with the scheduler ${scheduler}`,
    ]);
  });

  test.each(['lblcr', 'sh', 'nq'])('1.9 starts with %s', (scheduler) => {
    expect(parseScenario(text('kubernetes: 1.9.0', `scheduler: ${scheduler},`)).problems).toEqual([]);
  });
});
