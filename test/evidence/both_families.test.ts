/** Tables, entries and flows of IPv6 say the same in whichever form the tools and the kernel print them. */
import { describe, expect, test } from 'vitest';
import { importedFrom } from '../../src/diagnose/imported.ts';
import type { Fact } from '../../src/evidence/fact.ts';
import { recognise } from '../../src/evidence/recognise.ts';
import { scenarioFrom } from '../../src/import/scenario_yaml.ts';
import type { Snapshot } from '../../src/measure/snapshot.ts';
import { VIEWS } from '../../src/report/instant/views.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { createRun } from '../../src/simulate.ts';

const SCENARIO = `
duration: 5s
services:
  - name: web6
    address: "[fd00:96::10]:80"
    persistent: 60s
    persistentNetmask: 64
    realServers: [{ address: "[fd00:244::1]:8080" }, { address: "[fd00:244::2]:1388", weight: 3 }]
  - name: web4
    address: 10.96.0.10:80
    realServers: [{ address: "10.244.1.1:8080" }]
clients:
  - { name: six, to: web6, addresses: ["2001:db8:0:1::1-2001:db8:0:1::3"], rate: 20/s }
  - { name: four, to: web4, rate: 5/s }
`;

function instant(): Snapshot {
  const { scenario, problems } = parseScenario(SCENARIO);
  if (scenario === null) throw new Error(JSON.stringify(problems));
  const run = createRun(scenario);
  run.advance(Number.POSITIVE_INFINITY);
  return run.snapshot();
}

const SNAPSHOT = instant();

function view(name: string): string {
  return VIEWS.find((one) => one.name === name)!.render(SNAPSHOT);
}

function read(text: string) {
  const { recognised, unplaced } = recognise(text, 'a.txt');
  expect(unplaced).toEqual([]);
  expect(recognised).toHaveLength(1);
  return recognised[0]!;
}

/** Without places, and without the order in which kernel and tools list. */
function said(facts: readonly Fact[]): string[] {
  return facts.map(({ at: _, host: __, ...fact }) => JSON.stringify(fact)).sort();
}

describe('of the same instant', () => {
  test('ipvsadm -Ln and /proc/net/ip_vs', () => {
    const [tool, kernel] = [read(view('ipvsadm-ln')), read(view('ip_vs'))];
    expect([tool.title, kernel.title]).toEqual(['ipvsadm -Ln', '/proc/net/ip_vs']);
    // The kernel has times in jiffies.
    const seconds = kernel.facts.map((fact) =>
      fact.kind === 'service' ? { ...fact, persistent_s: fact.persistent_s / SNAPSHOT.hz } : fact,
    );
    expect(said(seconds)).toEqual(said(tool.facts));
    expect(tool.facts).toContainEqual(
      expect.objectContaining({
        kind: 'server',
        service: '[fd00:96::10]:80',
        address: '[fd00:244::2]:1388',
        weight: 3,
      }),
    );
  });

  test('ipvsadm -Lnc and /proc/net/ip_vs_conn', () => {
    const [tool, kernel] = [read(view('ipvsadm-lnc')), read(view('ip_vs_conn'))];
    expect([tool.title, kernel.title]).toEqual(['ipvsadm -Lnc', '/proc/net/ip_vs_conn']);
    expect(said(kernel.facts)).toEqual(said(tool.facts));
    expect(tool.facts).toContainEqual(
      expect.objectContaining({
        kind: 'entries',
        service: '[fd00:96::10]:80',
        state: 'TIME_WAIT',
        clients: 3,
      }),
    );
    expect(tool.facts).toContainEqual(expect.objectContaining({ templates: 1, state: 'ASSURED' }));
  });

  test('conntrack -L -f ipv6 and /proc/net/nf_conntrack', () => {
    const tool = view('conntrack-l');
    // The kernel names the family first, and shortens no address.
    const kernel = tool
      .replaceAll(/^tcp/gmu, (line, at: number) =>
        /^.*src=\w+:/u.test(tool.slice(at)) ? `ipv6     10 ${line}` : `ipv4     2 ${line}`,
      )
      .replaceAll(/=([\da-f]+:[\da-f:]+)/gu, (_, address: string) => `=${unshortened(address)}`)
      .replaceAll('mark=0 use=1', 'mark=0 zone=0 use=2');
    expect(kernel).toContain('dst=fd00:0096:0000:0000:0000:0000:0000:0010');
    expect(said(read(kernel).facts)).toEqual(said(read(tool).facts));
    expect(read(tool).facts).toContainEqual(
      expect.objectContaining({
        kind: 'flows',
        destination: '[fd00:96::10]:80',
        answers: '[fd00:244::2]:1388',
        clients: 3,
      }),
    );
  });

  test('rows without their heading', () => {
    for (const name of ['ipvsadm-ln', 'ip_vs']) {
      const rows = view(name)
        .split('\n')
        .filter((line) => line.includes('[fd00'))
        .join('\n');
      const servers = read(rows).facts.filter(({ kind }) => kind === 'server');
      expect(servers.map((fact) => ('address' in fact ? fact.address : '')).sort()).toEqual([
        '[fd00:244::1]:8080',
        '[fd00:244::2]:1388',
      ]);
    }
  });
});

function unshortened(address: string): string {
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const missing = 8 - groups(head).length - groups(tail).length;
  return [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail)]
    .map((group) => group.padStart(4, '0'))
    .join(':');
}

describe('what import makes of it', () => {
  const imported = (text: string) => importedFrom([text], [recognise(text, 'a.txt')]);
  const tableOf = (name: string) =>
    imported(view(name)).table.services.map((service) => ({
      ...service,
      line: undefined,
      realServers: service.realServers.map(({ address, weight }) => `${address} ${weight}`),
    }));

  test('of /proc/net/ip_vs the same as of ipvsadm -Ln, and what was taken for HZ', () => {
    const byAddress = (name: string) =>
      tableOf(name)
        .toSorted((a, b) => (a.address < b.address ? -1 : 1))
        .map(({ realServers, ...service }) => ({ ...service, realServers: realServers.toSorted() }));
    expect(byAddress('ip_vs')).toEqual(byAddress('ipvsadm-ln'));
    expect(byAddress('ip_vs')[1]).toMatchObject({ persistent_s: 60, persistentNetmask: '64' });
    expect(imported(view('ip_vs')).table.ignored).toEqual([
      'a.txt:4: persistent 15000 jiffies: taken for 60 s, as with HZ=250; ipvsadm -Ln has seconds',
    ]);
  });

  test('marks are services of their own in each family', () => {
    const text = `FWM  1 rr
  -> 10.244.1.1:0                 Masq    1      0          0
FWM  1 IPv6 wrr
  -> [fd00:244::1]:0              Masq    1      0          0
`;
    const rules =
      '-A PREROUTING -d fd00:96::10/128 -p tcp -m tcp --dport 80 -j MARK --set-xmark 0x1/0xffffffff\n';
    const evidence = [recognise(text, 'a.txt'), recognise(rules, 'b.txt')];
    const { table, seen } = importedFrom([text, rules], evidence);
    expect(table.ignored).toEqual([]);
    expect(table.services).toMatchObject([
      { address: 'FWM 1', scheduler: 'rr', realServers: [{ address: '10.244.1.1:0' }] },
      {
        address: 'FWM 1 IPv6',
        scheduler: 'wrr',
        mark: 1,
        targets: ['[fd00:96::10]:80'],
        realServers: [{ address: '[fd00:244::1]:0' }],
      },
    ]);
    expect(table.services[0]).not.toHaveProperty('targets');
    expect(seen.server('tcp', '[fd00:96::10]:80', '[fd00:244::1]:80')?.service).toBe('1 IPv6');
    const { yaml } = scenarioFrom({
      table,
      sysctls: { values: new Map(), ignored: [] },
      service: 'tcp:[fd00:96::10]:80',
      schema: '',
    })!;
    const { scenario, problems } = parseScenario(yaml);
    expect(problems).toEqual([]);
    expect(scenario!.services).toMatchObject([{ address: '[fd00:96::10]:80', mark: 1, scheduler: 'wrr' }]);
  });

  test('marks of ipvsadm -Sn and of /proc, which tells the family by the real servers alone', () => {
    const forms = [
      '-A -f 1 -s rr\n-a -f 1 -r 10.244.1.1:0 -m -w 1\n-A -f 1 -6 -s rr\n-a -f 1 -6 -r [fd00:244::1]:0 -m -w 1\n',
      `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
FWM  00000001 rr
  -> 0AF40101:0000      Masq    1      0          0
FWM  00000001 rr
  -> [fd00:0244:0000:0000:0000:0000:0000:0001]:0000      Masq    1      0          0
`,
    ];
    for (const text of forms) {
      const { facts } = read(text);
      expect(
        facts.flatMap((fact) => (fact.kind === 'server' ? [`${fact.service} ${fact.address}`] : [])),
      ).toEqual(['1 10.244.1.1:0', '1 IPv6 [fd00:244::1]:0']);
      expect(
        imported(text).table.services.map(({ address, realServers }) => [address, realServers[0]?.address]),
      ).toEqual([
        ['FWM 1', '10.244.1.1:0'],
        ['FWM 1 IPv6', '[fd00:244::1]:0'],
      ]);
    }
  });
});
