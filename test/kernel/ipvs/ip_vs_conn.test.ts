/** How entries end: at once, late, with their conntrack, and what SYNs meet until then. */
import { describe, expect, test } from 'vitest';
import { Lab } from '../a_director.ts';

describe('ip_vs_conn_expire_now', () => {
  test('an entry that waits overdue in a late bucket goes on dropping SYNs: the tail of 3 and 7 seconds', () => {
    // One port's life on 5.4, as measured: used at 17.22 s, SYNs at 137.42, 138.50, 140.58, and 144.66 s.
    const lab = new Lab({ kernel: '5.4.0', hz: 100, sysctl: { conntrack: 1, conn_reuse_mode: 1 } });
    lab.sleep(17.22);
    lab.connection();
    const at = (time_s: number) => {
      lab.sleep(time_s - lab.simulation.now_ns / 1e9);
      return lab.client('S', { seq: 900_000 });
    };
    expect([137.42, 138.5, 140.58, 144.66].map(at)).toEqual([
      'old_conntrack',
      'old_conntrack',
      'old_conntrack',
      'to 1',
    ]);
  });

  test('an entry whose time has not come is gone in the next jiffy: exactly one SYN is lost', () => {
    const lab = new Lab({ kernel: '5.4.0', hz: 100, sysctl: { conntrack: 1, conn_reuse_mode: 1 } });
    lab.connection();
    lab.sleep(60);
    expect(lab.client('S', { seq: 900_000 })).toBe('old_conntrack');
    lab.sleep(1);
    expect(lab.client('S', { seq: 900_000 })).toBe('to 1');
  });

  test('on 3.10 timers are not late, so the entry is gone when its time is over', () => {
    const lab = new Lab({
      kernel: '3.10.0-1127.el7',
      hz: 1000,
      sysctl: { conntrack: 1, conn_reuse_mode: 1 },
    });
    lab.connection();
    lab.sleep(120.5);
    expect(lab.entries()).toEqual([]);
    expect(lab.client('S', { seq: 900_000 })).toBe('to 1');
  });
});

describe('an entry that expires takes along', () => {
  test('its conntrack, if it was made with conntrack=1', () => {
    const lab = new Lab({ sysctl: { conntrack: 1 } });
    lab.client('S');
    lab.sleep(59);
    expect(lab.conntracks()).toEqual(['SYN_SENT 61']);
    lab.sleep(10);
    expect({ entries: lab.entries(), conntracks: lab.conntracks() }).toEqual({ entries: [], conntracks: [] });
  });

  test('nothing with conntrack=0: there never was one', () => {
    const lab = new Lab({ sysctl: { conntrack: 0 } });
    lab.client('S');
    expect(lab.conntracks()).toEqual([]);
  });
});

describe('how long an entry lasts', () => {
  test.each<[string, (lab: Lab) => void, number]>([
    ['SYN_RECV', (lab) => void lab.client('S'), 60],
    ['ESTABLISHED', (lab) => void lab.open(), 900],
    ['TIME_WAIT', (lab) => void lab.connection(), 120],
    ['CLOSE_WAIT', (lab) => void [lab.open(), lab.client('FA', { seq: 1001, ack: 5001 })], 60],
    ['FIN_WAIT', (lab) => void lab.server(lab.open(), 'FA', { seq: 5001, ack: 1001 }), 120],
    ['CLOSE', (lab) => void lab.server(lab.open(), 'R', { seq: 5001 }), 10],
  ])('%s', (state, make, seconds) => {
    const lab = new Lab({ kernel: '3.10.0', hz: 1000 });
    make(lab);
    lab.sleep(seconds - 0.1);
    expect(lab.entries()).toEqual([`${state} 1`]);
    // 3.10 adds up to 1/256 of slack.
    lab.sleep(0.1 + seconds / 256 + 0.01);
    expect(lab.entries()).toEqual([]);
  });
});

test('which states count as active changed with v4.8', () => {
  const counts = (kernel: string, hz: number) => {
    const lab = new Lab({ kernel, hz });
    const seen: string[] = [];
    const note = () => seen.push(`${lab.director.activeConn(0)}/${lab.director.inactConn(0)}`);
    lab.client('S');
    note();
    lab.server(1, 'SA', { seq: 5000, ack: 1001 });
    lab.client('A', { seq: 1001, ack: 5001 });
    note();
    lab.server(1, 'FA', { seq: 5001, ack: 1001 });
    note();
    return seen;
  };
  expect(counts('3.10.0-1127.el7', 1000)).toEqual(['0/1', '1/0', '0/1']);
  expect(counts('5.4.0', 100)).toEqual(['1/0', '1/0', '0/1']);
});
