/** An idle connection whose entry has run out. */

import type { FactOf } from '../../evidence/fact.ts';
import { count } from '../../report/numbers.ts';
import { besideCount, type Hypothesis } from '../hypothesis.ts';
import type { Seen } from '../seen.ts';

/** What the kernel has where nobody called ipvsadm --set. */
const DEFAULT_TIMEOUT_S = 900;
/** More show nothing that these do not. */
const MOST_WORKERS = 200;

export const IDLE_ENTRY: Hypothesis = {
  name: 'idle-entry',
  title: 'an idle connection outlives its entry (RST after the tcp timeout)',
  weigh(seen, scales) {
    const reset = seen.errors('reset');
    const timeout = seen.sysctl('net.ipv4.vs.timeout.tcp');
    const keepalive = seen.sysctl('net.ipv4.tcp_keepalive_time', 'client');
    const open = openSockets(seen);
    const entries = seen.entries.filter(({ protocol }) => protocol === 'tcp');
    if (reset !== null)
      scales.speaksFor('hint', reset.at, `connections were reset ${count(reset.value)} times`);
    for (const { count: number, least_s, at } of seen.all('idle resets'))
      scales.speaksFor(
        'sign',
        at,
        `${count(number)} connections were reset at the first packet after a pause, the shortest ${count(least_s)} s`,
      );
    const [socket] = open;
    const isListed = entries.length > 0 || seen.all('listing').length > 0;
    if (socket === undefined || !isListed)
      scales.lacks(
        'ss -tan   # at the client, and at the same time at the director: ipvsadm -Lnc',
        'connections that are open and have no entry',
      );
    else {
      const sockets = open
        .filter(({ peer }) => peer === socket.peer)
        .reduce((sum, fact) => sum + fact.count, 0);
      const known = entries
        .filter(({ service, state }) => service === socket.peer && state === 'ESTABLISHED')
        .reduce((sum, fact) => sum + fact.count, 0);
      const words = `${count(sockets)} open connections to ${socket.peer}, and ${count(known)} entries in ESTABLISHED`;
      if (known < sockets) scales.speaksFor('sign', socket.at, words);
      else scales.speaksAgainst('proof', socket.at, words);
    }
    const timeout_s = timeout?.value ?? DEFAULT_TIMEOUT_S;
    const at = keepalive?.at ?? timeout?.at;
    if (timeout === null) scales.lacks('ipvsadm -l --timeout', 'after how long an idle entry goes');
    if (keepalive === null || at === undefined)
      scales.lacks('sysctl net.ipv4.tcp_keepalive_time   # at the client', 'whether probes come in time');
    else if (reset === null && socket === undefined) return;
    else if (keepalive.value >= timeout_s)
      scales.speaksFor(
        'hint',
        at,
        `keepalive begins after ${keepalive.value} s, entries go after ${timeout_s} s`,
      );
    else
      scales.speaksAgainst(
        'hint',
        at,
        `keepalive begins after ${keepalive.value} s, before entries go (${timeout_s} s)`,
      );
  },
  stage(seen) {
    const timeout_s = seen.sysctl('net.ipv4.vs.timeout.tcp')?.value ?? DEFAULT_TIMEOUT_S;
    const open = openSockets(seen);
    const number = open.reduce((sum, fact) => sum + fact.count, 0);
    return {
      duration_s: timeout_s + 100,
      ...(open[0] === undefined ? {} : { service: `tcp:${open[0].peer}` }),
      client: {
        load: `concurrency: ${Math.min(MOST_WORKERS, Math.max(1, number))}`,
        lines: ['keepAlive: true', `thinkTime: ${timeout_s + 60}s`],
      },
    };
  },
  beside: (seen, { errors }) =>
    besideCount('connections reset', seen.errors('reset'), errors.ECONNRESET ?? 0),
};

/** Of clients, to services of the table. */
function openSockets(seen: Seen): readonly FactOf<'sockets'>[] {
  return seen
    .allAt('sockets', 'client')
    .filter(({ state, peer }) => state === 'ESTAB' && seen.hasService('tcp', peer));
}
