/** Conntrack's TCP states, timeouts and windows, packet by packet through a director. */
import { describe, expect, test } from 'vitest';
import { type Given, Lab } from '../a_director.ts';

function tracked(given: Given = {}): Lab {
  return new Lab({ ...given, sysctl: { conntrack: 1, ...given.sysctl } });
}

describe('states and timeouts', () => {
  test('of a connection that its server closes first', () => {
    const lab = tracked();
    const seen: string[] = [];
    const note = () => void seen.push(...lab.conntracks());
    lab.client('S', { seq: 1000 });
    note();
    lab.server(1, 'SA', { seq: 5000, ack: 1001 });
    note();
    lab.client('A', { seq: 1001, ack: 5001 });
    note();
    // Data that is not acknowledged yet brings the timeout down.
    lab.client('PA', { seq: 1001, ack: 5001, len: 100 });
    note();
    lab.server(1, 'A', { seq: 5001, ack: 1101 });
    note();
    lab.server(1, 'FA', { seq: 5001, ack: 1101 });
    note();
    lab.client('A', { seq: 1101, ack: 5002 });
    note();
    lab.client('FA', { seq: 1101, ack: 5002 });
    note();
    lab.server(1, 'A', { seq: 5002, ack: 1102 });
    note();
    expect(seen).toEqual([
      'SYN_SENT 120',
      'SYN_RECV 60',
      'ESTABLISHED 432000',
      'ESTABLISHED 300',
      'ESTABLISHED 432000',
      'FIN_WAIT 120',
      'CLOSE_WAIT 60',
      'LAST_ACK 30',
      'TIME_WAIT 120',
    ]);
  });

  test('three retransmissions bring the timeout down to 300 s', () => {
    const lab = tracked();
    lab.open();
    for (let i = 0; i < 5; i++) lab.client('PA', { seq: 1001, ack: 5001, len: 10 });
    expect(lab.conntracks()).toEqual(['ESTABLISHED 300']);
  });

  test('a SYN retransmitted renews the timeout, until v5.14 (and 5.10.y)', () => {
    const left = (kernel: string) => {
      const lab = tracked({ kernel });
      lab.client('S');
      lab.sleep(3);
      lab.client('S');
      return lab.conntracks();
    };
    expect(left('5.4.0')).toEqual(['SYN_SENT 120']);
    expect(left('6.1.192')).toEqual(['SYN_SENT 117']);
  });
});

describe('an RST', () => {
  const afterReset = (kernel: string, packet: { seq: number }) => {
    const lab = tracked({ kernel });
    lab.open();
    lab.server(1, 'R', packet);
    return lab.conntracks()[0];
  };

  test('at the expected number closes', () => {
    for (const kernel of ['5.4.0', '6.1.192', '7.2.13'])
      expect(afterReset(kernel, { seq: 5001 })).toBe('CLOSE 10');
  });

  test('beyond it leaves the state alone, for the receiver may challenge it', () => {
    expect(afterReset('5.4.0', { seq: 5050 })).toBe('ESTABLISHED 10');
    expect(afterReset('4.19', { seq: 5050 })).toBe('CLOSE 10');
  });

  test('before it is INVALID', () => {
    expect(afterReset('5.4.0', { seq: 4000 })).toBe('ESTABLISHED 432000');
  });
});

describe('the window', () => {
  const beyond = { seq: 1001 + 200_000, ack: 5001, len: 10 };

  test.each([
    [true, 'to 1'],
    [false, 'conntrack_clash'],
  ])(
    'a segment far outside is INVALID and begins a flow of its own on its way out (NAT: %s)',
    (natHooks, heard) => {
      // The reply tuple of that flow is taken: NAT finds it another port, otherwise it cannot be confirmed.
      const lab = tracked({ natHooks });
      lab.open();
      const before = lab.director.net.conntracks.stats.invalid;
      expect(lab.client('PA', beyond)).toBe(heard);
      expect(lab.director.net.conntracks.stats.invalid).toBe(before + 1);
    },
  );

  test('tcp_be_liberal lets it pass', () => {
    const lab = tracked({ sysctl: { 'net.netfilter.nf_conntrack_tcp_be_liberal': 1 } });
    lab.open();
    lab.client('PA', beyond);
    expect(lab.director.net.conntracks.stats.invalid).toBe(0);
  });
});

describe('an ACK of nowhere', () => {
  const pickedUp = (nf_conntrack_tcp_loose: number) => {
    const lab = tracked({
      sysctl: { sloppy_tcp: 1, 'net.netfilter.nf_conntrack_tcp_loose': nf_conntrack_tcp_loose },
    });
    lab.client('A', { seq: 1, ack: 1 });
    return lab.conntracks();
  };

  test('is picked up in mid-stream for 300 s until a reply is seen', () => {
    expect(pickedUp(1)).toEqual(['ESTABLISHED 300']);
  });

  test('unless tcp_loose is 0', () => {
    expect(pickedUp(0)).toEqual([]);
  });
});

test.each(['SF', 'SR', 'F', 'P', '', 'SFA'])('flags "%s" make no sense and no entry', (flags) => {
  const lab = tracked();
  lab.client(flags);
  expect(lab.conntracks()).toEqual([]);
  expect(lab.director.net.conntracks.stats.invalid).toBeGreaterThan(0);
});

describe('nf_conntrack_max', () => {
  const MAX = { 'net.netfilter.nf_conntrack_max': 2 };

  test('a full table of assured entries drops what is new', () => {
    const lab = tracked({ sysctl: MAX });
    lab.open(1);
    lab.open(2);
    expect(lab.client('S', { port: 3 })).toBe('conntrack_full');
    expect(lab.client('PA', { port: 1, seq: 1001, ack: 5001, len: 5 })).toBe('to 1');
  });

  test('early_drop makes room where an entry is not assured', () => {
    const lab = tracked({ sysctl: MAX });
    lab.open(1);
    lab.client('S', { port: 2 });
    expect(lab.client('S', { port: 3 })).toBe('to 1');
    expect(lab.director.net.conntracks.stats.early_drop).toBe(1);
  });
});

test('where no rule asks for conntrack nothing is tracked, and no SYN is lost', () => {
  const lab = tracked({ hooks: false });
  lab.connection();
  expect(lab.conntracks()).toEqual([]);
  expect(lab.client('S', { seq: 900_000 })).toBe('to 1');
});
