/** A flow that has come to rest wakes with every number it had; one whose numbers do not fit keeps its track. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConntrackTable, NO_TRACK } from '../../../src/kernel/netfilter/nf_conntrack_core.ts';
import { settle, wake } from '../../../src/kernel/netfilter/nf_conntrack_tcp_rest.ts';
import { TCP_WINDOW } from '../../../src/kernel/netfilter/nf_conntrack_tcp_states.ts';
import {
  LAST,
  LAST_ACK,
  LAST_END,
  LAST_SEQ,
  LAST_WIN,
  RETRANS,
  TD_END,
  TD_FLAGS,
  TD_MAXACK,
  TD_MAXEND,
  TD_MAXWIN,
} from '../../../src/kernel/netfilter/nf_conntrack_tcp_tracks.ts';
import { IPPROTO_TCP } from '../../../src/kernel/sk_buff.ts';

const WORDS = 16;

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
  const { words } = table.tracks;
  const { originalEnd, replyEnd, byReply } = seen;
  table.proto[ct] = track;
  words[track | TD_END] = words[track | TD_MAXACK | 1] = originalEnd;
  words[track | TD_END | 1] = words[track | TD_MAXACK] = replyEnd;
  words[track | TD_MAXEND] = originalEnd + TCP_WINDOW;
  words[track | TD_MAXEND | 1] = replyEnd + TCP_WINDOW;
  words[track | TD_MAXWIN] = words[track | TD_MAXWIN | 1] = TCP_WINDOW;
  words[track | TD_FLAGS] = seen.flags[0];
  words[track | TD_FLAGS | 1] = seen.flags[1];
  words[track | LAST_SEQ] = words[track | LAST_END] = byReply ? replyEnd : originalEnd;
  words[track | LAST_ACK] = byReply ? originalEnd : replyEnd;
  words[track | LAST] = seen.mark | (byReply ? 0x80 : 0);
  words[track | LAST_WIN] = seen.lastWin;
  words[track | RETRANS] = seen.retrans;
  return { table, ct, track };
}

test('rest and back changes nothing', () => {
  fc.assert(
    fc.property(flow, (seen) => {
      const { table, ct, track } = tableWith(seen);
      const before = table.tracks.words.slice(track, track + WORDS);
      settle(table, ct);
      expect(table.rest[ct]).not.toBe(0);
      expect(table.tracks.live).toBe(0);
      // Somebody else uses the track meanwhile.
      table.tracks.words.fill(-1, track, track + WORDS);
      const other = table.tracks.take();
      wake(table, ct);
      const again = table.proto[ct]!;
      expect(again).not.toBe(other);
      expect(table.rest[ct]).toBe(0);
      expect(table.tracks.words.slice(again, again + WORDS)).toEqual(before);
    }),
  );
});

test.each([
  ...[TD_END, TD_MAXEND, TD_MAXWIN, TD_MAXACK].flatMap((field) => [field, field | 1]),
  LAST_SEQ,
  LAST_ACK,
  LAST_END,
])('a flow in which word %i is another keeps its track', (field) => {
  fc.assert(
    fc.property(flow, word, (seen, other) => {
      const { table, ct, track } = tableWith(seen);
      fc.pre(table.tracks.words[track | field] !== other);
      table.tracks.words[track | field] = other;
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
