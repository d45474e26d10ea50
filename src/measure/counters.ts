/** Everything that only grows, read off the network at one instant; a row of the series is a difference of two. */
import { DROP_REASONS, type DropReason } from '../kernel/drop_reason.ts';
import { ERRNO_NAMES } from '../kernel/ipv4/tcp_states.ts';
import type { Network } from '../network/network.ts';

const index = (reason: DropReason): number => DROP_REASONS.indexOf(reason);
const LINK_LOSS = index('link_loss');
const BACKLOG_FULL = index('backlog_full');
const UNREACHABLE = index('unreachable');
const MARTIAN_SOURCE = index('martian_source');
const LOCAL_SILENT = index('local_silent');

export interface Counters {
  completed: number;
  failed: number;
  /** Calls of connect(). */
  connects: number;
  packets: number;
  synRetransmitted: number;
  /** SYNs among the packets dropped. */
  synDropped: number;
  /** By index of DROP_REASONS: the director's, the links' and the servers'. */
  readonly drops: Float64Array;
  /** By index of ERRNO_NAMES. */
  readonly errors: Float64Array;
  /** CPU time of real servers. */
  cpuBusy_ns: number;
  /** Requests answered, by index of Network.used.places; more than there were before, as more were used. */
  requests: number[];
}

export function zeroCounters(): Counters {
  return {
    completed: 0,
    failed: 0,
    connects: 0,
    packets: 0,
    synRetransmitted: 0,
    synDropped: 0,
    drops: new Float64Array(DROP_REASONS.length),
    errors: new Float64Array(ERRNO_NAMES.length),
    cpuBusy_ns: 0,
    requests: [],
  };
}

/** Reads what the network counts; requests and errors are counted by the recorder, and passed in. */
export function readCounters(
  network: Network,
  completed: number,
  failed: number,
  errors: Float64Array,
): Counters {
  const { topology, backends, used } = network;
  const drops = topology.directors.drops;
  drops[LINK_LOSS]! += topology.lost;
  drops[BACKLOG_FULL]! += topology.serverStack.counters.backlogDrops;
  drops[UNREACHABLE]! += topology.unreachable;
  drops[MARTIAN_SOURCE]! += topology.martians;
  drops[LOCAL_SILENT]! += topology.clientStack.counters.silent + topology.serverStack.counters.silent;
  return {
    completed,
    failed,
    connects: network.clients.connects,
    packets: topology.packets,
    synRetransmitted: topology.clientStack.counters.synRetransmits,
    synDropped: topology.synDrops,
    drops,
    errors: errors.slice(),
    cpuBusy_ns: network.servers.cpu?.busy_ns ?? 0,
    requests: used.places.map((place) => backends[place]!.tally.requests),
  };
}

/** Packets dropped, whatever the reason. */
export function packetsDropped(drops: Float64Array): number {
  return drops.reduce((sum, count) => sum + count, 0);
}
