/**
 * net/netfilter/ipvs/ip_vs_conn.c: the connection table, as columns of typed arrays. An entry is a slot
 * number; the same number is its timer in the director's wheel. Lookup and life cycle of entries are
 * functions below the table; who calls them is ip_vs_core.ts.
 */
import { mixNear, NEAR_BITS, NO_NODE } from '../../engine/hash_chains.ts';
import { makeTable } from '../../engine/table.ts';
import type { Net } from '../net.ts';
import { IPPROTO_TCP, IPPROTO_UDP } from '../sk_buff.ts';
import { type IpVsDest, ip_vs_dest_update_overload } from './ip_vs_dest.ts';
import {
  CONN_F_RENAMED,
  IP_VS_CONN_F_FWD_MASK,
  IP_VS_CONN_F_HASHED,
  IP_VS_CONN_F_INACTIVE,
  IP_VS_CONN_F_MASQ,
  IP_VS_CONN_F_NFCT,
  IP_VS_CONN_F_ONE_PACKET,
  IP_VS_CONN_F_TEMPLATE,
} from './ip_vs_flags.ts';
import { ip_vs_conn_drop_conntrack } from './ip_vs_nfct.ts';
import { IP_VS_TCP_STATE_NAMES } from './ip_vs_tcp_states.ts';
import { tellEntry } from './ip_vs_tell.ts';
import { destPort, type IpVsVirtual } from './ip_vs_virtual.ts';
import { startCounting } from './stats.ts';

/** State bit of a template whose child was established (IP_VS_CTPL_S_ASSURED). */
export const IP_VS_CTPL_S_ASSURED = 1;

/** What an entry is: the states of TCP by their numbers, then UDP's only one, then persistence templates, then SCTP's all together. */
export const ENTRY_KINDS = [...IP_VS_TCP_STATE_NAMES, 'UDP', 'TEMPLATE', 'SCTP'] as const;
const KIND_UDP = ENTRY_KINDS.indexOf('UDP');
const KIND_TEMPLATE = ENTRY_KINDS.indexOf('TEMPLATE');
const KIND_SCTP = ENTRY_KINDS.indexOf('SCTP');

function kindOf(net: Net, cp: number): number {
  const { conns } = net;
  if ((conns.flags[cp]! & IP_VS_CONN_F_TEMPLATE) !== 0) return KIND_TEMPLATE;
  const { protocol } = net.virtuals[conns.virtual[cp]!]!;
  if (protocol === IPPROTO_TCP) return conns.state[cp]!;
  return protocol === IPPROTO_UDP ? KIND_UDP : KIND_SCTP;
}

const columns = {
  caddr: Int32Array,
  cport: Uint16Array,
  /** Index into net.virtuals: protocol, virtual address and virtual port. */
  virtual: Uint16Array,
  state: Uint8Array,
  flags: Uint16Array,
  /** Index into net.dests, -1 for none. */
  dest: Int16Array,
  /** Jiffies; what the timer is restarted with. */
  timeout: Uint32Array,
  /** The template (or FTP control connection) this entry belongs to, -1 for none. */
  control: Int32Array,
  /** How many entries this one controls: at most one for each source port of its client. */
  n_control: Uint16Array,
  /** Packets in, saturating at 255: only ip_vs_random_dropentry() looks, and only at small numbers. */
  in_pkts: Uint8Array,
};

/** Chains of two on average cost less time than twice the buckets cost cache. */
export class IpVsConnTable extends makeTable(columns, { nodes: 1, rowsPerBucket: 2 }) {
  /** Entries in the table, templates included (ipvs->conn_count). */
  count = 0;
  /** The same by what they are: a TCP state, or one of the two numbers after them. */
  readonly byKind = new Int32Array(ENTRY_KINDS.length);
  /** Chain steps of all lookups so far: the benchmark guard's measure of the hash. */
  probes = 0;

  /** ip_vs_conn_hash(): the newest entry of a chain is found first. */
  hash(cp: number): void {
    this.chains.add(cp, this.hashOf(cp));
    this.flags[cp]! |= IP_VS_CONN_F_HASHED;
  }

  unhash(cp: number): void {
    this.chains.remove(cp, this.hashOf(cp));
    this.flags[cp]! &= ~IP_VS_CONN_F_HASHED;
  }

  /**
   * __ip_vs_conn_in_get(): the entry of a packet from caddr:cport to a service's address; with cport 0, the persistence
   * template (ip_vs_ct_in_get), unless it has been renamed. -1 if there is none.
   */
  inGet(virtual: number, caddr: number, cport: number): number {
    const chains = this.chains;
    for (let cp = chains.first(flowHash(caddr, cport)); cp !== NO_NODE; cp = chains.next(cp)) {
      this.probes++;
      if (
        this.cport[cp] === cport &&
        this.caddr[cp] === caddr &&
        this.virtual[cp] === virtual &&
        (this.flags[cp]! & CONN_F_RENAMED) === 0
      ) {
        return cp;
      }
    }
    return NO_NODE;
  }

  /**
   * ip_vs_conn_out_get(): the entry of a packet from saddr:sport to the client caddr:cport. With
   * masquerading the packet comes from the real server, otherwise from the virtual address. The chain is the
   * client's in both directions.
   */
  outGet(net: Net, protocol: number, saddr: number, sport: number, caddr: number, cport: number): number {
    const chains = this.chains;
    for (let cp = chains.first(flowHash(caddr, cport)); cp !== NO_NODE; cp = chains.next(cp)) {
      this.probes++;
      if (this.cport[cp] !== cport || this.caddr[cp] !== caddr) continue;
      const virtual = net.virtuals[this.virtual[cp]!]!;
      if (virtual.protocol !== protocol) continue;
      if ((this.flags[cp]! & IP_VS_CONN_F_FWD_MASK) !== IP_VS_CONN_F_MASQ) {
        if (virtual.port === sport && virtual.addr === saddr) return cp;
      } else {
        const dest = net.dests[this.dest[cp]!]!;
        if (dest.addr === saddr && destPort(virtual, dest) === sport) return cp;
      }
    }
    return NO_NODE;
  }

  protected hashOf(cp: number): number {
    return flowHash(this.caddr[cp]!, this.cport[cp]!);
  }
}

function flowHash(caddr: number, cport: number): number {
  return mixNear(caddr, cport & ~NEAR_BITS, 0, cport);
}

/**
 * ip_vs_conn_new(): an entry in state NONE, bound to its destination and hashed. Its timer starts when the
 * packet that made it has been forwarded.
 */
export function ip_vs_conn_new(
  net: Net,
  virtual: IpVsVirtual,
  caddr: number,
  cport: number,
  flags: number,
  dest: IpVsDest,
): number {
  const { conns } = net;
  if (conns.count >= net.sysctl.conn_max) return NO_NODE;
  const cp = conns.take();
  conns.virtual[cp] = virtual.index;
  conns.caddr[cp] = caddr;
  conns.cport[cp] = cport;
  conns.state[cp] = 0;
  conns.control[cp] = NO_NODE;
  conns.n_control[cp] = 0;
  conns.in_pkts[cp] = 0;
  conns.timeout[cp] = 3 * net.timers.hz;
  const tracked = net.sysctl.conntrack !== 0 && !virtual.service.aheadOfConntrack;
  conns.flags[cp] = tracked ? flags | IP_VS_CONN_F_NFCT : flags;
  conns.count++;
  conns.byKind[kindOf(net, cp)]!++;
  ip_vs_bind_dest(net, cp, dest);
  if ((flags & IP_VS_CONN_F_ONE_PACKET) === 0) conns.hash(cp);
  return cp;
}

/** ip_vs_conn_put(): the packet is done with its entry, whose timer starts anew. */
export function ip_vs_conn_put(net: Net, cp: number): void {
  const { conns } = net;
  if ((conns.flags[cp]! & IP_VS_CONN_F_ONE_PACKET) !== 0) {
    ip_vs_conn_expire(net, cp);
    return;
  }
  net.timers.mod(cp, net.timers.jiffies + conns.timeout[cp]!);
  if (net.tap !== null) tellEntry(net, cp, kindOf(net, cp));
}

/**
 * ip_vs_conn_expire_now(): only a timer that is pending and whose time has not come yet is moved. An entry
 * that waits, overdue, in a late bucket is left there; SYNs are then dropped until the bucket is run.
 */
export function ip_vs_conn_expire_now(net: Net, cp: number): void {
  const { timers } = net;
  if (timers.isPending(cp) && timers.remaining(cp) > 0) timers.modPending(cp, timers.jiffies);
}

/** ip_vs_conn_expire(): the timer's function, and the end of a one-packet entry. */
export function ip_vs_conn_expire(net: Net, cp: number): void {
  const { conns, timers } = net;
  if (conns.n_control[cp] !== 0) {
    conns.timeout[cp] = 60 * timers.hz;
    timers.mod(cp, timers.jiffies + conns.timeout[cp]!);
    return;
  }
  const flags = conns.flags[cp]!;
  if ((flags & IP_VS_CONN_F_HASHED) !== 0) conns.unhash(cp);
  timers.del(cp);
  const template = conns.control[cp]!;
  if (template !== NO_NODE) release_control(net, cp, template);
  if ((flags & IP_VS_CONN_F_NFCT) !== 0 && (flags & IP_VS_CONN_F_ONE_PACKET) === 0) {
    ip_vs_conn_drop_conntrack(net, cp);
  }
  ip_vs_unbind_dest(net, cp);
  conns.count--;
  conns.byKind[kindOf(net, cp)]!--;
  if (net.tap !== null) net.tap.entryOver(cp);
  conns.flags[cp] = 0;
  conns.release(cp);
}

/**
 * ip_vs_control_del(). From v4.19 on, a child that is expired with timeout 0 (it was swept away or dropped,
 * see ip_vs_conn_del) takes its template along, unless others use it or it was ever assured.
 */
function release_control(net: Net, cp: number, template: number): void {
  const { conns } = net;
  conns.control[cp] = NO_NODE;
  conns.n_control[template]!--;
  if (
    net.features.assuredTemplates &&
    conns.timeout[cp] === 0 &&
    conns.n_control[template] === 0 &&
    (conns.state[template]! & IP_VS_CTPL_S_ASSURED) === 0
  ) {
    ip_vs_conn_del(net, template);
  }
}

/** ip_vs_conn_del(): expires the entry at once if its timer was pending. */
export function ip_vs_conn_del(net: Net, cp: number): void {
  const { conns, timers } = net;
  if (!timers.del(cp)) return;
  if (conns.control[cp] !== NO_NODE) conns.timeout[cp] = 0;
  ip_vs_conn_expire(net, cp);
}

/** ip_vs_conn_flush(): every entry goes, a template after the last of its connections. */
export function ip_vs_conn_flush(net: Net): void {
  const { conns } = net;
  for (let cp = 0; cp < conns.used; cp++) {
    if ((conns.flags[cp]! & IP_VS_CONN_F_HASHED) === 0 || conns.n_control[cp] !== 0) continue;
    const template = conns.control[cp]!;
    ip_vs_conn_del(net, cp);
    if (template !== NO_NODE && conns.n_control[template] === 0) ip_vs_conn_del(net, template);
  }
}

/**
 * ip_vs_check_template(): whether the template's destination may still be used. If not, the template is
 * renamed so that no client finds it, and left to time out.
 */
export function ip_vs_check_template(net: Net, template: number): boolean {
  const { conns } = net;
  const dest = net.dests[conns.dest[template]!]!;
  const quiescent = net.sysctl.expire_quiescent_template !== 0 && dest.weight === 0;
  if (dest.available && !quiescent) return true;
  conns.flags[template]! |= CONN_F_RENAMED;
  return false;
}

/** ip_vs_control_add(). */
export function ip_vs_control_add(net: Net, cp: number, template: number): void {
  net.conns.control[cp] = template;
  net.conns.n_control[template]!++;
}

/** ip_vs_control_assure_ct() (v4.19): the first established child assures its template. */
export function ip_vs_control_assure_ct(net: Net, cp: number): void {
  const template = net.conns.control[cp]!;
  if (template !== NO_NODE && net.features.assuredTemplates) {
    net.conns.state[template]! |= IP_VS_CTPL_S_ASSURED;
  }
}

/** ip_vs_bind_dest(): the entry inherits the destination's method and is counted there, inactive at first. */
function ip_vs_bind_dest(net: Net, cp: number, dest: IpVsDest): void {
  const { conns } = net;
  if (!dest.counts) startCounting(net, dest);
  conns.dest[cp] = dest.index;
  dest.refcount++;
  const isTemplate = (conns.flags[cp]! & IP_VS_CONN_F_TEMPLATE) !== 0;
  conns.flags[cp]! |= dest.connFlags | IP_VS_CONN_F_INACTIVE;
  if (isTemplate) {
    dest.persistconns++;
    return;
  }
  dest.inactconns++;
  ip_vs_dest_update_overload(dest);
}

/** ip_vs_unbind_dest(). */
function ip_vs_unbind_dest(net: Net, cp: number): void {
  const { conns } = net;
  const dest = net.dests[conns.dest[cp]!]!;
  const flags = conns.flags[cp]!;
  if ((flags & IP_VS_CONN_F_TEMPLATE) !== 0) {
    dest.persistconns--;
  } else {
    if ((flags & IP_VS_CONN_F_INACTIVE) !== 0) dest.inactconns--;
    else dest.activeconns--;
    ip_vs_dest_update_overload(dest);
  }
  dest.refcount--;
}
