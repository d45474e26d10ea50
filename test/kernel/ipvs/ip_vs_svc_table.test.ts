import { expect, test } from 'vitest';
import { IpVsServiceTable } from '../../../src/kernel/ipvs/ip_vs_svc_table.ts';
import type { IpVsVirtual } from '../../../src/kernel/ipvs/ip_vs_virtual.ts';
import { IPPROTO_TCP, IPPROTO_UDP } from '../../../src/kernel/sk_buff.ts';

/** What the table reads of a service, counting how many services it looks at. */
function services(count: number) {
  const looked = { at: 0 };
  const all = Array.from({ length: count }, (_, index) => ({
    index,
    service: { fwmark: 0 },
    protocol: index % 7 === 0 ? IPPROTO_UDP : IPPROTO_TCP,
    // From 10.96.0.1 on, and addresses whose sign bit is set besides.
    addr: ((index % 2 === 0 ? 0x0a600001 : 0xc0a80001) + index) | 0,
    get port() {
      looked.at++;
      return 80 + (index % 3);
    },
  }));
  const table = new IpVsServiceTable();
  for (const service of all) table.hash(service as unknown as IpVsVirtual);
  looked.at = 0;
  return { table, all, looked };
}

test('each of 5000 services is found, by looking at the chain of a bucket only', () => {
  const { table, all, looked } = services(5000);
  for (const { index, protocol, addr } of all) {
    expect(table.find(protocol, addr, 80 + (index % 3))?.index).toBe(index);
  }
  // 5000 services in 256 buckets: chains of about 20, half of which is looked at.
  expect(looked.at / all.length).toBeLessThan(20);
});

test('protocol, address and port all have to be the same', () => {
  const { table, all } = services(2);
  const { protocol, addr } = all[1]!;
  expect(table.find(protocol, addr, 81)?.index).toBe(1);
  expect(table.find(IPPROTO_UDP, addr, 81)).toBeNull();
  expect(table.find(protocol, addr + 1, 81)).toBeNull();
  // The same bucket, by the kernel's hash: 81 and 80 with the lowest bit of the address turned.
  expect(table.find(protocol, addr ^ 1, 80)).toBeNull();
});

test('of two alike the older one is found, but one by mark before both', () => {
  const table = new IpVsServiceTable();
  const alike = (index: number, fwmark: number) =>
    table.hash({ index, protocol: IPPROTO_TCP, addr: 1, port: 80, service: { fwmark } } as IpVsVirtual);
  alike(0, 0);
  alike(1, 0);
  expect(table.find(IPPROTO_TCP, 1, 80)?.index).toBe(0);
  alike(2, 7);
  expect(table.find(IPPROTO_TCP, 1, 80)?.index).toBe(2);
});
