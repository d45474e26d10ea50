/** A real server that fails in the written scenario, and its checker that notices, as events. */

import { hostOf } from '../text/endpoint.ts';
import type { Checker, ImportedService } from './ipvsadm.ts';
import { yamlAddress } from './yaml_words.ts';

export interface Failure {
  /** Of the real server, `10.1.0.5:8443`. */
  readonly address: string;
  readonly at_s: number;
}

/**
 * From a host that does not answer any more to its real server being taken out, in seconds: a check that runs into its
 * timeout is tried again, and at the latest the check before had just passed.
 */
function detection({ every_s, timeout_s, retries, betweenRetries_s }: Checker): {
  readonly soonest_s: number;
  readonly latest_s: number;
} {
  const soonest_s = (retries + 1) * timeout_s + retries * betweenRetries_s;
  return { soonest_s, latest_s: every_s + soonest_s };
}

/** Entries of `events:`. */
export function failureLines(
  { realServers }: ImportedService,
  failures: readonly Failure[],
  notes: string[],
): string[] {
  const lines: string[] = [];
  for (const { address, at_s } of failures) {
    const server = realServers.find((each) => each.address === address);
    if (server === undefined) {
      notes.push(`--fails ${address}: the service has no such real server`);
      continue;
    }
    lines.push(`  - at: ${at_s}s`, `    unplug: ${yamlAddress(hostOf(address))}`);
    const { checker } = server;
    if (checker === undefined) {
      notes.push(`--fails ${address}: nothing that was imported checks it: it stays in the table`);
      continue;
    }
    const { name, every_s, timeout_s, retries, betweenRetries_s, inhibits } = checker;
    const { soonest_s, latest_s } = detection(checker);
    lines.push(
      `  # ${name}: delay_loop ${every_s} s, connect_timeout ${timeout_s} s, retry ${retries}, delay_before_retry ${betweenRetries_s} s`,
      `  - at: ${at_s + latest_s}s     # assumed: the check before had just passed; ${at_s + soonest_s}s at the soonest; keepalived's log tells`,
      inhibits
        ? `    weight: { "${address}": 0 }     # inhibit_on_failure`
        : `    delete: ${yamlAddress(address)}`,
    );
  }
  return lines;
}
