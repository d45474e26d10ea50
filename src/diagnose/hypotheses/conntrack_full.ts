/** nf_conntrack_max is reached. */
import { count } from '../../report/numbers.ts';
import { besideCount, type Hypothesis, mostOf } from '../hypothesis.ts';

export const CONNTRACK_FULL: Hypothesis = {
  name: 'conntrack-full',
  title: 'the conntrack table is full',
  weigh(seen, scales) {
    const now = seen.sysctl('net.netfilter.nf_conntrack_count');
    const limit = seen.sysctl('net.netfilter.nf_conntrack_max');
    const flows = seen.allAt('flows', 'director');
    const listed = flows.reduce((sum, flow) => sum + flow.count, 0);
    if (now === null && limit !== null && listed >= 0.98 * limit.value)
      scales.speaksFor('proof', flows[0]!.at, `${count(listed)} flows of at most ${count(limit.value)}`);
    const told = seen.all('message').find(({ message }) => message === 'conntrack full');
    if (told !== undefined) scales.speaksFor('proof', told.at, 'the kernel says that the table is full');
    if (now === null || limit === null)
      scales.lacks(
        'sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max',
        'how full it is',
      );
    else if (now.value >= 0.98 * limit.value)
      scales.speaksFor('proof', now.at, `${count(now.value)} entries of at most ${count(limit.value)}`);
    else
      scales.speaksAgainst(
        'sign',
        now.at,
        `${count(now.value)} entries, and there is room for ${count(limit.value)}`,
      );
    const node = seen.synsKept;
    if (node?.isMuch === true) scales.speaksFor('hint', node.at, node.words);
    else if (node?.isNone === true) scales.speaksAgainst('sign', node.at, node.words);
    const dropped = seen.counter('director', 'conntrack.drop');
    const early = seen.counter('director', 'conntrack.early_drop');
    // nf_ct_resolve_clash(), v6.1, counts a tuple that is taken as insert_failed and as drop.
    const clashes = seen.counter('director', 'conntrack.insert_failed')?.value ?? 0;
    const forRoom = dropped === null ? 0 : Math.max(0, dropped.value - clashes);
    if (dropped === null) scales.lacks('conntrack -S', 'drop and early_drop count what found no room');
    else if (forRoom > 0) scales.speaksFor('sign', dropped.at, `conntrack dropped ${count(forRoom)} packets`);
    else if (dropped.value === 0)
      scales.speaksAgainst(dropped.isSure ? 'proof' : 'sign', dropped.at, 'conntrack dropped no packet');
    if (early !== null && early.value > 0)
      scales.speaksFor(
        'hint',
        early.at,
        `${count(early.value)} entries were dropped early, for others' sake`,
      );
  },
  stage(seen) {
    const limit = seen.sysctl('net.netfilter.nf_conntrack_max')?.value ?? 0;
    // Entries stay two minutes: at that rate the table is full after one.
    return limit > 0
      ? { client: { load: `rate: ${Math.max(1, Math.ceil(limit / 60))}/s` }, duration_s: 100 }
      : {};
  },
  beside: (seen, result) => [
    ...besideCount(
      'conntrack entries',
      seen.sysctl('net.netfilter.nf_conntrack_count'),
      mostOf(result, 'conntrack_entries'),
    ),
    ...besideCount(
      'packets that it dropped',
      seen.counter('director', 'conntrack.drop'),
      result.drops.conntrack_full ?? 0,
    ),
  ],
};
