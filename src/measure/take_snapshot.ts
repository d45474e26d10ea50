/** Takes the picture of a director at one instant (snapshot.ts) for the views of `ipvsim show`. */
import type { Director } from '../kernel/director.ts';
import type { Estimators } from '../kernel/ipvs/ip_vs_est.ts';
import { CONN_F_RENAMED, IP_VS_CONN_F_HASHED, IP_VS_CONN_F_TEMPLATE } from '../kernel/ipvs/ip_vs_flags.ts';
import type { IpVsService } from '../kernel/ipvs/ip_vs_service.ts';
import { stateName } from '../kernel/ipvs/ip_vs_states.ts';
import { destPort } from '../kernel/ipvs/ip_vs_virtual.ts';
import { sumStats } from '../kernel/ipvs/stats.ts';
import { IPS_ASSURED, IPS_SEEN_REPLY } from '../kernel/netfilter/nf_conntrack_core.ts';
import { SCTP_CONNTRACK_NAMES } from '../kernel/netfilter/nf_conntrack_proto_sctp.ts';
import { TCP_CONNTRACK_NAMES } from '../kernel/netfilter/nf_conntrack_tcp_states.ts';
import { nf_ct_expires } from '../kernel/netfilter/nf_conntrack_timeout.ts';
import { IPPROTO_IP, IPPROTO_SCTP, IPPROTO_TCP } from '../kernel/sk_buff.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { AddressBook } from '../text/address_book.ts';
import { formatAddress } from '../text/ipv4.ts';
import { transportName } from '../text/transport.ts';
import type { ConnectionSnapshot, ConntrackSnapshot, ServiceSnapshot, Snapshot } from './snapshot.ts';

/** ipvsadm's defaults where no sysctl of the scenario says otherwise. */
const DEFAULT_TIMEOUTS_S = { tcp: 900, tcpfin: 120, udp: 300 };
const INVALID_PORT = 0xffff;

export function takeSnapshot(
  director: Director,
  estimators: Estimators,
  { kernel, hz }: Pick<Scenario, 'kernel' | 'hz'>,
): Snapshot {
  const { net } = director;
  const { timeout_tcp, timeout_tcpfin, timeout_udp, conn_tab_bits } = net.sysctl;
  sumStats(net);
  return {
    at_ns: net.simulation.now_ns,
    kernel,
    hz,
    tableSize: 2 ** conn_tab_bits,
    timeouts: {
      tcp: timeout_tcp || DEFAULT_TIMEOUTS_S.tcp,
      tcpfin: timeout_tcpfin || DEFAULT_TIMEOUTS_S.tcpfin,
      udp: timeout_udp || DEFAULT_TIMEOUTS_S.udp,
    },
    sysctl: director.settings,
    stats: estimators.stats(net.stats),
    services: net.services.map((service) => serviceSnapshot(director, estimators, service)),
    connections: connections(director),
    conntracks: conntracks(director),
    conntrackStats: { ...net.conntracks.stats },
  };
}

/** A director that does not exist: every client of the scenario addresses its real server directly. */
export function emptySnapshot(scenario: Scenario, at_ns: number): Snapshot {
  const zero = { conns: 0, inpkts: 0, outpkts: 0, inbytes: 0, outbytes: 0 };
  return {
    at_ns,
    kernel: scenario.kernel,
    hz: scenario.hz,
    tableSize: 4096,
    timeouts: DEFAULT_TIMEOUTS_S,
    sysctl: scenario.sysctl,
    stats: { ...zero, cps: 0, inpps: 0, outpps: 0, inbps: 0, outbps: 0 },
    services: [],
    connections: [],
    conntracks: [],
    conntrackStats: {},
  };
}

function serviceSnapshot(director: Director, estimators: Estimators, service: IpVsService): ServiceSnapshot {
  const { book } = director.net;
  return {
    ...(service.fwmark === 0
      ? { protocol: transportName(service.protocol) }
      : { protocol: 'fwm', fwmark: service.fwmark }),
    address: virtualText(service, service.addr, book),
    port: service.port,
    scheduler: service.schedulerName,
    schedulerFlags: service.schedulerFlags,
    persistent_s: service.timeout / director.net.timers.hz,
    ...(service.netmask === -1 ? {} : { persistentNetmask: netmask(service) }),
    onePacket: service.onePacket,
    stats: estimators.stats(service.stats),
    destinations: service.destinations.map((dest) => ({
      address: book.format(dest.addr),
      port: dest.port,
      forward: dest.forward,
      weight: dest.weight,
      activeConn: dest.activeconns,
      inActConn: dest.inactconns,
      persistConn: dest.persistconns,
      upperThreshold: dest.u_threshold,
      lowerThreshold: dest.l_threshold,
      stats: estimators.stats(dest.stats),
    })),
  };
}

/** A prefix of IPv6 is as long as the number says. */
function netmask({ isIpv6, netmask }: IpVsService): string | number {
  return isIpv6 ? netmask : formatAddress(netmask);
}

/** A mark is shown as if it were an address: 0.0.0.1, of IPv6 0:1::. */
function virtualText({ isIpv6 }: IpVsService, addr: number, book: AddressBook): string {
  return isIpv6 ? book.format(addr) : formatAddress(addr);
}

/** Deviation: in the order of the model's slots, where the kernel walks its hash buckets. */
function connections(director: Director): ConnectionSnapshot[] {
  const { book, conns, dests, virtuals, timers, features } = director.net;
  const rows: ConnectionSnapshot[] = [];
  for (let cp = 0; cp < conns.used; cp++) {
    const flags = conns.flags[cp]!;
    if ((flags & IP_VS_CONN_F_HASHED) === 0) continue;
    const dest = dests[conns.dest[cp]!]!;
    const virtual = virtuals[conns.virtual[cp]!]!;
    const isRenamed = (flags & CONN_F_RENAMED) !== 0;
    const isTemplate = (flags & IP_VS_CONN_F_TEMPLATE) !== 0;
    const state = conns.state[cp]!;
    rows.push({
      protocol: virtual.protocol === IPPROTO_IP ? 'ip' : transportName(virtual.protocol),
      client: book.format(conns.caddr[cp]!),
      clientPort: conns.cport[cp]!,
      virtual: virtualText(virtual.service, virtual.addr, book),
      virtualPort: isRenamed && !features.renamedKeepsPort ? INVALID_PORT : virtual.port,
      destination: book.format(dest.addr),
      destinationPort: isRenamed ? INVALID_PORT : destPort(virtual, dest),
      state: isTemplate ? (state === 0 ? 'NONE' : 'ASSURED') : stateName(virtual.protocol, state),
      expires_s: Math.max(0, Math.floor(timers.remaining(cp) / timers.hz)),
    });
  }
  return rows;
}

function conntracks(director: Director): ConntrackSnapshot[] {
  const { book, conntracks: table, timers } = director.net;
  const rows: ConntrackSnapshot[] = [];
  for (let ct = 0; ct < table.used; ct++) {
    const left = nf_ct_expires(director.net, ct);
    if (!table.isConfirmed(ct) || left <= 0) continue;
    const status = table.status[ct]!;
    rows.push({
      protocol: transportName(table.protocol[ct]!),
      state: conntrackState(table.protocol[ct]!, table.state[ct]!),
      timeout_s: Math.floor(left / timers.hz),
      original: {
        source: book.format(table.origSaddr[ct]!),
        sourcePort: table.origSport[ct]!,
        destination: book.format(table.origDaddr[ct]!),
        destinationPort: table.origDport[ct]!,
      },
      reply: {
        source: book.format(table.replySaddr[ct]!),
        sourcePort: table.replySport[ct]!,
        destination: book.format(table.replyDaddr[ct]!),
        destinationPort: table.replyDport[ct]!,
      },
      assured: (status & IPS_ASSURED) !== 0,
      unreplied: (status & IPS_SEEN_REPLY) === 0,
    });
  }
  return rows;
}

/** print_conntrack() of the protocol: UDP's has no states. */
function conntrackState(protocol: number, state: number): string {
  if (protocol === IPPROTO_TCP) return TCP_CONNTRACK_NAMES[state]!;
  return protocol === IPPROTO_SCTP ? SCTP_CONNTRACK_NAMES[state]! : '';
}
