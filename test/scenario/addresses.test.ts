/** Addresses of both families: what is read, in which form it is kept, and what is said of all else. */
import { describe, expect, it } from 'vitest';
import {
  readAddressList,
  readAddressRange,
  readEndpoint,
  readHost,
  readNetmask,
  readNetwork,
} from '../../src/scenario/addresses.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import type { Reader } from '../../src/scenario/reading.ts';

const value = <T>(reader: Reader<T>, raw: unknown): T | string => {
  const reading = reader(raw);
  return reading.ok ? reading.value : reading.message;
};
const hint = <T>(reader: Reader<T>, raw: unknown): string | null | undefined => {
  const reading = reader(raw);
  return reading.ok ? undefined : reading.hint;
};

describe('addresses', () => {
  it('are kept in one form', () => {
    expect(value(readHost, '10.96.0.1')).toBe('10.96.0.1');
    expect(value(readHost, 'FD00:0096::0:10')).toBe('fd00:96::10');
  });

  it.each([
    ['10.0.0.256', 'must be an address, like 10.0.0.1 or fd00::1', '256 is more than 255'],
    ['10.0.0.01', 'must be an address, like 10.0.0.1 or fd00::1', 'write 1 for 01'],
    ['10.0.0.1:80', 'must be an address, like 10.0.0.1 or fd00::1', 'without the port: 10.0.0.1'],
    ['224.0.0.1', 'must be an address that a host can have', null],
    ['0.0.0.0', 'must be an address that a host can have', null],
    ['[fd00::1]', 'must be an address, like 10.0.0.1 or fd00::1', 'write fd00::1'],
    ['[fd00::1]:80', 'must be an address, like 10.0.0.1 or fd00::1', 'without the port: fd00::1'],
    ['fe80::1%eth0', 'must be an address, like 10.0.0.1 or fd00::1', 'write fe80::1'],
    [
      'fe80::1',
      'must be an address that a host can have',
      'fe80::/10 is of one link only: no service has such an address',
    ],
    ['ff02::1', 'must be an address that a host can have', 'ff00::/8 is multicast'],
    ['::1', 'must be an address that a host can have', null],
    ['::', 'must be an address that a host can have', null],
    ['::ffff:10.0.0.1', 'must be an address that a host can have', 'this is IPv4: write 10.0.0.1'],
    ['fd00:::1', 'must be an address, like 10.0.0.1 or fd00::1', null],
    ['web', 'must be an address, like 10.0.0.1 or fd00::1', null],
    [7, 'must be an address, like 10.0.0.1 or fd00::1', null],
  ])('%s is none', (raw, message, said) => {
    expect([value(readHost, raw), hint(readHost, raw)]).toEqual([message, said]);
  });
});

describe('endpoints', () => {
  it('are kept in one form', () => {
    for (const text of ['10.96.0.1:80', '223.255.255.255:65535', '[fd00:96::10]:80'])
      expect(value(readEndpoint, text)).toBe(text);
    expect(value(readEndpoint, '[FD00::0:1]:80')).toBe('[fd00::1]:80');
  });

  it.each([
    ['10.96.0.1', 'the port is missing: 10.96.0.1:80'],
    ['[fd00::1]', 'the port is missing: [fd00::1]:80'],
    ['fd00::1', 'IPv6 in brackets, then the port: [fd00::1]:80'],
    ['[10.0.0.1]:80', null],
    ['[fd00::g]:80', null],
    ['10.96.0:80', null],
    ['', null],
  ])('%s is none', (raw, said) => {
    const message = 'must be an address and a port, like 10.96.0.1:80 or [fd00::1]:80';
    expect([value(readEndpoint, raw), hint(readEndpoint, raw)]).toEqual([message, said]);
  });

  it.each([
    ['10.96.0.1:', 'must end with a port from 1 to 65535'],
    ['[fd00::1]:080', 'must end with a port from 1 to 65535'],
    ['0.0.0.0:1', 'must be an address that a host can have'],
    ['[::1]:80', 'must be an address that a host can have'],
  ])('%s is none, either', (raw, message) => {
    expect(value(readEndpoint, raw)).toBe(message);
  });
});

describe('networks and masks', () => {
  it('have no bits beyond their length', () => {
    expect(value(readNetwork, '10.244.0.0/16')).toBe('10.244.0.0/16');
    expect(value(readNetwork, 'FD00:8::/64')).toBe('fd00:8::/64');
    expect(hint(readNetwork, '10.244.1.0/16')).toBe('did you mean 10.244.0.0/16?');
    expect(hint(readNetwork, 'fd00:8::1/64')).toBe('did you mean fd00:8::/64?');
    for (const raw of ['10.244.0.0/33', 'fd00:8::/129', 'fd00:8::', '/64', 'a/1', 5])
      expect(readNetwork(raw).ok).toBe(false);
  });

  it('are in dots, or a length', () => {
    expect(value(readNetmask, '255.255.255.0')).toBe('255.255.255.0');
    expect(value(readNetmask, 64)).toBe(64);
    expect(value(readNetmask, '64')).toBe(64);
    for (const raw of ['255.0.255.0', 0, 128, 1.5, 'x', null]) expect(readNetmask(raw).ok).toBe(false);
  });
});

describe('ranges and lists', () => {
  it('count through both families', () => {
    expect(value(readAddressList, '10.0.0.254-10.0.1.1, 10.0.9.9')).toEqual([
      '10.0.0.254',
      '10.0.0.255',
      '10.0.1.0',
      '10.0.1.1',
      '10.0.9.9',
    ]);
    expect(value(readAddressRange, 'fd00::fffe-fd00::1:1')).toEqual([
      'fd00::fffe',
      'fd00::ffff',
      'fd00::1:0',
      'fd00::1:1',
    ]);
    expect(value(readAddressList, '10.0.0.1-10.0.15.255')).toHaveLength(4095);
    expect(value(readAddressList, 'fd00::1-fd00::1000')).toHaveLength(4096);
  });

  it('are bounded, and of one family', () => {
    for (const text of ['10.0.0.1-10.0.16.1', '10.0.0.1-', '10.0.0.1-10.0.0.2-10.0.0.3', '', 'a,b'])
      expect(readAddressList(text).ok).toBe(false);
    const many = Array.from({ length: 3 }, () => '10.0.0.1-10.0.8.0').join(',');
    expect(value(readAddressList, many)).toBe('lists more than 4096 addresses');
    expect(value(readAddressRange, 'fd00::-fd01::')).toMatch(/^spans \d{34} addresses; at most 4096/);
    expect(hint(readAddressRange, 'fd00::2-fd00::1')).toBe('did you mean fd00::1-fd00::2?');
    expect(value(readAddressRange, '10.0.0.1-fd00::1')).toBe(
      'is a range from one address family to the other',
    );
  });
});

it('an address in brackets without quotes is a list to YAML, and the problem says so', () => {
  const { problems } = parseScenario('service:\n  address: [fd00::1]:80\n  realServers: []\n');
  expect(problems).toMatchObject([
    { line: 2, column: 21, message: 'an IPv6 address with a port needs quotes', hint: '"[fd00::1]:80"' },
  ]);
});

const MARKED = (address: string) =>
  `{ address: "${address}", mark: 1, realServers: [{ address: "${address.startsWith('[') ? '[fd00::1]:0' : '10.0.0.1:0'}" }] }`;

it('a mark is a service of its own in each family, and twice in none', () => {
  const problems = (...addresses: readonly string[]) =>
    parseScenario(
      `clients: [{ to: "${addresses[0]}", rate: 1/s }]\nservices: [${addresses.map(MARKED).join(', ')}]\n`,
    ).problems.map(({ message }) => message);
  expect(problems('10.96.0.1:80', '[fd00:96::1]:80')).toEqual([]);
  expect(problems('[fd00:96::1]:80', '[fd00:96::2]:80')).toEqual(['a service with the mark 1 stands above']);
});

it('docker-swarm, whose balancers are of IPv4, is refused with IPv6', () => {
  const service = 'service: { address: "[fd00:96::1]:80", realServers: [{ address: "[fd00::1]:0" }] }\n';
  const { problems } = parseScenario(`controller: { kind: docker-swarm, version: "24.0.1" }\n${service}`);
  expect(problems.map(({ message }) => message)).toContain('docker-swarm makes services of IPv4 only');
});

it('a host that reaches itself over IPv6 is refused, and may where it is masqueraded', () => {
  const text = (rest: string) => `
duration: 1s
kernel: 6.1
${rest}
service: { address: "[fd00::1]:80", realServers: [{ address: "[fd00::5]:80" }] }
clients:
  - { rate: 1/s, addresses: "fd00::5" }`;
  const [problem] = parseScenario(text('')).problems;
  expect(problem).toMatchObject({ code: 'E_COMBINATION', line: 7 });
  expect(problem!.message).toContain('a host that reaches itself over IPv6 is not modelled');
  expect(parseScenario(text('masquerade: plain\nnodeAddress: "fd00:18::2"')).problems).toEqual([]);
});
