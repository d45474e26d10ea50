/**
 * What IPVS tells an observer of its decisions: values that people know from ipvsadm and sysctl, and no number
 * that is only ours. Called only while there is a tap.
 */
import { SECOND_NS } from '../../engine/clock.ts';
import type { AddressBook } from '../../text/address_book.ts';
import type { Net } from '../net.ts';
import type { EntryFlow } from '../tap.ts';
import { type IpVsDest, isEligible } from './ip_vs_dest.ts';
import type { IpVsService } from './ip_vs_service.ts';
import { stateName } from './ip_vs_states.ts';

/** What the port-reuse block of ip_vs_in() did with a SYN that met an entry, and what made it do so. */
export interface ReuseTold {
  readonly branch: 'keep' | 'drop' | 'reschedule';
  /** The setting that decides, `state` where the entry's state does, `kernel` where there is no choice yet. */
  readonly because: 'conn_reuse_mode' | 'expire_nodest_conn' | 'state' | 'kernel';
  /** Left out where nobody looked. */
  readonly usesConntrack?: boolean;
}

export function tellReuse(net: Net, cp: number, skb: number, told: ReuseTold): void {
  const { conns, timers } = net;
  const left = timers.remaining(cp);
  net.tap?.decision('ip_vs_in', told.branch, skb, {
    because: told.because,
    ...server(net.book, net.dests[conns.dest[cp]!]!),
    state: stateName(net.virtuals[conns.virtual[cp]!]!.protocol, conns.state[cp]!),
    expires_s: left / timers.hz,
    ...(left <= 0 ? { overdue: 1 } : {}),
    ...(conns.n_control[cp] === 0 ? {} : { n_control: conns.n_control[cp]! }),
    ...(told.because === 'kernel' ? {} : { conn_reuse_mode: net.sysctl.conn_reuse_mode }),
    ...(told.usesConntrack === undefined ? {} : { conntrack: told.usesConntrack ? 'in use' : 'not in use' }),
  });
}

/** The entry's real server has been deleted from its service. */
export function tellDeleted(net: Net, cp: number, skb: number, drops: boolean): void {
  const { conns, sysctl } = net;
  net.tap?.decision('ip_vs_in', drops ? 'drop' : 'reschedule', skb, {
    because: 'server deleted',
    ...server(net.book, net.dests[conns.dest[cp]!]!),
    expire_nodest_conn: sysctl.expire_nodest_conn,
  });
}

/** A packet that may open no connection and belongs to none. */
export function tellNoEntry(net: Net, skb: number): void {
  net.tap?.decision('ip_vs_in', 'no entry', skb, { because: 'only a SYN opens one' });
}

export function tellScheduled(net: Net, skb: number, service: IpVsService, dest: IpVsDest | null): void {
  net.tap?.decision('ip_vs_schedule', dest === null ? 'no destination' : 'new entry', skb, {
    scheduler: service.schedulerName,
    ...(dest === null ? usable(service) : server(net.book, dest)),
  });
}

/** Real servers that would have taken what a scheduler has refused, by a hash or for ovf's limit. */
function usable({ destinations }: IpVsService): { usable?: number } {
  const { length } = destinations.filter(isEligible);
  return length === 0 ? {} : { usable: length };
}

/** A persistent service: the client's template decides, be it old or made for this packet. */
export function tellTemplate(net: Net, skb: number, isNew: boolean, dest: IpVsDest): void {
  const branch = isNew ? 'new template' : 'template';
  net.tap?.decision('ip_vs_sched_persist', branch, skb, server(net.book, dest));
}

/** The scheduler had nobody for a template. */
export function tellNoTemplate(net: Net, skb: number, service: IpVsService): void {
  const others = usable(service);
  const values = others.usable === undefined ? {} : { scheduler: service.schedulerName, ...others };
  net.tap?.decision('ip_vs_sched_persist', 'no destination', skb, values);
}

const flow: EntryFlow = { caddr: 0, cport: 0, vaddr: 0, vport: 0 };

/** An entry's timer has been started anew. */
export function tellEntry(net: Net, cp: number, kind: number): void {
  const { conns, timers } = net;
  const virtual = net.virtuals[conns.virtual[cp]!]!;
  flow.caddr = conns.caddr[cp]! >>> 0;
  flow.cport = conns.cport[cp]!;
  flow.vaddr = virtual.addr >>> 0;
  flow.vport = virtual.port;
  net.tap?.entry(cp, flow, kind, (timers.remaining(cp) / timers.hz) * SECOND_NS);
}

function server(book: AddressBook, { addr, port, weight }: IpVsDest): { server: string; weight: number } {
  return { server: book.formatEndpoint(addr, port), weight };
}
