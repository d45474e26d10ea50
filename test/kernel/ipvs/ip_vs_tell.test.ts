/** Every decision about a packet is told, also the one that goes right, and in names that people know. */
import { expect, test } from 'vitest';
import { Lab } from '../a_director.ts';

type Told = readonly [fn: string, branch: string, values: Readonly<Record<string, string | number>>];

function tapped(lab: Lab): Told[] {
  const told: Told[] = [];
  lab.director.tap = {
    packet: () => {},
    decision: (fn, branch, _skb, values) => void told.push([fn, branch, { ...values }]),
    drop: () => {},
    entry: () => {},
    entryOver: () => {},
  };
  return told;
}

test.each([
  ['3.10.0', undefined, 'keep', 'kernel'],
  ['5.4.0', 0, 'keep', 'conn_reuse_mode'],
  ['6.1.192', 0, 'keep', 'conn_reuse_mode'],
  ['5.4.0', 1, 'drop', 'conn_reuse_mode'],
  ['6.1.192', 1, 'reschedule', 'conn_reuse_mode'],
])('%s, conn_reuse_mode %s: a reused port is told as %s', (kernel, mode, branch, because) => {
  const lab = new Lab({
    kernel,
    sysctl: { conntrack: 1, ...(mode === undefined ? {} : { conn_reuse_mode: mode }) },
  });
  lab.connection();
  const told = tapped(lab);
  lab.client('S', { seq: 900_000 });
  expect(told[0]).toEqual([
    'ip_vs_in',
    branch,
    expect.objectContaining({ because, server: '10.0.2.1:8080', weight: 1, state: 'TIME_WAIT' }),
  ]);
  expect(Object.keys(told[0]![2])).not.toContain('era');
});

test('a SYN that meets a live entry is kept for the state it is in', () => {
  const lab = new Lab({ sysctl: { conn_reuse_mode: 1 } });
  lab.open();
  const told = tapped(lab);
  lab.client('S', { seq: 900_000 });
  expect(told[0]).toMatchObject(['ip_vs_in', 'keep', { because: 'state', state: 'ESTABLISHED' }]);
});

test('a segment without an entry is reset by the host itself', () => {
  const lab = new Lab({});
  const told = tapped(lab);
  lab.client('A');
  expect(told).toEqual([
    ['ip_vs_in', 'no entry', { because: 'only a SYN opens one' }],
    ['tcp_v4_rcv', 'RST', { because: 'no socket' }],
  ]);
});

test('a persistent service tells of its template', () => {
  const lab = new Lab({ persistent_s: 300 });
  const told = tapped(lab);
  lab.client('S', { port: 1000 });
  lab.client('S', { port: 1001 });
  expect(told.map(([fn, branch]) => [fn, branch])).toEqual([
    ['ip_vs_sched_persist', 'new template'],
    ['ip_vs_sched_persist', 'template'],
  ]);
});
