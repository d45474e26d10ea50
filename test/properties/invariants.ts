/** What must hold of a director between any two events. Each check throws with the name of what it found broken. */
import type { Director } from '../../src/kernel/director.ts';
import {
  CONN_F_RENAMED,
  IP_VS_CONN_F_HASHED,
  IP_VS_CONN_F_INACTIVE,
  IP_VS_CONN_F_TEMPLATE,
} from '../../src/kernel/ipvs/ip_vs_flags.ts';
import { IPPROTO_TCP } from '../../src/kernel/sk_buff.ts';

function must(holds: boolean, invariant: string): void {
  if (!holds) throw new Error(`broken: ${invariant}`);
}

export function checkDirector(director: Director): void {
  const entries = hashedEntries(director);
  checkCounters(director, entries);
  checkTimers(director, entries);
  checkTemplates(director, entries);
  checkLookups(director, entries);
  checkConntracks(director);
}

function hashedEntries({ net: { conns } }: Director): number[] {
  const entries: number[] = [];
  for (let cp = 0; cp < conns.used; cp++) {
    if ((conns.flags[cp]! & IP_VS_CONN_F_HASHED) !== 0) entries.push(cp);
  }
  return entries;
}

/** Counters of destinations are what counting the table gives. */
function checkCounters({ net }: Director, entries: readonly number[]): void {
  const { conns, dests, services, virtuals, tcp } = net;
  must(conns.count === entries.length, 'conn_count is the number of entries');
  const counts = dests.map(() => ({ active: 0, inactive: 0, persistent: 0, references: 0 }));
  for (const cp of entries) {
    const count = counts[conns.dest[cp]!]!;
    count.references++;
    const flags = conns.flags[cp]!;
    if ((flags & IP_VS_CONN_F_TEMPLATE) !== 0) {
      count.persistent++;
      continue;
    }
    const isTcp = virtuals[conns.virtual[cp]!]!.protocol === IPPROTO_TCP;
    const active = isTcp && tcp.isActive(conns.state[cp]!);
    must(active === ((flags & IP_VS_CONN_F_INACTIVE) === 0), 'an entry is counted as its state says');
    if (active) count.active++;
    else count.inactive++;
  }
  for (const [i, dest] of dests.entries()) {
    must(dest.activeconns === counts[i]!.active, 'ActiveConn is the number of active entries');
    must(dest.inactconns === counts[i]!.inactive, 'InActConn is the number of inactive entries');
    must(dest.persistconns === counts[i]!.persistent, 'PersistConn is the number of templates');
    const { references } = counts[i]!;
    // lblc and lblcr remember destinations.
    const isRemembered = /^lblcr?$/u.test(services[dest.service]!.schedulerName);
    const isRight = isRemembered ? dest.refcount >= references : dest.refcount === references;
    must(isRight, 'a destination is referred to by its entries only');
  }
}

/** Every entry has one timer, which is neither later than its timeout allows nor forgotten. */
function checkTimers({ net: { conns, timers, features } }: Director, entries: readonly number[]): void {
  must(timers.pendingCount === entries.length, 'there is one timer for each entry');
  for (const cp of entries) {
    must(timers.isPending(cp), 'every entry has its timer');
    const timeout = conns.timeout[cp]!;
    // apply_slack(): up to 1/256 late by intention; buckets of later kernels: up to 8/63 of the delay, or a jiffy.
    const slack = features.lateTimers ? 0 : Math.ceil(timeout / 256);
    const lateness = features.lateTimers ? Math.ceil((timeout * 8) / 63) + 1 : 1;
    must(timers.remaining(cp) <= timeout + slack, 'no timer is set beyond the timeout');
    must(timers.remaining(cp) >= -lateness, 'no entry outlives its timeout by more than its bucket is late');
  }
}

/** n_control is the number of children, and only templates have some. */
function checkTemplates({ net: { conns } }: Director, entries: readonly number[]): void {
  const children = new Map<number, number>();
  for (const cp of entries) {
    const template = conns.control[cp]!;
    if (template === -1) continue;
    children.set(template, (children.get(template) ?? 0) + 1);
    must(entries.includes(template), 'the template of an entry is in the table');
    must((conns.flags[template]! & IP_VS_CONN_F_TEMPLATE) !== 0, 'what controls an entry is a template');
  }
  for (const cp of entries)
    must(conns.n_control[cp] === (children.get(cp) ?? 0), 'n_control counts the children');
}

/** A lookup by an entry's own addresses finds an entry with these addresses. */
function checkLookups({ net: { conns } }: Director, entries: readonly number[]): void {
  for (const cp of entries) {
    // A renamed template is left to time out, and nobody finds it.
    if ((conns.flags[cp]! & CONN_F_RENAMED) !== 0) continue;
    const key = (at: number) => `${conns.virtual[at]} ${conns.caddr[at]}:${conns.cport[at]}`;
    const found = conns.inGet(conns.virtual[cp]!, conns.caddr[cp]!, conns.cport[cp]!);
    must(found !== -1 && key(found) === key(cp), 'every entry is found by its addresses');
  }
}

/** Tuples are unique and found; nothing but what is in the table exists while no packet is under way. */
function checkConntracks({ net: { conntracks: table } }: Director): void {
  const tuples = new Set<string>();
  let confirmed = 0;
  let busy = 0;
  for (let ct = 0; ct < table.used; ct++) {
    if (!table.isConfirmed(ct)) continue;
    confirmed++;
    const protocol = table.protocol[ct]!;
    if (protocol === IPPROTO_TCP && table.rest[ct] === 0) busy++;
    const both = [
      [table.origSaddr[ct]!, table.origSport[ct]!, table.origDaddr[ct]!, table.origDport[ct]!],
      [table.replySaddr[ct]!, table.replySport[ct]!, table.replyDaddr[ct]!, table.replyDport[ct]!],
    ] as const;
    for (const [direction, tuple] of both.entries()) {
      const text = `${protocol} ${tuple.join(' ')}`;
      must(!tuples.has(text), 'no two conntracks share a tuple');
      tuples.add(text);
      must(
        table.find(protocol, ...tuple) === ct * 2 + direction,
        'every conntrack is found by both its tuples',
      );
    }
  }
  must(table.count === confirmed, 'every conntrack in existence is in the table');
  must(table.tracks.live === busy, 'every TCP flow that is not at rest has a track, and nobody else');
}
