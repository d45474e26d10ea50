/** Kernel releases as people paste them: what they are called, what they stand for, and what cannot be told. */
import { describe, expect, it, test } from 'vitest';
import {
  expectKernel,
  kernelAtLeast,
  readKernel,
  SYSTEMS,
  upstreamText,
} from '../../../src/kernel/release/release.ts';
import type { SwitchName } from '../../../src/kernel/release/switches.ts';

const STATE = { yes: '+', no: '-', unknown: '?' } as const;
/** The port-reuse block in five signs: sysctl, drops, only confirmed ones; swept, nodest in any mode. */
const REUSE: readonly SwitchName[] = [
  'connReuseMode',
  'reuseDropsTracked',
  'reuseDropsConfirmedOnly',
  'nodestReschedules',
  'nodestInAnyMode',
];

function signs(text: string, names: readonly SwitchName[] = REUSE): string {
  const { answers } = expectKernel(text);
  return names.map((name) => STATE[answers[name].state]).join('');
}

describe('every row has examples, and they are read by it', () => {
  test.each(SYSTEMS.flatMap(({ name, examples }) => examples.map((example) => [name, example])))(
    '%s: %s',
    (name, example) => {
      const { release } = expectKernel(example!);
      expect(SYSTEMS.find(({ pattern }) => pattern.test(release))?.name).toBe(name);
    },
  );

  test.each(SYSTEMS.flatMap(({ examples }) => examples))(
    '%s comes down to a text that reads the same',
    (example) => {
      const kernel = expectKernel(example);
      const again = expectKernel(kernel.text);
      expect(again).toEqual(kernel);
    },
  );

  test('none is without', () => {
    for (const { name, examples } of SYSTEMS) expect(examples, name).not.toEqual([]);
  });
});

describe('the port-reuse block', () => {
  test.each([
    // kernel.org, at the edges of every backport
    ['3.10', '-----'],
    ['4.0', '-----'],
    ['4.1', '+----'],
    ['4.1.52', '++---'],
    ['4.1.20', '+?---'],
    ['4.4.0', '+----'],
    ['4.4.11', '++---'],
    ['4.5.7', '++---'],
    ['4.6', '++---'],
    ['4.9.337', '++---'],
    ['4.14.193', '++---'],
    ['4.14.194', '+++--'],
    ['4.14.256', '+++--'],
    ['4.14.257', '+++-+'],
    ['4.19.139', '++---'],
    ['4.19.140', '+++--'],
    ['4.19.218', '+++--'],
    ['4.19.219', '+++-+'],
    ['5.4.58', '++---'],
    ['5.4.59', '+++--'],
    ['5.4.162', '+++--'],
    ['5.4.163', '+++-+'],
    ['5.7.15', '++---'],
    ['5.7.16', '+++--'],
    ['5.8.1', '++---'],
    ['5.8.2', '+++--'],
    ['5.9', '++++-'],
    ['5.10.82', '++++-'],
    ['5.10.83', '+++++'],
    ['5.15.5', '++++-'],
    ['5.15.6', '+++++'],
    ['5.16', '+++++'],
    // candidates
    ['5.9-rc1', '++??-'],
    ['6.8.0-rc3+', '+++++'],
    // RHEL and its clones
    ['3.10.0-229.el7.x86_64', '-----'],
    ['3.10.0-235.el7', '-----'],
    ['3.10.0-236.el7', '+----'],
    ['3.10.0-394.el7', '+----'],
    ['3.10.0-395.el7', '++---'],
    ['3.10.0-1160.119.1.el7.x86_64', '++---'],
    ['4.18.0-80.el8', '++---'],
    ['4.18.0-305.25.1.el8_4.x86_64', '++---'],
    ['4.18.0-326.el8.x86_64', '++?--'],
    ['4.18.0-348.el8', '+++--'],
    ['4.18.0-358.el8.x86_64', '+++-?'],
    ['4.18.0-372.9.1.el8.x86_64', '+++-+'],
    ['4.18.0-477.el8', '+++-+'],
    ['4.18.0-500.el8.x86_64', '+++?+'],
    ['4.18.0-513.5.1.el8_9.x86_64', '+++++'],
    ['4.18.0-553.el8_10.x86_64', '+++++'],
    ['5.14.0-40.el9', '++++-'],
    ['5.14.0-41.el9', '+++++'],
    ['5.14.0-70.13.1.el9_0.x86_64', '+++++'],
    ['6.12.0-55.el10', '+++++'],
    // Ubuntu
    ['5.4.0-47-generic', '++---'],
    ['5.4.0-48-generic', '+++--'],
    ['5.4.0-99-generic', '+++--'],
    ['5.4.0-100-generic', '+++-+'],
    ['5.4.0-300-generic', '+++-+'],
    ['5.15.0-13-generic', '++++-'],
    ['5.15.0-14-generic', '+++++'],
    ['5.15.0-1041-aws', '+++++'],
    ['5.15.0-1034-gke', '+++++'],
    ['5.4.0-1009-aws', '++?-?'],
    ['5.8.0-63-generic', '++?-?'],
    ['4.15.0-213-generic', '++?-?'],
    ['6.8.0-45-generic', '+++++'],
    ['Ubuntu 5.8.0-63.71~20.04.1-generic 5.8.18', '+++--'],
    ['Ubuntu 5.4.0-1009.9-aws 5.4.22', '++---'],
    // Debian
    ['4.19.0-21-amd64', '++?-?'],
    ['4.19.0-21-amd64 #1 SMP Debian 4.19.249-2 (2022-06-30)', '+++-+'],
    ['5.10.0-8-amd64', '++++-'],
    ['5.10.0-9-amd64', '++++?'],
    ['5.10.0-10-amd64', '+++++'],
    ['5.10.0-28-amd64', '+++++'],
    ['6.1.0-18-amd64', '+++++'],
    // others
    ['5.4.17-2136.300.7.el8uek.x86_64', '++???'],
    ['5.15.0-200.131.27.el9uek.x86_64', '++++?'],
    ['5.3.18-150300.59.106-default', '++???'],
    ['5.14.21-150500.55.52-default', '++++?'],
    ['6.4.0-150600.23.33-default', '+++++'],
    ['5.10.134-16.1.al8.x86_64', '+++++'],
    ['5.4.119-19.0009.28', '++???'],
    ['6.6.0-28.0.0.34.oe2403.x86_64', '+++++'],
    ['4.19.0+1', '++???'],
    ['4.14.336-257.562.amzn2.x86_64', '+++-+'],
    ['5.10.147+', '+++++'],
    ['5.15.49-linuxkit', '+++++'],
    ['5.15.90.1-microsoft-standard-WSL2', '+++++'],
    // names that nobody knows: a .0 is not the first release
    ['5.4.0-mine', '++???'],
    ['5.4.0+', '++???'],
    ['5.4.100-mine', '+++??'],
    ['5.10.0-1234', '++++?'],
    ['4.18.0-305', '++???'],
    ['6.6.0-mine', '+++++'],
  ])('%s: %s', (text, expected) => expect(signs(text)).toBe(expected));
});

describe('the other switches, last without and first with', () => {
  test.each<[SwitchName, string, string]>([
    ['lateTimers', '4.7', '4.8'],
    ['preEstablishedIsActive', '4.7.10', '4.8'],
    ['assuredTemplates', '4.18.20', '4.19'],
    ['totalConns', '7.1.5', '7.2'],
    ['totalConns', '6.1.182', '6.1.183'],
    ['totalConns', '6.12.103', '6.12.104'],
    ['hashUpperBits', '4.17', '4.18'],
    ['conntrackOnDemand', '4.9.337', '4.10'],
    ['renamedKeepsPort', '7.0', '7.1'],
    ['natOnDemand', '5.14.2', '5.15'],
    ['largeNeighbourQueue', '4.13', '4.14'],
    ['conntrack.overlyDelayedIgnored', '6.0.19', '6.1.0'],
    ['conntrack.invalidShrinksTimeout', '6.0.19', '6.1.0'],
    ['conntrack.strictReset', '5.0', '5.1'],
    ['conntrack.strictReset', '4.19.13', '4.19.48'],
    ['conntrack.resetMayAnswerSyn', '5.13', '5.14'],
    ['conntrack.closingAcceptsReset', '5.13', '5.14'],
    ['conntrack.synRetransmitKeepsTimeout', '5.13', '5.14'],
    ['conntrack.synRetransmitKeepsTimeout', '5.10.165', '5.10.166'],
    ['conntrack.synRetransmitKeepsTimeout', '5.4.230', '5.4.231'],
    ['conntrack.reinitOnSyn', '5.17.5', '5.17.6'],
    ['conntrack.reinitOnSyn', '5.15.100', '5.18'],
    ['conntrack.udpStreamAfter2s', '4.20', '5.0'],
    ['conntrack.onlyStreamsAssured', '5.14.2', '5.16'],
    ['conntrack.onlyStreamsAssured', '5.10.79', '5.10.80'],
    ['conntrack.onlyStreamsAssured', '5.15.2', '5.15.3'],
    ['conntrack.onlyStreamsAssured', '5.4.6', '5.4.162'],
    ['conntrack.zeroWindowShortens', '4.17', '4.18'],
    ['conntrack.timeoutIsTimestamp', '4.8', '4.9'],
    ['evenPortHint', '4.1.52', '4.2'],
    ['evenPortsFirst', '4.5.7', '4.6'],
    ['portHintPerDestination', '5.11', '5.12'],
    ['portHintPerDestination', '5.10.118', '5.10.119'],
    ['portHintPerDestination', '5.4.195', '5.4.200'],
    ['randomPortSteps', '5.17.8', '5.17.9'],
    ['randomPortSteps', '5.15.40', '5.15.41'],
    ['randomPortSteps', '5.10.124', '5.10.125'],
    ['randomPortSteps', '5.4.200', '5.4.201'],
    ['randomPortSteps', '4.19.248', '4.19.249'],
    ['randomPortSteps', '4.14.284', '4.14.285'],
    ['synLinearTimeouts', '6.4', '6.5'],
    ['cpuSlicesExpire', '4.17', '4.18'],
    ['cpuSlicesStay', '5.3', '5.4'],
    // RHEL
    ['conntrack.strictReset', '4.18.0-305.el8', '4.18.0-348.el8'],
    ['conntrack.synRetransmitKeepsTimeout', '4.18.0-305.el8', '4.18.0-348.el8'],
    ['conntrack.reinitOnSyn', '4.18.0-348.el8', '4.18.0-372.9.1.el8'],
    ['conntrack.reinitOnSyn', '5.14.0-93.el9', '5.14.0-94.el9'],
    ['conntrack.overlyDelayedIgnored', '4.18.0-372.el8', '4.18.0-425.el8'],
    ['conntrack.overlyDelayedIgnored', '5.14.0-252.el9', '5.14.0-253.el9'],
    ['conntrack.closingAcceptsReset', '4.18.0-372.el8', '4.18.0-425.el8'],
    ['randomPortSteps', '4.18.0-348.el8', '4.18.0-372.32.1.el8_6'],
    ['randomPortSteps', '5.14.0-96.el9', '5.14.0-97.el9'],
    ['conntrack.reinitOnSyn', '5.14.0-69.el9', '5.14.0-70.30.1.el9_0'],
  ])('%s: not %s, but %s', (name, without, withIt) => {
    expect([signs(without, [name]), signs(withIt, [name])]).toEqual(['-', '+']);
  });

  test('what RHEL 8 never got', () => {
    const never: SwitchName[] = ['assuredTemplates', 'totalConns', 'natOnDemand', 'synLinearTimeouts'];
    expect(signs('4.18.0-553.el8_10.x86_64', never)).toBe('----');
    expect(signs('5.14.0-570.el9_6.x86_64', never.slice(1))).toBe('---');
  });
});

describe('what it stands for', () => {
  test.each([
    ['5.4', 'kernel.org', '5.4.0'],
    ['5.4.0-100-generic', 'Ubuntu', '5.4.166'],
    ['5.4.0-104-generic', 'Ubuntu', '5.4.166'],
    ['5.4.0-216-generic', 'Ubuntu', '5.4.291 or later'],
    ['Ubuntu 5.4.0-100.113-generic 5.4.166', 'Ubuntu', '5.4.166'],
    ['5.15.0-1041-aws', 'Ubuntu for aws', '5.15.111'],
    ['5.15.0-1041-azure', 'Ubuntu for azure', '5.15.19 or later'],
    ['5.10.0-28-amd64', 'Debian', '5.10.209 to 5.10.215'],
    ['5.10.0-23-amd64', 'Debian', '5.10.179'],
    ['5.10.0-36-amd64', 'Debian', '5.10.244 or later'],
    ['Linux n 5.10.0-28-amd64 #1 SMP Debian 5.10.209-2 (2024-01-31) x86_64 GNU/Linux', 'Debian', '5.10.209'],
    ['6.12.43+deb13-amd64', 'Debian', '6.12.43'],
    ['4.18.0-553.el8_10.x86_64', 'RHEL 8.10 and clones', '4.18 with patches of its own'],
    ['4.18.0-358.el8.x86_64', 'CentOS Stream 8', '4.18 with patches of its own'],
    ['6.8.0-rc3+', 'kernel.org', 'before 6.8'],
    ['5.4.278-1.el7.elrepo.x86_64', 'ELRepo', '5.4.278'],
  ])('%s: %s, %s', (text, system, upstream) => {
    const kernel = expectKernel(text);
    expect([kernel.source.system, upstreamText(kernel)]).toEqual([system, upstream]);
  });

  it('keeps no host name', () => {
    const line =
      'Linux secret.example 5.10.0-28-amd64 #1 SMP Debian 5.10.209-2 (2024-01-31) x86_64 GNU/Linux';
    expect(expectKernel(line).text).toBe('5.10.0-28-amd64 Debian 5.10.209-2');
    expect(expectKernel('Linux secret.example 5.4.0-100-generic #113-Ubuntu SMP x86_64').text).toBe(
      '5.4.0-100-generic',
    );
    const proc =
      '[    0.000000] Linux version 5.4.0-100-generic (buildd@x) (gcc) #113-Ubuntu SMP (Ubuntu 5.4.0-100.113-generic 5.4.166)';
    expect(expectKernel(proc).text).toBe('Ubuntu 5.4.0-100.113-generic 5.4.166');
  });

  it('is called by the number that kube-proxy reads', () => {
    expect(expectKernel('Ubuntu 5.4.0-100.113-generic 5.4.166')).toMatchObject({ major: 5, minor: 4 });
    const kernel = expectKernel('5.10');
    expect(kernelAtLeast(kernel, 5, 9)).toBe(true);
    expect(kernelAtLeast(kernel, 5, 10)).toBe(true);
    expect(kernelAtLeast(kernel, 5, 11)).toBe(false);
    expect(kernelAtLeast(kernel, 4, 99)).toBe(true);
    expect(kernelAtLeast(kernel, 6, 0)).toBe(false);
  });

  it('ticks as its distributor builds it', () => {
    const hz = (text: string): number => expectKernel(text).source.hz;
    expect(['3.10.0-1127.el7', '4.18.0-553.el8_10.x86_64', '3.10', '6.1'].map(hz)).toEqual([
      1000, 1000, 250, 250,
    ]);
  });
});

describe('what is no release', () => {
  test.each([
    '',
    '5',
    '5.x',
    '2.6.32-431.el6',
    '3.11',
    '3.16',
    '4.21',
    '5.20',
    '7.3',
    '8.0',
    '99999.1',
    '5.4 beta',
    'v5.4',
    '5.4.0\n',
    `5.4.${'0'.repeat(99)}`,
    `Linux ${'x'.repeat(600)} 5.4.0`,
    '#1 SMP Debian 5.10.209-2 (2024-01-31)',
    '3.10.0-1127',
  ])('%j', (text) => expect(readKernel(text).ok).toBe(false));
});
