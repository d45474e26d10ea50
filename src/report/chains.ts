/** How long the chains of IPVS's connection table were: what conn_tab_bits is set for. */
import type { Result } from '../measure/result.ts';
import { count } from './numbers.ts';
import { column, largest } from './series.ts';

const TAB_BITS = 'net.ipv4.vs.conn_tab_bits';
/**
 * Entries to a bucket, which are 65 536 in a table of the usual size. IP_VS_TAB_BITS in the kernel's Kconfig (v6.1) advises not
 * far fewer buckets than connections.
 */
const LONG = 16;

/** A sentence where chains were long, else null. */
export function chainsSentence(result: Result): string | null {
  const bits = result.scenario.sysctl[TAB_BITS];
  const entries = largest(column(result, 'entries'));
  // With several nodes the series counts the entries of all their tables.
  if (result.scenario.nodes !== undefined) return null;
  if (bits === undefined || entries === null || entries < LONG * 2 ** bits) return null;
  const chain = entries / 2 ** bits;
  const enough = Math.ceil(Math.log2(entries));
  const step_ns = result.scenario.node?.ipvsChain_ns ?? 0;
  return (
    `at most ${count(entries)} entries in ${count(2 ** bits)} buckets, ${count(Math.round(chain))} to each: a packet passes ` +
    `${count(Math.round(chain / 2))} of them before it finds its own` +
    (step_ns === 0
      ? '; that costs no time here, node.ipvs says what packets cost'
      : `, ${count(step_ns)} ns each`) +
    `. conn_tab_bits=${enough} leaves one to a bucket.`
  );
}
