/** ip_vs_ctl.c: what ipvsadm does to services and destinations, and the trash where deleted ones wait. */

import type { RandomStream } from '../../engine/random.ts';
import { isIpv6Number } from '../../text/address_book.ts';
import type { Net } from '../net.ts';
import { createScheduler } from '../sched/ip_vs_sched.ts';
import { IPPROTO_IP } from '../sk_buff.ts';
import { ip_vs_conn_del, ip_vs_conn_flush } from './ip_vs_conn.ts';
import {
  type ForwardingMethod,
  type IpVsDest,
  ip_vs_dest_update_overload,
  NOT_IDLE,
  newDest,
} from './ip_vs_dest.ts';
import { IP_VS_CONN_F_HASHED } from './ip_vs_flags.ts';
import type { IpVsScheduler, IpVsService } from './ip_vs_service.ts';
import type { IpVsVirtual } from './ip_vs_virtual.ts';
import { newStats } from './stats.ts';

/** IP_VS_DEST_TRASH_PERIOD: an idle destination is freed after this long. */
const TRASH_PERIOD_S = 120;

/** What clients address. */
export interface VirtualAddress {
  readonly protocol: number;
  readonly address: number;
  readonly port: number;
}

/** A service by firewall mark: a rule of the mangle table marks the packets to these addresses. */
export interface MarkedAddresses {
  /** Not 0. */
  readonly fwmark: number;
  readonly targets: readonly VirtualAddress[];
}

export type ServiceConfig = Scheduling & (VirtualAddress | MarkedAddresses);

interface Scheduling {
  readonly scheduler: string;
  readonly schedulerFlags: readonly string[];
  /** Seconds; 0 for no persistence. */
  readonly persistent_s: number;
  /** Clients of one network, of IPv6 of a prefix of this length, share a template; default: each has its own. */
  readonly netmask?: number;
  readonly onePacket: boolean;
  /** Whether the director has the addresses itself; default true. */
  readonly addressIsLocal?: boolean;
  /** TencentOS's IPVS-BPF; default false. */
  readonly aheadOfConntrack?: boolean;
  readonly noRouteToHostFix?: boolean;
}

export interface RealServerConfig {
  readonly address: number;
  readonly port: number;
  readonly weight: number;
  readonly forward: ForwardingMethod;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
}

/** ip_vs_add_service() */
export function ip_vs_add_service(net: Net, config: ServiceConfig, random: RandomStream): IpVsService {
  const { timers } = net;
  const isMarked = 'fwmark' in config;
  const isIpv6 = isIpv6Number(isMarked ? config.targets[0]!.address : config.address);
  const own = isMarked
    ? { protocol: IPPROTO_IP, address: markAddress(net, config.fwmark, isIpv6), port: 0 }
    : config;
  const service: IpVsService = {
    index: net.services.length,
    isIpv6,
    fwmark: isMarked ? config.fwmark : 0,
    protocol: own.protocol,
    addr: own.address | 0,
    port: own.port,
    templates: net.virtuals.length,
    schedulerName: config.scheduler,
    schedulerFlags: config.schedulerFlags,
    scheduler: newScheduler(net, config, random),
    timeout: config.persistent_s * timers.hz,
    netmask: config.netmask ?? -1,
    onePacket: config.onePacket,
    aheadOfConntrack: config.aheadOfConntrack ?? false,
    noRouteToHostFix: config.noRouteToHostFix ?? false,
    destinations: [],
    stats: newStats(),
  };
  net.services.push(service);
  const first = addVirtual(net, service, own);
  const met = isMarked ? config.targets.map((target) => addVirtual(net, service, target)) : [first];
  for (const virtual of met) net.serviceTable.hash(virtual, config.addressIsLocal ?? true);
  if (service.aheadOfConntrack) net.hasEarlyServices = true;
  return service;
}

/** The virtual address of templates in ip_vs_sched_persist(): the mark is its first word, of IPv6 the others are zero. */
function markAddress({ book }: Net, fwmark: number, isIpv6: boolean): number {
  return isIpv6 ? book.numberOf([fwmark, 0, 0, 0]) : fwmark;
}

/** ip_vs_bind_scheduler() */
function newScheduler(
  net: Net,
  { scheduler, schedulerFlags }: Pick<Scheduling, 'scheduler' | 'schedulerFlags'>,
  random: RandomStream,
): IpVsScheduler {
  const { timers, features } = net;
  return createScheduler(scheduler, {
    flags: schedulerFlags,
    totalConns: features.totalConns,
    hashUpperBits: features.hashUpperBits,
    fold: (address) => net.book.fold(address),
    random,
    drawn: (destinations) => net.chance.drawn(destinations),
    jiffies: () => timers.jiffies,
    hz: timers.hz,
    sysctl: net.sysctl,
    delayed: net.delayed,
  });
}

/**
 * What is left of IPVS when a node has booted and its services have been made again: the same destinations in the same
 * order with the weights that they have, schedulers that have picked nobody yet, and counters of 0.
 */
export function ip_vs_boot(net: Net, random: RandomStream): void {
  ip_vs_conn_flush(net);
  net.trash.splice(0);
  net.stats = newStats();
  for (const dest of net.dests) dest.stats = newStats();
  for (const service of net.services) {
    const { schedulerName: scheduler, schedulerFlags, destinations } = service;
    service.stats = newStats();
    service.scheduler = newScheduler(net, { scheduler, schedulerFlags }, random);
    service.scheduler.changed?.(destinations, null, -1);
  }
}

function addVirtual(
  net: Net,
  service: IpVsService,
  { protocol, address, port }: VirtualAddress,
): IpVsVirtual {
  const keepsPort = service.fwmark !== 0 && service.timeout !== 0;
  const virtual = { index: net.virtuals.length, protocol, addr: address | 0, port, service, keepsPort };
  net.virtuals.push(virtual);
  return virtual;
}

/**
 * ip_vs_add_dest(): the new destination goes to the head of the list. One that waits in the trash comes back
 * with its counters and its connections. Throws RangeError where the kernel answers EEXIST.
 */
export function ip_vs_add_dest(net: Net, service: IpVsService, config: RealServerConfig): IpVsDest {
  if (ip_vs_lookup_dest(service, config.address, config.port) !== null) {
    throw new RangeError('the service lists this destination already');
  }
  const revived = net.trash.findIndex(
    (dest) =>
      dest.service === service.index && dest.addr === (config.address | 0) && dest.port === config.port,
  );
  const dest =
    revived === -1
      ? newDest(net.dests.length, service.index, config.address | 0, config.port, config.forward)
      : net.trash.splice(revived, 1)[0]!;
  if (revived === -1) net.dests.push(dest);
  dest.available = true;
  dest.lastWeight = config.weight;
  dest.u_threshold = config.upperThreshold;
  dest.l_threshold = config.lowerThreshold;
  dest.weight = config.weight;
  ip_vs_dest_update_overload(dest);
  service.destinations.unshift(dest);
  service.scheduler.changed?.(service.destinations, null, -1);
  return dest;
}

/** ip_vs_lookup_dest(): the listed destination with this address, or null. */
export function ip_vs_lookup_dest(service: IpVsService, addr: number, port: number): IpVsDest | null {
  return service.destinations.find((dest) => dest.addr === (addr | 0) && dest.port === port) ?? null;
}

/** ip_vs_edit_dest(), for the weight. */
export function ip_vs_set_weight(service: IpVsService, dest: IpVsDest, weight: number): void {
  dest.weight = weight;
  if (weight !== 0) dest.lastWeight = weight;
  service.scheduler.changed?.(service.destinations, null, -1);
}

/** ip_vs_del_dest(): out of the list and into the trash, for as long as connections refer to it and a while. */
export function ip_vs_del_dest(net: Net, service: IpVsService, dest: IpVsDest): void {
  const at = service.destinations.indexOf(dest);
  dest.available = false;
  service.destinations.splice(at, 1);
  service.scheduler.changed?.(service.destinations, dest, at);
  if (net.trash.length === 0) armTrash(net);
  dest.idleStart = NOT_IDLE;
  net.trash.unshift(dest);
  // ip_vs_enqueue_expire_nodest_conns() (v5.9): the sweep is delayed work, due one jiffy later.
  if (net.features.nodestReschedules && net.sysctl.expire_nodest_conn !== 0) {
    net.expireNodestConnWork.mod(1);
  }
}

function armTrash(net: Net): void {
  net.destTrashTimer.mod((TRASH_PERIOD_S / 2) * net.timers.hz);
}

/** ip_vs_dest_trash_expire(): every minute; frees what has been idle for two. */
export function ip_vs_dest_trash_expire(net: Net): void {
  const now = net.timers.jiffies;
  const kept = net.trash.filter((dest) => {
    if (dest.refcount > 0) return true;
    if (dest.idleStart === NOT_IDLE) {
      dest.idleStart = now;
      return true;
    }
    return now - dest.idleStart < TRASH_PERIOD_S * net.timers.hz;
  });
  net.trash.splice(0, net.trash.length, ...kept);
  if (kept.length > 0) armTrash(net);
}

/** ip_vs_expire_nodest_conn_flush() (v5.9): every entry of a deleted destination goes, then its lonely template. */
export function ip_vs_expire_nodest_conn_flush(net: Net): void {
  const { conns } = net;
  for (let cp = 0; cp < conns.used; cp++) {
    if ((conns.flags[cp]! & IP_VS_CONN_F_HASHED) === 0) continue;
    if (net.dests[conns.dest[cp]!]!.available || conns.n_control[cp] !== 0) continue;
    const template = conns.control[cp]!;
    ip_vs_conn_del(net, cp);
    if (template !== -1 && conns.n_control[template] === 0) ip_vs_conn_del(net, template);
  }
}
