/** The cause of a cliff in words, from the saved result alone. */
import type { Cliff, Result } from '../measure/result.ts';
import { count, rate, seconds } from './numbers.ts';
import { reasonText } from './reasons.ts';

/** The sysctl in force at an instant, changes on the scenario's timeline included. */
export function sysctlAt(result: Result, key: string, at_s: number): number | undefined {
  let value = result.scenario.sysctl[key];
  for (const { at_ns, action } of result.scenario.events) {
    if (action.kind === 'sysctl' && action.key === key && at_ns <= at_s * 1e9) value = action.value;
  }
  return value;
}

/** Why requests became slow or failed, in a few sentences; null when they did not. */
export function causeOf(result: Result): string | null {
  const { cliff } = result;
  if (cliff !== null) return `${becauseOf(result, cliff)} ${onset(cliff)} ${recovery(cliff)}`;
  const worst = Object.entries(result.drops).reduce<readonly [string, number]>(
    (most, entry) => (entry[1] > most[1] ? entry : most),
    ['', 0],
  );
  if (worst[1] > 0) {
    const text = reasonText(worst[0]);
    return `${count(worst[1])} packets were dropped (${text.title}). ${text.happened}`;
  }
  const { failed } = result.totals;
  if (failed === 0) return null;
  const errors = Object.entries(result.errors).map(([name, times]) => `${name} ${count(times)} times`);
  return `${count(failed)} requests failed: ${errors.join(', ') || 'the client gave up'}.`;
}

function becauseOf(result: Result, cliff: Cliff): string {
  const { first_drop_s, reason, kernelFunction } = cliff;
  const at = seconds(first_drop_s);
  const mode = sysctlAt(result, 'net.ipv4.vs.conn_reuse_mode', first_drop_s);
  const conntrack = sysctlAt(result, 'net.ipv4.vs.conntrack', first_drop_s);
  if (reason === 'old_conntrack') {
    return (
      `From ${at} on, clients come back to source ports whose IPVS entry is still in TIME_WAIT and whose packets ` +
      `belong to a conntrack; ${kernelFunction}() drops such a SYN (conn_reuse_mode=${mode ?? '?'}, ` +
      `conntrack=${conntrack ?? '?'}) and the client sends it again after 1 s.`
    );
  }
  return `From ${at} on, ${kernelFunction}() drops packets (${reasonText(reason).title}). ${reasonText(reason).happened}`;
}

function onset(cliff: Cliff): string {
  return (
    `It began after ${count(cliff.connections_before)} connections, with ${count(cliff.entries)} entries in the ` +
    `table: ${rate(cliff.rps_before)} requests/s before, ${rate(cliff.rps_after)} after.`
  );
}

function recovery({ recovery_s, first_drop_s }: Cliff): string {
  if (recovery_s === null) return 'It had not recovered when the run ended.';
  return `Requests were fast again at ${seconds(recovery_s)}, ${seconds(recovery_s - first_drop_s)} later.`;
}

/** What the reason's remedies are; empty without a cliff. */
export function remediesOf(result: Result): readonly string[] {
  return result.cliff === null ? [] : reasonText(result.cliff.reason).remedies;
}
