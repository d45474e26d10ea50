/** How many ICMP errors a client may be sent: a burst of six, then one a second. */
import { expect, test } from 'vitest';
import { IcmpLimiter } from '../../../src/kernel/ipv4/icmp.ts';
import { AddressBook } from '../../../src/text/address_book.ts';
import { Lab } from '../a_director.ts';

const HZ = 100;

test('a quiet client may get six at once, then one a second', () => {
  const limiter = new IcmpLimiter();
  const allowed = (jiffies: number, count: number) =>
    Array.from({ length: count }, () => limiter.allow(1, jiffies, HZ)).filter(Boolean).length;
  expect(allowed(0, 20)).toBe(6);
  expect(allowed(HZ - 1, 5)).toBe(0);
  expect(allowed(HZ, 5)).toBe(1);
  expect(allowed(4 * HZ, 5)).toBe(3);
  expect(allowed(1000 * HZ, 20)).toBe(6);
});

test('each client has its own allowance, however many there are', () => {
  const limiter = new IcmpLimiter();
  for (let client = 0; client < 100; client++) {
    expect(Array.from({ length: 8 }, () => limiter.allow(client, 0, HZ)).filter(Boolean)).toHaveLength(6);
  }
});

test('icmp_ratelimit 0 sets no limit', () => {
  const limited = new Lab({ weights: [] });
  const unlimited = new Lab({ weights: [], sysctl: { 'net.ipv4.icmp_ratelimit': 0 } });
  const answers = (lab: Lab) =>
    Array.from({ length: 20 }, (_, port) => lab.client('S', { port: 1000 + port })).filter(
      (heard) => heard === 'ICMP 3/3',
    ).length;
  expect(answers(limited)).toBe(6);
  expect(answers(unlimited)).toBe(20);
  // Silent or not, every SYN counts.
  expect(limited.drops('no_dest')).toBe(20);
});

test('an IPv6 client on the link of a /64 is told in ICMPv6, and four times as often', () => {
  const lab = new Lab({ weights: [] });
  const client = new AddressBook().parse('fd00:1::2')!;
  const told = (count: number) =>
    Array.from({ length: count }, (_, port) => lab.client('S', { port: 1000 + port, client })).filter(
      (heard) => heard === 'ICMP 1/4',
    ).length;
  expect(told(20)).toBe(6);
  lab.sleep(1);
  expect(told(20)).toBe(4);
});
