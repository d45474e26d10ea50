/** A SYN that meets an entry, kernel by kernel: the decision tables of ip_vs_in()'s port-reuse block. */
import { describe, expect, test } from 'vitest';
import { type Given, Lab } from '../a_director.ts';

/** One with each stage of the block: see release/switches.ts. */
const KERNELS = [
  ['3.10.0', 'no conn_reuse_mode'],
  ['4.1', 'connReuseMode'],
  ['5.4.0', 'and reuseDropsTracked'],
  ['5.10.0', 'and reuseDropsConfirmedOnly'],
  ['6.1.192', 'and nodestInAnyMode'],
] as const;
type Kernel = (typeof KERNELS)[number][0];
type Outcome = 'KEEP' | 'RESCHED' | 'DROP';

/** What the entry is like when the second SYN of its port comes. */
const SITUATIONS = {
  /** FIN-closed: conntrack is in TIME_WAIT too, and a SYN gets a fresh one. */
  TIME_WAIT: (lab: Lab) => void lab.connection(),
  /** Reset by the server: conntrack keeps its confirmed entry and ignores the SYN. */
  CLOSE: (lab: Lab) => {
    const server = lab.open();
    lab.server(server, 'R', { seq: 5001 });
  },
  ESTABLISHED: (lab: Lab) => void lab.open(),
  SYN_RECV: (lab: Lab) => void lab.client('S'),
} as const;

interface Case {
  readonly mode: number;
  readonly state: keyof typeof SITUATIONS;
  /** expire_nodest_conn=1 and the entry's real server has weight 0. */
  readonly nodest?: boolean;
  /** Another entry refers to this one (n_control). */
  readonly controls?: boolean;
  readonly conntrack?: 0 | 1;
}

function outcomeOf(
  kernel: Kernel,
  { mode, state, nodest = false, controls = false, conntrack = 1 }: Case,
): Outcome {
  const sysctl = {
    conntrack,
    expire_nodest_conn: nodest ? 1 : 0,
    ...(kernel === '3.10.0' ? {} : { conn_reuse_mode: mode }),
  };
  const given: Given = {
    kernel,
    hz: kernel === '3.10.0' || kernel === '4.1' ? 1000 : 100,
    sysctl,
    weights: [1, 1],
  };
  const lab = new Lab(given);
  SITUATIONS[state](lab);
  const [entry] = lab.entries();
  expect(entry).toContain(`${state} 2`);
  if (nodest) lab.setWeight(2, 0);
  if (controls) lab.director.net.conns.n_control[0] = 1;
  const heard = lab.client('S', { seq: 900_000 });
  if (heard.endsWith('conntrack')) {
    // Told to expire, unless others refer to it: gone in the next jiffy, and the next SYN is scheduled anew.
    lab.sleep(0.02);
    expect(lab.entries()).toHaveLength(controls ? 1 : 0);
    return 'DROP';
  }
  if (lab.entries().length === 1) {
    expect(heard).toBe('to 2');
    return 'KEEP';
  }
  expect(heard).toBe('to 1');
  lab.sleep(0.02);
  expect(lab.entries()).toHaveLength(controls ? 2 : 1);
  return 'RESCHED';
}

/** Columns: the kernels; the first has no modes. */
const TABLE: readonly (readonly [Case, readonly [Outcome, Outcome, Outcome, Outcome, Outcome]])[] = [
  [{ mode: 0, state: 'TIME_WAIT' }, ['KEEP', 'KEEP', 'KEEP', 'KEEP', 'KEEP']],
  [{ mode: 0, state: 'CLOSE' }, ['KEEP', 'KEEP', 'KEEP', 'KEEP', 'KEEP']],
  [{ mode: 1, state: 'TIME_WAIT' }, ['KEEP', 'RESCHED', 'DROP', 'RESCHED', 'RESCHED']],
  [{ mode: 2, state: 'TIME_WAIT' }, ['KEEP', 'RESCHED', 'DROP', 'RESCHED', 'RESCHED']],
  [{ mode: 1, state: 'CLOSE' }, ['KEEP', 'RESCHED', 'DROP', 'DROP', 'DROP']],
  [{ mode: 1, state: 'ESTABLISHED' }, ['KEEP', 'KEEP', 'KEEP', 'KEEP', 'KEEP']],
  [{ mode: 1, state: 'SYN_RECV' }, ['KEEP', 'KEEP', 'KEEP', 'KEEP', 'KEEP']],
  [{ mode: 1, state: 'TIME_WAIT', conntrack: 0 }, ['KEEP', 'RESCHED', 'RESCHED', 'RESCHED', 'RESCHED']],
  [{ mode: 1, state: 'CLOSE', conntrack: 0 }, ['KEEP', 'RESCHED', 'RESCHED', 'RESCHED', 'RESCHED']],
  // Others refer to the entry.
  [{ mode: 1, state: 'TIME_WAIT', controls: true }, ['KEEP', 'RESCHED', 'KEEP', 'RESCHED', 'RESCHED']],
  [{ mode: 1, state: 'CLOSE', controls: true }, ['KEEP', 'RESCHED', 'KEEP', 'KEEP', 'KEEP']],
  [
    { mode: 1, state: 'CLOSE', controls: true, conntrack: 0 },
    ['KEEP', 'RESCHED', 'RESCHED', 'RESCHED', 'RESCHED'],
  ],
  // Its real server is on its way out.
  [{ mode: 0, state: 'TIME_WAIT', nodest: true }, ['RESCHED', 'KEEP', 'KEEP', 'KEEP', 'RESCHED']],
  [{ mode: 1, state: 'TIME_WAIT', nodest: true }, ['RESCHED', 'RESCHED', 'DROP', 'RESCHED', 'RESCHED']],
  [{ mode: 0, state: 'ESTABLISHED', nodest: true }, ['RESCHED', 'KEEP', 'KEEP', 'KEEP', 'DROP']],
  [{ mode: 1, state: 'ESTABLISHED', nodest: true }, ['RESCHED', 'RESCHED', 'DROP', 'DROP', 'DROP']],
  [{ mode: 1, state: 'SYN_RECV', nodest: true }, ['RESCHED', 'RESCHED', 'DROP', 'DROP', 'DROP']],
  [
    { mode: 1, state: 'ESTABLISHED', nodest: true, conntrack: 0 },
    ['RESCHED', 'RESCHED', 'RESCHED', 'RESCHED', 'RESCHED'],
  ],
  [
    { mode: 1, state: 'ESTABLISHED', nodest: true, controls: true },
    ['RESCHED', 'RESCHED', 'DROP', 'DROP', 'DROP'],
  ],
];

const ROWS = TABLE.flatMap(([given, outcomes]) =>
  KERNELS.map(([kernel, what], i) => [kernel, what, given, outcomes[i]!] as const),
);

describe('a SYN meets an entry', () => {
  test.each(ROWS)('%s (%s), %o: %s', (kernel, _, given, outcome) => {
    expect(outcomeOf(kernel, given)).toBe(outcome);
  });

  test('CentOS 7.8 drops what 4.6 drops, and point releases have what 5.9 has', () => {
    const reuse = (kernel: string, hz: number) => {
      const lab = new Lab({ kernel, hz, sysctl: { conntrack: 1, conn_reuse_mode: 1 } });
      lab.connection();
      return lab.client('S', { seq: 900_000 });
    };
    expect(reuse('3.10.0-1127.el7', 1000)).toBe('old_conntrack');
    expect(reuse('4.19.48', 250)).toBe('old_conntrack');
    expect(reuse('4.19.140', 250)).toBe('to 1');
    expect(reuse('5.4.58', 250)).toBe('old_conntrack');
    expect(reuse('5.4.59', 250)).toBe('to 1');
    expect(reuse('4.18.0-305.el8', 1000)).toBe('old_conntrack');
    expect(reuse('4.18.0-348.el8', 1000)).toBe('to 1');
    expect(reuse('5.4.0-100-generic', 250)).toBe('to 1');
    expect(reuse('5.4.163', 250)).toBe('to 1');
  });

  test.each([
    [1, 'KEEP'],
    [2, 'RESCHED'],
    [3, 'RESCHED'],
  ])('direct routing never gets beyond FIN_WAIT, for which mode has bit 2: mode %i, %s', (mode, outcome) => {
    const lab = new Lab({ forward: 'route', sysctl: { conn_reuse_mode: mode }, weights: [1, 1] });
    lab.client('S');
    lab.client('A');
    lab.client('FA');
    expect(lab.entries()).toEqual(['FIN_WAIT 2']);
    expect(lab.client('S')).toBe(outcome === 'KEEP' ? 'to 2' : 'to 1');
  });
});

describe('the real server of an entry has been deleted', () => {
  const deleted = (kernel: string, expire_nodest_conn: number, conntrack = 1) => {
    const lab = new Lab({ kernel, hz: 100, sysctl: { conntrack, expire_nodest_conn }, weights: [1, 1] });
    expect(lab.open()).toBe(2);
    lab.delete(2);
    return lab;
  };

  test('expire_nodest_conn=0: its packets are dropped in silence', () => {
    for (const kernel of ['5.4.0', '6.1.192']) {
      const lab = deleted(kernel, 0);
      expect(lab.client('A', { seq: 1001, ack: 5001 })).toBe('dest_unavailable');
      expect(lab.entries()).toEqual(['ESTABLISHED 2']);
    }
  });

  test('v5.8 and before: the packet is dropped with its entry, the next meets the local stack', () => {
    const lab = deleted('5.4.0', 1);
    expect(lab.client('A', { seq: 1001, ack: 5001 })).toBe('dest_unavailable');
    lab.sleep(0.02);
    expect(lab.entries()).toEqual([]);
    expect(lab.client('A', { seq: 1001, ack: 5001 })).toBe('RST to client');
  });

  test('v5.9: a sweep removes its entries one jiffy later', () => {
    const lab = deleted('6.1.192', 1);
    expect(lab.entries()).toEqual(['ESTABLISHED 2']);
    lab.sleep(0.03);
    expect(lab.entries()).toEqual([]);
  });

  test('v5.9, before the sweep: dropped where conntrack is in use, otherwise scheduled', () => {
    expect(deleted('6.1.192', 1).client('S')).toBe('dest_unavailable');
    expect(deleted('6.1.192', 1, 0).client('S')).toBe('to 1');
    expect(deleted('6.1.192', 1, 0).client('A')).toBe('RST to client');
  });

  test('and comes back: its entries work again, its counters are what they were', () => {
    const lab = deleted('5.4.0', 0);
    lab.add(2);
    expect(lab.client('A', { seq: 1001, ack: 5001 })).toBe('to 2');
    expect(lab.director.activeConn(1)).toBe(1);
  });

  test('the trash forgets it two minutes after its last entry', () => {
    const lab = deleted('5.4.0', 1);
    lab.client('A', { seq: 1001, ack: 5001 });
    lab.sleep(130);
    expect(lab.director.net.trash).toHaveLength(1);
    lab.sleep(140);
    expect(lab.director.net.trash).toHaveLength(0);
  });
});

describe('no entry', () => {
  test('only a SYN opens a connection; the local stack resets the rest', () => {
    const lab = new Lab({});
    expect(lab.client('A')).toBe('RST to client');
    expect(lab.client('R')).toBe('local_silent');
    expect(lab.client('S')).toBe('to 1');
  });

  test('sloppy_tcp lets anything but an RST open one; 3.10 has no such setting', () => {
    expect(new Lab({ sysctl: { sloppy_tcp: 1 } }).client('A')).toBe('to 1');
    expect(new Lab({ sysctl: { sloppy_tcp: 1 } }).client('RA')).toBe('local_silent');
    expect(new Lab({ kernel: '3.10.0', hz: 1000, sysctl: { sloppy_tcp: 1 } }).client('A')).toBe(
      'RST to client',
    );
  });

  test('no usable real server: port unreachable', () => {
    expect(new Lab({ weights: [0] }).client('S')).toBe('ICMP 3/3');
    expect(new Lab({ weights: [] }).client('S')).toBe('ICMP 3/3');
  });

  test('source port 20 is left to the FTP helper', () => {
    expect(new Lab({}).client('S', { port: 20 })).toBe('RST to client');
  });

  test('conn_max: dropped in silence', () => {
    const lab = new Lab({ sysctl: { conn_max: 1 } });
    expect(lab.client('S', { port: 1 })).toBe('to 1');
    expect(lab.client('S', { port: 2 })).toBe('conn_max');
  });

  test('thresholds: no more than upper, and again below lower', () => {
    const lab = new Lab({ upperThreshold: 2, lowerThreshold: 1, sysctl: { conntrack: 1 } });
    expect([1, 2, 3].map((port) => lab.client('S', { port }))).toEqual(['to 1', 'to 1', 'ICMP 3/3']);
    lab.sleep(70);
    expect(lab.entries()).toEqual([]);
    expect(lab.client('S', { port: 4 })).toBe('to 1');
  });
});

test('secure_tcp 3: an entry is established only after the server has answered', () => {
  for (const [secure_tcp, state] of [
    [0, 'ESTABLISHED 1'],
    [3, 'SYN_RECV 1'],
  ] as const) {
    const lab = new Lab({ sysctl: { secure_tcp } });
    lab.client('S');
    lab.client('A', { seq: 1001 });
    expect(lab.entries()).toEqual([state]);
  }
});

describe('persistence', () => {
  const persistent = (sysctl = {}) => new Lab({ persistent_s: 60, weights: [1, 1], sysctl });

  test('a client stays with its real server, also with weight 0', () => {
    const lab = persistent();
    expect([1, 2, 3].map((port) => lab.client('S', { port }))).toEqual(['to 2', 'to 2', 'to 2']);
    expect(lab.entries().filter((entry) => entry === 'template 2')).toHaveLength(1);
    lab.setWeight(2, 0);
    expect(lab.client('S', { port: 4 })).toBe('to 2');
  });

  test('unless expire_quiescent_template', () => {
    const lab = persistent({ expire_quiescent_template: 1 });
    lab.client('S', { port: 1 });
    lab.setWeight(2, 0);
    expect(lab.client('S', { port: 2 })).toBe('to 1');
  });

  test('a template outlives its children, by a minute where they outlive it', () => {
    const lab = persistent();
    lab.open();
    lab.sleep(800);
    expect(lab.entries()).toContain('template 2');
    lab.sleep(300);
    expect(lab.entries()).toEqual([]);
  });
});

describe('UDP', () => {
  test('one-packet scheduling makes no entry: every datagram is scheduled', () => {
    const lab = new Lab({ udp: true, onePacket: true, weights: [1, 1] });
    expect([1, 2, 3].map(() => lab.client(''))).toEqual(['to 2', 'to 1', 'to 2']);
    expect(lab.entries()).toEqual([]);
  });

  test('without it a flow keeps its real server for 300 s', () => {
    const lab = new Lab({ udp: true, weights: [1, 1] });
    expect([1, 2, 3].map(() => lab.client(''))).toEqual(['to 2', 'to 2', 'to 2']);
    lab.sleep(320);
    expect(lab.client('')).toBe('to 1');
  });
});
