/** How IPv6 addresses are written (RFC 4291, RFC 5952). */
import { expect, test } from 'vitest';
import { formatIpv6, ipv6Prefix, parseIpv6 } from '../../src/text/ipv6.ts';

test.each([
  ['fd00:96::10', 'fd00:96::10'],
  ['FD00:0096:0000:0:0:0:0:10', 'fd00:96::10'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['64:ff9b::10.0.0.1', '64:ff9b::a00:1'],
  ['1:2:3:4:5:6:10.0.0.1', '1:2:3:4:5:6:a00:1'],
])('%s is %s', (written, canonical) => {
  const words = parseIpv6(written)!;
  expect(formatIpv6(words)).toBe(canonical);
  expect(parseIpv6(canonical)).toEqual(words);
});

test.each([
  '',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7:8::',
  'fd00::12345',
  'fd00::g',
  ':fd00::1',
  'fd00::1:',
  'fe80::1%eth0',
  '[fd00::1]',
  '10.0.0.1::1',
  '::1.2.3.256',
  '::1.2.3.4:5',
  '10.0.0.1',
  '0'.repeat(100_000),
])('%.20s is none', (text) => {
  expect(parseIpv6(text)).toBeNull();
});

test('a prefix keeps the first bits', () => {
  const words = parseIpv6('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')!;
  const kept = (length: number) => formatIpv6(ipv6Prefix(words, length));
  expect([0, 1, 33, 64, 127, 128].map(kept)).toEqual([
    '::',
    '8000::',
    'ffff:ffff:8000::',
    'ffff:ffff:ffff:ffff::',
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe',
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  ]);
});
