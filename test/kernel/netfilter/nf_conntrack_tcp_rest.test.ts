/** A flow that has come to rest wakes with every number it had; one whose numbers do not fit keeps its track. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConntrackTable, NO_TRACK } from '../../../src/kernel/netfilter/nf_conntrack_core.ts';
import { settle, wake } from '../../../src/kernel/netfilter/nf_conntrack_tcp_rest.ts';
import { TCP_WINDOW } from '../../../src/kernel/netfilter/nf_conntrack_tcp_states.ts';
import { IPPROTO_TCP } from '../../../src/kernel/sk_buff.ts';

const word = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const flow = fc.record({
  originalEnd: word,
  replyEnd: word,
  byReply: fc.boolean(),
  mark: fc.nat(0x7f),
  flags: fc.tuple(fc.nat(15), fc.nat(15)),
  retrans: fc.nat(255),
  lastWin: fc.nat(1),
});

/** A table with one entry whose track is that of a flow in which all has been acknowledged. */
function tableWith(seen: typeof flow extends fc.Arbitrary<infer Flow> ? Flow : never) {
  const table = new ConntrackTable(64);
  const ct = table.alloc(IPPROTO_TCP, 1, 2, 3, 4);
  const track = table.tracks.take();
  const reply = track | 1;
  const { tracks } = table;
  const { originalEnd, replyEnd, byReply } = seen;
  table.proto[ct] = track;
  tracks.setEnd(track, originalEnd);
  tracks.setMaxack(reply, originalEnd);
  tracks.setEnd(reply, replyEnd);
  tracks.setMaxack(track, replyEnd);
  tracks.setMaxend(track, originalEnd + TCP_WINDOW);
  tracks.setMaxend(reply, replyEnd + TCP_WINDOW);
  tracks.setMaxwin(track, TCP_WINDOW);
  tracks.setMaxwin(reply, TCP_WINDOW);
  tracks.setFlags(track, seen.flags[0]);
  tracks.setFlags(reply, seen.flags[1]);
  tracks.setLastSeq(track, byReply ? replyEnd : originalEnd);
  tracks.setLastEnd(track, byReply ? replyEnd : originalEnd);
  tracks.setLastAck(track, byReply ? originalEnd : replyEnd);
  tracks.restoreLast(track, seen.mark | (byReply ? 0x80 : 0));
  tracks.setLastWin(track, seen.lastWin);
  tracks.setRetrans(track, seen.retrans);
  return { table, ct, track };
}

test('rest and back changes nothing', () => {
  fc.assert(
    fc.property(flow, (seen) => {
      const { table, ct, track } = tableWith(seen);
      const before = table.tracks.record(track).slice();
      settle(table, ct);
      expect(table.rest[ct]).not.toBe(0);
      expect(table.tracks.live).toBe(0);
      // Somebody else uses the track meanwhile.
      table.tracks.record(track).fill(-1);
      const other = table.tracks.take();
      wake(table, ct);
      const again = table.proto[ct]!;
      expect(again).not.toBe(other);
      expect(table.rest[ct]).toBe(0);
      expect(table.tracks.record(again)).toEqual(before);
    }),
  );
});

/** td_end, td_maxend, td_maxwin and td_maxack of either side; last_seq, last_ack, last_end. */
const COMPARED = [0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12];

test.each(COMPARED)('a flow in which word %i is another keeps its track', (field) => {
  fc.assert(
    fc.property(flow, word, (seen, other) => {
      const { table, ct, track } = tableWith(seen);
      fc.pre(table.tracks.record(track)[field] !== other);
      table.tracks.record(track)[field] = other;
      settle(table, ct);
      expect(table.rest[ct]).toBe(0);
      expect(table.proto[ct]).toBe(track);
      expect(table.tracks.live).toBe(1);
    }),
  );
});

test('an entry gives its track back when it goes, if it has one', () => {
  const seen = {
    originalEnd: NO_TRACK,
    replyEnd: 5,
    byReply: true,
    mark: 3,
    flags: [8, 8] as [number, number],
  };
  const { table, ct } = tableWith({ ...seen, retrans: 0, lastWin: 1 });
  settle(table, ct);
  table.free(ct);
  expect(table.tracks.live).toBe(0);
  const busy = tableWith({ ...seen, retrans: 0, lastWin: 1 });
  busy.table.free(busy.ct);
  expect(busy.table.tracks.live).toBe(0);
  const untracked = busy.table.alloc(IPPROTO_TCP, 1, 2, 3, 4);
  busy.table.free(untracked);
  expect(busy.table.tracks.live).toBe(0);
});
