/** Every scheduler's picking rule, from tables of real servers. The list is newest first, as the kernel keeps it. */
import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../../src/engine/random.ts';
import { type IpVsDest, newDest } from '../../../src/kernel/ipvs/ip_vs_dest.ts';
import type { IpVsScheduler } from '../../../src/kernel/ipvs/ip_vs_service.ts';
import { createScheduler, SCHEDULERS, type SchedulerContext } from '../../../src/kernel/sched/ip_vs_sched.ts';
import { AddressBook } from '../../../src/text/address_book.ts';

interface Load {
  readonly weight?: number;
  readonly active?: number;
  readonly inactive?: number;
  readonly overload?: boolean;
}

/** Real servers in list order; the first has the address 10.0.2.0. */
function listOf(...loads: readonly Load[]): IpVsDest[] {
  return loads.map(({ weight = 1, active = 0, inactive = 0, overload = false }, index) => {
    const dest = newDest(index, 0, 0x0a000200 + index, 8080, 'masq');
    dest.available = true;
    dest.weight = weight;
    dest.lastWeight = weight;
    dest.activeconns = active;
    dest.inactconns = inactive;
    dest.overload = overload;
    return dest;
  });
}

function make(
  name: string,
  list: readonly IpVsDest[],
  context: Partial<SchedulerContext> = {},
): IpVsScheduler {
  const scheduler = createScheduler(name, {
    flags: [],
    totalConns: false,
    hashUpperBits: true,
    fold: (address) => address,
    random: new RandomStream('test', name),
    jiffies: () => 0,
    hz: 100,
    drawn: () => null,
    sysctl: { lblc_expiration: 86_400, lblcr_expiration: 86_400 },
    delayed: () => ({ mod: () => undefined, isPending: false }),
    ...context,
  });
  scheduler.changed?.(list, null, -1);
  return scheduler;
}

const CLIENT = 0x0a000102;
const VIP = 0x0a60000a;

/** Positions in the list that are picked one after the other; `-` for none. */
function picks(scheduler: IpVsScheduler, list: readonly IpVsDest[], count: number): string {
  return Array.from(
    { length: count },
    (_, i) => scheduler.schedule(list, CLIENT, 40000 + i, VIP)?.index ?? '-',
  ).join(' ');
}

describe('least connections and its relatives pick one', () => {
  test.each<[string, string, readonly Load[], string]>([
    ['lc', 'an active connection weighs 256 inactive ones', [{ active: 1 }, { inactive: 255 }], '1'],
    ['lc', 'and not one more', [{ active: 1 }, { inactive: 257 }], '0'],
    ['lc', 'the first wins a tie', [{ active: 1 }, { active: 1 }], '0'],
    [
      'lc',
      'weights do not matter, except 0',
      [{ weight: 0 }, { weight: 1, active: 2 }, { weight: 9, active: 3 }],
      '1',
    ],
    [
      'wlc',
      'overhead per weight',
      [
        { weight: 1, active: 2 },
        { weight: 3, active: 5 },
      ],
      '1',
    ],
    [
      'wlc',
      'the first wins a tie',
      [
        { weight: 1, active: 1 },
        { weight: 2, active: 2 },
      ],
      '0',
    ],
    ['wlc', 'TIME_WAIT entries count', [{ inactive: 100 }, { inactive: 99 }], '1'],
    ['sed', 'the expected delay of one more', [{ weight: 1 }, { weight: 3, active: 1 }], '1'],
    ['nq', 'an idle server before any other', [{ weight: 3, active: 1 }, { weight: 1 }], '1'],
    [
      'nq',
      'else as sed',
      [
        { weight: 1, active: 1 },
        { weight: 3, active: 2 },
      ],
      '1',
    ],
    ['fo', 'the heaviest, the first of equals', [{ weight: 1 }, { weight: 5 }, { weight: 5 }], '1'],
    ['fo', 'unless overloaded', [{ weight: 1 }, { weight: 5, overload: true }], '0'],
    [
      'ovf',
      'the heaviest that has no more active connections than weight',
      [{ weight: 1 }, { weight: 2, active: 3 }],
      '0',
    ],
    ['ovf', 'as many as its weight are not too many', [{ weight: 1 }, { weight: 2, active: 2 }], '1'],
    [
      'ovf',
      'or none',
      [
        { weight: 1, active: 2 },
        { weight: 2, active: 3 },
      ],
      '-',
    ],
    ['lblc', 'the least loaded at first', [{ active: 1 }, {}], '1'],
    ['lblcr', 'the least loaded at first', [{ active: 1 }, {}], '1'],
    ['rr', 'not the overloaded', [{ overload: true }, {}], '1'],
  ])('%s: %s', (name, _, loads, expected) => {
    const list = listOf(...loads);
    expect(picks(make(name, list), list, 1)).toBe(expected);
  });

  test('where the total is counted (6.1.192), an active connection weighs one more', () => {
    const list = listOf({ active: 256 }, { active: 255, inactive: 256 });
    expect(picks(make('lc', list), list, 1)).toBe('0');
    expect(picks(make('lc', list, { totalConns: true }), list, 1)).toBe('1');
  });
});

test.each(SCHEDULERS)('$name picks none where none may be picked', ({ name }) => {
  for (const list of [listOf(), listOf({ weight: 0 }), listOf({ weight: 0 }, { weight: 0 })]) {
    expect(picks(make(name, list), list, 2)).toBe('- -');
  }
  const overloaded = listOf({ overload: true }, { overload: true, weight: 3 });
  expect(picks(make(name, overloaded), overloaded, 2)).toBe('- -');
});

describe('rr', () => {
  test('in turn from the head of the list, past the unusable', () => {
    const list = listOf({}, { weight: 0 }, { weight: 7 });
    expect(picks(make('rr', list), list, 5)).toBe('0 2 0 2 0');
  });

  test('goes on behind the predecessor of one that was deleted', () => {
    const list = listOf({}, {}, {});
    const scheduler = make('rr', list);
    expect(picks(scheduler, list, 2)).toBe('0 1');
    const [removed] = list.splice(1, 1);
    scheduler.changed!(list, removed!, 1);
    expect(picks(scheduler, list, 2)).toBe('2 0');
  });
});

describe('wrr', () => {
  test('in rounds of falling weight', () => {
    const list = listOf({ weight: 4 }, { weight: 3 }, { weight: 2 });
    expect(picks(make('wrr', list), list, 9)).toBe('0 0 1 0 1 2 0 1 2');
  });

  test('a common divisor shortens the rounds', () => {
    const list = listOf({ weight: 6 }, { weight: 2 });
    expect(picks(make('wrr', list), list, 8)).toBe('0 0 0 1 0 0 0 1');
  });
});

describe('hashes', () => {
  const clients = Array.from({ length: 2000 }, (_, i) => 0x0a000000 + i * 7);
  const shares = (name: string, list: IpVsDest[], context: Partial<SchedulerContext> = {}) => {
    const scheduler = make(name, list, context);
    const counts = list.map(() => 0);
    for (const client of clients) counts[scheduler.schedule(list, client, 1, VIP)!.index]!++;
    return counts.map((count) => count / clients.length);
  };

  test.each(['sh', 'mh'])('%s shares clients by weight, and a client stays', (name) => {
    const list = listOf({ weight: 1 }, { weight: 3 });
    expect(shares(name, list)[0]).toBeCloseTo(0.25, 1);
    expect(picks(make(name, list), list, 3)).toMatch(/^(\d) \1 \1$/);
  });

  test('before v4.18 sh takes the lower bits of the product', () => {
    const list = listOf({}, {});
    const upper = make('sh', list);
    const lower = make('sh', list, { hashUpperBits: false });
    // Addresses that differ only in their upper bits.
    const far = [0x0a000001, 0x0b000001, 0x0c000001, 0x0d000001];
    const of = (scheduler: IpVsScheduler) =>
      new Set(far.map((client) => scheduler.schedule(list, client, 1, VIP)!.index));
    expect(of(lower).size).toBe(1);
    expect(of(upper).size).toBe(2);
  });

  test.each([
    ['sh', 'sh-port'],
    ['mh', 'mh-port'],
  ])('%s with %s tells ports apart', (name, flag) => {
    const list = listOf({}, {});
    const servers = new Set(picks(make(name, list, { flags: [flag] }), list, 40).split(' '));
    expect(servers.size).toBe(2);
  });

  test.each([
    ['sh', 'sh-fallback'],
    ['mh', 'mh-fallback'],
  ])('%s with %s looks further where the hashed one has weight 0', (name, flag) => {
    const list = listOf({ weight: 2 }, { weight: 2 });
    const chosen = Number(picks(make(name, list), list, 1));
    const [without, withFallback] = [make(name, list), make(name, list, { flags: [flag] })];
    // As when the weight was set to 0 while buckets were filled by the old one (mh keeps it on purpose).
    list[chosen]!.weight = 0;
    expect(picks(without, list, 1)).toBe('-');
    expect(picks(withFallback, list, 1)).toBe(String(1 - chosen));
  });

  test('mh moves few clients when a server goes', () => {
    const list = listOf({}, {}, {}, {});
    const before = make('mh', list);
    const rest = list.slice(0, 3);
    const after = make('mh', rest);
    const stayed = clients.filter((client) => {
      const first = before.schedule(list, client, 1, VIP)!;
      return first.index === 3 || after.schedule(rest, client, 1, VIP) === first;
    });
    expect(stayed.length / clients.length).toBeGreaterThan(0.9);
  });

  test.each(['sh', 'mh', 'dh'])('%s hashes the folded words of an IPv6 address', (name) => {
    const book = new AddressBook();
    const list = listOf({}, {}, {});
    const scheduler = make(name, list, { fold: (address) => book.fold(address) });
    const of = (address: string) => {
      const number = book.parse(address)! | 0;
      return scheduler.schedule(list, number, 1, number)!.index;
    };
    const folded = book.fold(book.parse('fd00:1::2')!);
    expect(folded >>> 0).toBe(0xfd000003);
    for (const [address, ipv4] of [
      ['fd00:1::2', 0xfd000003],
      ['::a60:a', VIP],
    ] as const) {
      expect(of(address)).toBe(scheduler.schedule(list, ipv4 | 0, 1, ipv4 | 0)!.index);
    }
  });

  test('dh looks at the destination address only', () => {
    const list = listOf({}, {}, {});
    const scheduler = make('dh', list);
    const of = (vip: number) =>
      new Set(clients.map((client) => scheduler.schedule(list, client, 1, vip)!.index));
    expect(of(VIP).size).toBe(1);
    expect(new Set(Array.from({ length: 30 }, (_, i) => [...of(VIP + i)][0])).size).toBe(3);
  });
});

describe('locality', () => {
  test.each(['lblc', 'lblcr'])(
    '%s forgets at the thirtieth minute what was not used for its time',
    (name) => {
      let minute = (): void => undefined;
      let jiffies = 0;
      const list = listOf({ weight: 1 }, { weight: 1 });
      const scheduler = make(name, list, {
        jiffies: () => jiffies,
        sysctl: { lblc_expiration: 120, lblcr_expiration: 120 },
        delayed: (work) => {
          minute = work;
          return { mod: () => undefined, isPending: true };
        },
      });
      expect(picks(scheduler, list, 1)).toBe('0');
      list[0]!.activeconns = 1;
      for (let passed = 1; passed < 30; passed++) {
        jiffies = passed * 60 * 100;
        minute();
      }
      expect(list.map(({ refcount }) => refcount)).toEqual([1, 0]);
      jiffies = 30 * 60 * 100;
      minute();
      expect(list.map(({ refcount }) => refcount)).toEqual([0, 0]);
      expect(picks(scheduler, list, 1)).toBe('1');
    },
  );

  test.each(['lblc', 'lblcr'])('%s keeps its server until that is overloaded while another idles', (name) => {
    const list = listOf({ weight: 2 }, { weight: 2 });
    const scheduler = make(name, list);
    expect(picks(scheduler, list, 1)).toBe('0');
    list[0]!.activeconns = 2;
    expect(picks(scheduler, list, 1)).toBe('0');
    list[0]!.activeconns = 3;
    list[1]!.activeconns = 1;
    expect(picks(scheduler, list, 1)).toBe('0');
    list[1]!.activeconns = 0;
    expect(picks(scheduler, list, 1)).toBe('1');
    // lblc has moved for good; lblcr knows both now and takes the less loaded.
    list[0]!.activeconns = 0;
    list[1]!.activeconns = 1;
    expect(picks(scheduler, list, 1)).toBe(name === 'lblc' ? '1' : '0');
  });
});

test('twos draws by weight and takes the less loaded of two', () => {
  const idle = listOf({ weight: 1 }, { weight: 9 });
  const drawn = picks(make('twos', idle), idle, 2000).split(' ');
  expect(drawn.filter((pick) => pick === '1').length / 2000).toBeGreaterThan(0.8);
  // Both draws must fall on the loaded one for it to be taken.
  const loaded = listOf({ weight: 100, active: 10 }, { weight: 100 });
  const avoided = picks(make('twos', loaded), loaded, 2000).split(' ');
  expect(avoided.filter((pick) => pick === '1').length / 2000).toBeGreaterThan(0.65);
});
