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
  service: ImportedService,
  failures: readonly Failure[],
  notes: string[],
): string[] {
  const { realServers } = service;
  const lines: string[] = [];
  const removed: { readonly address: string; readonly at_s: number }[] = [];
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
    removed.push({ address, at_s: at_s + latest_s });
    lines.push(
      `  # ${name}: delay_loop ${every_s} s, connect_timeout ${timeout_s} s, retry ${retries}, delay_before_retry ${betweenRetries_s} s`,
      `  - at: ${at_s + latest_s}s     # assumed: the check before had just passed; ${at_s + soonest_s}s at the soonest; keepalived's log tells`,
      inhibits
        ? `    weight: { "${address}": 0 }     # inhibit_on_failure`
        : `    delete: ${yamlAddress(address)}`,
    );
  }
  return [...lines, ...takeoverLines(service, removed)];
}

/** Quorum lost: the sorry server comes, and whoever is left goes (perform_quorum_state() of keepalived). */
function takeoverLines(
  { sorry, realServers }: ImportedService,
  removed: readonly { readonly address: string; readonly at_s: number }[],
): string[] {
  if (sorry === undefined) return [];
  const gone = new Set<string>();
  for (const { address, at_s } of removed.toSorted((a, b) => a.at_s - b.at_s)) {
    gone.add(address);
    const left = realServers.filter((server) => !gone.has(server.address));
    if (left.reduce((sum, { weight }) => sum + weight, 0) >= sorry.quorum) continue;
    return [
      `  # the real servers that are left weigh less than quorum ${sorry.quorum}: the sorry server takes over`,
      `  - at: ${at_s}s`,
      `    add: { address: "${sorry.address}", weight: 1, serviceTime: 10ms }     # serviceTime assumed`,
      ...left.flatMap((server) => [
        `  - at: ${at_s}s`,
        server.checker?.inhibits === true
          ? `    weight: { "${server.address}": 0 }     # inhibit_on_failure`
          : `    delete: ${yamlAddress(server.address)}`,
      ]),
    ];
  }
  return [];
}
