/** IPVS ahead of conntrack (TencentOS's ip_vs_bpf_ops): the same table, and no conntrack that could be in use. */
import { describe, expect, it } from 'vitest';
import { Lab } from '../a_director.ts';

const CONFLICT = { kernel: '5.4', sysctl: { conntrack: 1, conn_reuse_mode: 1 } };

describe('IPVS ahead of conntrack', () => {
  it('forwards both ways and leaves no conntrack', () => {
    const lab = new Lab({ ...CONFLICT, aheadOfConntrack: true });
    lab.connection();
    expect(lab.entries()).toEqual(['TIME_WAIT 1']);
    expect(lab.conntracks()).toEqual([]);
  });

  it('schedules a SYN on an old entry anew, where IPVS behind conntrack drops it', () => {
    const behind = new Lab(CONFLICT);
    behind.connection();
    expect(behind.client('S', { seq: 900_000 })).toBe('old_conntrack');
    const ahead = new Lab({ ...CONFLICT, aheadOfConntrack: true });
    ahead.connection();
    expect(ahead.client('S', { seq: 900_000 })).toBe('to 1');
    expect(ahead.drops('old_conntrack')).toBe(0);
  });

  it('answers a packet without an entry from the host, once', () => {
    const lab = new Lab({ ...CONFLICT, aheadOfConntrack: true });
    expect(lab.client('A', { ack: 7 })).toBe('RST to client');
    expect(lab.skbs.live).toBe(0);
  });
});

describe('no_route_to_host_fix', () => {
  const MODE0 = { kernel: '5.4', sysctl: { conntrack: 1, conn_reuse_mode: 0 }, weights: [1, 1] };

  it.each([
    [false, 'to 1'],
    [true, 'to 2'],
  ])('%s: a SYN on an entry of a real server with weight 0 goes %s', (noRouteToHostFix, where) => {
    const lab = new Lab({ ...MODE0, aheadOfConntrack: true, noRouteToHostFix });
    const first = lab.connection();
    // The list has the newest first.
    lab.setWeight(first, 0);
    const other = first === 1 ? 2 : 1;
    const wanted = where === 'to 1' ? first : other;
    expect(lab.client('S', { seq: 900_000 })).toBe(`to ${wanted}`);
  });

  it('leaves mode 1 and weights above 0 alone', () => {
    const lab = new Lab({ ...MODE0, aheadOfConntrack: true, noRouteToHostFix: true });
    const first = lab.connection();
    expect(lab.client('S', { seq: 900_000 })).toBe(`to ${first}`);
  });
});
