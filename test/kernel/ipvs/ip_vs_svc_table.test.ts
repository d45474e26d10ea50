import { expect, test } from 'vitest';
import type { IpVsService } from '../../../src/kernel/ipvs/ip_vs_service.ts';
import { IpVsServiceTable } from '../../../src/kernel/ipvs/ip_vs_svc_table.ts';
import { IPPROTO_TCP, IPPROTO_UDP } from '../../../src/kernel/sk_buff.ts';

/** What the table reads of a service, counting how many services it looks at. */
function services(count: number) {
  const looked = { at: 0 };
  const all = Array.from({ length: count }, (_, index) => ({
    index,
    protocol: index % 7 === 0 ? IPPROTO_UDP : IPPROTO_TCP,
    // From 10.96.0.1 on, and addresses whose sign bit is set besides.
    addr: ((index % 2 === 0 ? 0x0a600001 : 0xc0a80001) + index) | 0,
    get port() {
      looked.at++;
      return 80 + (index % 3);
    },
  }));
  const table = new IpVsServiceTable();
  for (const service of all) table.hash(service as unknown as IpVsService);
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
