/** What conntrack 1.4.7 prints, byte for byte. The list of views is views.ts. */
import type { ConntrackSnapshot, Snapshot, Tuple } from '../../measure/snapshot.ts';
import { TRANSPORT_NUMBERS } from '../../text/transport.ts';
import { left } from './printf.ts';

/** Counters of `conntrack -S` in its order. */
const COUNTERS = [
  'found',
  'invalid',
  'insert',
  'insert_failed',
  'drop',
  'early_drop',
  'error',
  'search_restart',
  'clash_resolve',
  'chaintoolong',
] as const;

/** `conntrack -L`: standard output. */
export function conntrackL({ conntracks }: Snapshot): string {
  return conntracks.map((entry) => `${flow(entry)}\n`).join('');
}

/** The line that `conntrack -L` writes to standard error after the entries. */
export function conntrackLFooter({ conntracks }: Snapshot): string {
  return `conntrack v1.4.7 (conntrack-tools): ${conntracks.length} flow entries have been shown.\n`;
}

/** `conntrack -S`: one line per CPU, of which the model has one. */
export function conntrackS({ conntrackStats }: Snapshot): string {
  const counters = COUNTERS.map((name) => `${name}=${conntrackStats[name] ?? 0} `).join('');
  return `cpu=${left(0, 4)}\t${counters}\n`;
}

function flow(entry: ConntrackSnapshot): string {
  const { protocol, state, timeout_s, original, reply, assured, unreplied } = entry;
  return (
    `${left(protocol, 8)} ${TRANSPORT_NUMBERS[protocol]} ${timeout_s} ` +
    (state === '' ? '' : `${state} `) +
    `${tuple(original)} ${unreplied ? '[UNREPLIED] ' : ''}${tuple(reply)} ${assured ? '[ASSURED] ' : ''}mark=0 use=1`
  );
}

function tuple({ source, destination, sourcePort, destinationPort }: Tuple): string {
  return `src=${source} dst=${destination} sport=${sourcePort} dport=${destinationPort}`;
}
