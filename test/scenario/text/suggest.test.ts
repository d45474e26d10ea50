/** Guesses at what a misspelt word means. */
import { describe, expect, it } from 'vitest';
import { METRIC_NAMES } from '../../../src/scenario/expect/metrics.ts';
import { SYSCTLS } from '../../../src/scenario/sysctl.ts';
import { distance, suggest } from '../../../src/scenario/text/suggest.ts';

describe('distance', () => {
  it.each([
    ['', '', 0],
    ['a', '', 1],
    ['open', 'opne', 1],
    ['kitten', 'sitting', 3],
    ['ca', 'abc', 3],
    ['same', 'same', 0],
  ])('%s and %s: %i', (a, b, expected) => {
    expect(distance(a, b)).toBe(expected);
    expect(distance(b, a)).toBe(expected);
  });
});

describe('suggest', () => {
  const sysctls = SYSCTLS.map(({ name }) => name);
  it.each([
    ['net.ipv4.vs.conn_reuse_mod', 'net.ipv4.vs.conn_reuse_mode'],
    ['net/ipv4/vs/conn_reuse_mode', 'net.ipv4.vs.conn_reuse_mode'],
    ['nf_conntrack_max', 'net.netfilter.nf_conntrack_max'],
    ['expire_nodest_conn', 'net.ipv4.vs.expire_nodest_conn'],
    ['CONN_REUSE_MODE', 'net.ipv4.vs.conn_reuse_mode'],
    ['completely.else', null],
  ])('%s: %s', (word, expected) => expect(suggest(word, sysctls)).toBe(expected));

  it('finds metrics', () => {
    expect(suggest('qsp', METRIC_NAMES)).toBe('qps');
    expect(suggest('inactconn', METRIC_NAMES)).toBe('inact_conn');
    expect(suggest('drop.oldconntrack', METRIC_NAMES)).toBe('drop.old_conntrack');
  });

  it('gives up on words that are no slips', () => {
    expect(suggest('', ['a'])).toBeNull();
    expect(suggest('ab', ['xy'])).toBeNull();
    expect(suggest('x'.repeat(1e6), ['x'.repeat(80)])).toBeNull();
    expect(suggest('a', [])).toBeNull();
  });
});
