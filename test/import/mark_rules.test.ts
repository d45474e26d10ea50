/** Which packets get a firewall mark, and the service by mark that is made of it. */
import { describe, expect, test } from 'vitest';
import { readIpvsadm } from '../../src/import/ipvsadm.ts';
import { readKeepalived } from '../../src/import/keepalived.ts';
import { guessedAt, readMarkRules, serviceAt, withTargets } from '../../src/import/mark_rules.ts';
import { scenarioFrom } from '../../src/import/scenario_yaml.ts';
import { parseScenario } from '../../src/scenario/parse.ts';

const linesOf = (text: string) => text.split('\n').map((line, index) => ({ text: line, number: index + 1 }));
const marks = (text: string) =>
  readMarkRules(linesOf(text)).rules.map(({ mark, protocol, address }) => `${mark} ${protocol} ${address}`);

describe('rules of the mangle table', () => {
  test.each([
    [
      '-A PREROUTING -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j MARK --set-xmark 0x1/0xffffffff',
      ['1 tcp 10.96.0.10:80'],
    ],
    [
      '-A OUTPUT -d 10.96.0.10 -p udp -m multiport --dports 53,5353 -j MARK --set-mark 258',
      ['258 udp 10.96.0.10:53', '258 udp 10.96.0.10:5353'],
    ],
    [
      '\t\tip daddr 10.96.0.10 tcp dport { 80, 443 } meta mark set 0x00000007',
      ['7 tcp 10.96.0.10:80', '7 tcp 10.96.0.10:443'],
    ],
    ['ip daddr 10.96.0.10 udp dport 53 meta mark set 9', ['9 udp 10.96.0.10:53']],
    ['ip daddr 10.96.0.10 sctp dport 3868 meta mark set 9', ['9 sctp 10.96.0.10:3868']],
    ['-A OUTPUT -d 10.96.0.10 -p sctp -m sctp --dport 3868 -j MARK --set-mark 9', ['9 sctp 10.96.0.10:3868']],
    ['ip6 daddr fd00:96::10 udp dport 53 meta mark set 9', ['9 udp [fd00:96::10]:53']],
    [
      '-A PREROUTING -d FD00:96::0:10/128 -p tcp -m tcp --dport 80 -j MARK --set-xmark 0x1/0xffffffff',
      ['1 tcp [fd00:96::10]:80'],
    ],
    ['-A PREROUTING -p tcp -m tcp --dport 80 -j ACCEPT', []],
  ])('%s', (line, expected) => {
    expect(marks(line)).toEqual(expected);
  });

  test.each([
    ['-A OUTPUT -d 10.0.0.5/32 -j MARK --set-xmark 0x100/0xffffffff', 'marks 256 for every port of 10.0.0.5'],
    ['-A PREROUTING -p tcp --dport 80 -j MARK --set-mark 1', 'marks 1 for more than one address'],
    ['-A PREROUTING -d 10.0.0.1 -p tcp ! --dport 80 -j MARK --set-mark 1', 'marks 1 for every port'],
    [
      '-A PREROUTING -d 10.0.0.0/8 -p tcp --dport 80 -j MARK --set-mark 1',
      'marks 1 for more than one address',
    ],
    ['-A PREROUTING -d 10.0.0.1 -p tcp --dport 80 -j MARK --set-xmark 0x0/0x1', 'sets no mark'],
    [
      '-A PREROUTING -d fd00::/64 -p tcp --dport 80 -j MARK --set-mark 1',
      'marks 1 for more than one address',
    ],
    ['-A PREROUTING -d 10.0.0.1 -p tcp --dport 99999 -j MARK --set-mark 1', '10.0.0.1:99999 is no address'],
  ])('%s: named, not guessed', (line, why) => {
    const { rules, ignored } = readMarkRules(linesOf(line));
    expect(rules).toEqual([]);
    expect(ignored[0]?.why).toContain(why);
  });
});

const SAVED = '-A -f 1 -s rr -p 60\n-a -f 1 -r 10.0.2.2:0 -m -w 3\n-A -t 10.96.0.9:80 -s rr\n';
const RULES = [
  { mark: 1, protocol: 'udp', address: '10.96.0.10:53' },
  { mark: 1, protocol: 'tcp', address: '10.96.0.10:80' },
  { mark: 2, protocol: 'tcp', address: '10.96.0.11:80' },
] as const;

describe('a service by mark', () => {
  const table = withTargets(readIpvsadm(SAVED), RULES);

  test('has what is marked for it, in the protocol of the first', () => {
    expect(table.services.map(({ address, protocol, targets }) => [address, protocol, targets])).toEqual([
      ['FWM 1', 'udp', ['10.96.0.10:53', 'tcp:10.96.0.10:80']],
      ['10.96.0.9:80', 'tcp', undefined],
    ]);
  });

  test('is called at each of them, which then comes first', () => {
    const { services } = table;
    expect(serviceAt(services, '10.96.0.10:80')).toMatchObject({
      protocol: 'tcp',
      targets: ['10.96.0.10:80', 'udp:10.96.0.10:53'],
    });
    expect(serviceAt(services, '10.96.0.10:80', 'udp')).toBeNull();
    expect(serviceAt(services, '10.96.0.10:443')).toBeNull();
    expect(serviceAt(services, 'FWM 1')).toBe(services[0]);
    expect(serviceAt(services, '10.96.0.9:80', 'tcp')).toBe(services[1]);
    expect(serviceAt(services, '10.96.0.9:80', 'udp')).toBeNull();
    expect(guessedAt(services, '10.96.0.77:80')).toBeNull();
  });

  test('may be called anywhere where nothing told', () => {
    const { services } = readIpvsadm(SAVED);
    expect(serviceAt(services, '10.96.0.77:80')).toBeNull();
    expect(guessedAt(services, '10.96.0.77:80')).toMatchObject({ targets: ['10.96.0.77:80'] });
  });
});

function imported(table: ReturnType<typeof readIpvsadm>, service?: string) {
  const made = scenarioFrom({ table, sysctls: { values: new Map(), ignored: [] }, service, schema: 's' })!;
  const { scenario, problems } = parseScenario(made.yaml);
  expect(problems).toEqual([]);
  return { ...made, services: scenario!.services };
}

describe('a scenario of it', () => {
  test('marks the same', () => {
    const { services } = imported(withTargets(readIpvsadm(SAVED), RULES), 'fwm:1');
    expect(
      services.map(({ address, protocol, mark, persistent_s }) => [address, protocol, mark, persistent_s]),
    ).toEqual([
      ['10.96.0.10:53', 'udp', 1, 60],
      ['10.96.0.10:80', 'tcp', 1, 60],
    ]);
    expect(services[0]!.realServers).toMatchObject([{ address: '10.0.2.2:0', weight: 3 }]);
  });

  test('says so where nothing told what is marked', () => {
    const { yaml } = imported(readIpvsadm(SAVED), 'fwm:1');
    expect(yaml).toMatch(/address: 10\.96\.0\.1:80 +# assumed: nothing told which packets get the mark/u);
  });

  test('of keepalived.conf: what is persistent keeps the port that was asked for', () => {
    const text = `virtual_server fwmark 5 {
  lb_algo rr
  persistence_timeout 600
  protocol TCP
  real_server 10.0.2.2 80 { weight 1 }
}
virtual_server fwmark x { }
`;
    const table = readKeepalived(text);
    expect(table.ignored).toEqual(['line 7: virtual_server fwmark x: no firewall mark']);
    const { yaml, services } = imported(table);
    expect(services[0]).toMatchObject({ mark: 5, realServers: [{ address: '10.0.2.2:0' }] });
    expect(yaml).toContain('# 10.0.2.2:80: persistent by mark');
  });
});
