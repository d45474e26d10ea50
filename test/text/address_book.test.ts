/** Numbers of addresses of both families, and what they stand for. */
import { expect, test } from 'vitest';
import { AddressBook, isIpv6Number } from '../../src/text/address_book.ts';

test('an IPv4 address is its own number, an IPv6 address the next free one', () => {
  const book = new AddressBook();
  expect(book.parse('10.96.0.10')).toBe(0x0a60000a);
  const first = book.parse('fd00::1')!;
  const second = book.parse('fd00::2')!;
  expect([first, second].map(isIpv6Number)).toEqual([true, true]);
  expect(second).toBe(first + 1);
  // However it is written, and asked for as packets carry it.
  expect(book.parse('FD00:0:0::0001')).toBe(first);
  expect(book.format(second | 0)).toBe('fd00::2');
  expect(isIpv6Number(book.parse('239.255.255.255')! - 2 ** 28)).toBe(false);
});

test('the same addresses in the same order have the same numbers in every book', () => {
  const numbers = () => {
    const book = new AddressBook();
    return ['fd00::1', '10.0.0.1', 'fd00::2', 'fd00::1'].map((text) => book.parse(text));
  };
  expect(numbers()).toEqual(numbers());
});

test('endpoints have brackets around IPv6 and none around IPv4', () => {
  const book = new AddressBook();
  for (const text of ['10.96.0.10:80', '[fd00:96::10]:80', '[::1]:65535']) {
    const { address, port } = book.parseEndpoint(text)!;
    expect(book.formatEndpoint(address, port)).toBe(text);
  }
  for (const text of [
    'fd00::1:80',
    '[10.0.0.1]:80',
    '[fd00::1]',
    '10.0.0.1',
    '[fd00::1]:65536',
    '[fd00::g]:1',
    '',
  ])
    expect([text, book.parseEndpoint(text)]).toEqual([text, null]);
});

test('networks hold the addresses of their own family that begin alike', () => {
  const book = new AddressBook();
  const signed = (text: string) => book.parse(text)! | 0;
  const pods = { addr: signed('fd00:8::'), length: 64 };
  expect(['fd00:8::7', 'fd00:8:0:1::7', '10.0.8.7'].map((text) => book.contains(pods, signed(text)))).toEqual(
    [true, false, false],
  );
  const old = { addr: signed('10.0.8.0'), length: 24 };
  expect(['10.0.8.255', '10.0.9.0', 'fd00:8::'].map((text) => book.contains(old, signed(text)))).toEqual([
    true,
    false,
    false,
  ]);
  expect(book.contains({ addr: 0, length: 0 }, signed('203.0.113.9'))).toBe(true);
  expect(book.format(book.prefixOf(signed('fd00:1:2:3:4::9'), 60))).toBe('fd00:1:2::');
  expect(book.format(book.prefixOf(signed('10.1.2.3'), 24))).toBe('10.1.2.0');
});
