/** What the recorder saw, taken from the model: connection table, counters and conntrack table as rows. */
import type { Director } from '../kernel/director.ts';
import { CONN_F_RENAMED, IP_VS_CONN_F_HASHED, IP_VS_CONN_F_TEMPLATE } from '../kernel/ipvs/ip_vs_flags.ts';
import type { IpVsService } from '../kernel/ipvs/ip_vs_service.ts';
import { stateName } from '../kernel/ipvs/ip_vs_states.ts';
import { destPort } from '../kernel/ipvs/ip_vs_virtual.ts';
import { IPS_ASSURED, IPS_SEEN_REPLY } from '../kernel/netfilter/nf_conntrack_core.ts';
import { SCTP_CONNTRACK_NAMES } from '../kernel/netfilter/nf_conntrack_proto_sctp.ts';
import { TCP_CONNTRACK_NAMES } from '../kernel/netfilter/nf_conntrack_tcp_states.ts';
import { nf_ct_expires } from '../kernel/netfilter/nf_conntrack_timeout.ts';
import { IPPROTO_IP, IPPROTO_SCTP, IPPROTO_TCP } from '../kernel/sk_buff.ts';
import type { AddressBook } from '../text/address_book.ts';
import {
  type ConnectionRow,
  type ConntrackRow,
  fwmarkName,
  type RealServerRow,
  realServerName,
} from './recording.ts';

/** Connection table, real servers and conntrack table, as the kernel's /proc files show them. */
export interface State {
  readonly ipvs: readonly ConnectionRow[];
  readonly rs: Readonly<Record<string, RealServerRow>>;
  readonly ct: readonly ConntrackRow[];
}

export function observe(director: Director): State {
  return {
    ipvs: connectionRows(director),
    rs: realServerRows(director),
    ct: conntrackRows(director),
  };
}

function connectionRows(director: Director): ConnectionRow[] {
  const { book, conns, dests, virtuals, timers } = director.net;
  const rows: ConnectionRow[] = [];
  for (let cp = 0; cp < conns.used; cp++) {
    const flags = conns.flags[cp]!;
    if ((flags & IP_VS_CONN_F_HASHED) === 0) continue;
    const dest = dests[conns.dest[cp]!]!;
    const virtual = virtuals[conns.virtual[cp]!]!;
    rows.push([
      protocolName(virtual.protocol),
      book.formatEndpoint(conns.caddr[cp]!, conns.cport[cp]!),
      book.formatEndpoint(virtual.addr, shownVport(director, cp)),
      book.formatEndpoint(dest.addr, (flags & CONN_F_RENAMED) !== 0 ? 0xffff : destPort(virtual, dest)),
      shownState(virtual.protocol, conns.state[cp]!, flags),
      Math.max(0, Math.floor(timers.remaining(cp) / timers.hz)),
    ]);
  }
  return rows;
}

/** The virtual port as /proc shows it: until v7.0 an invalidated template was renamed to port 65535. */
function shownVport(director: Director, cp: number): number {
  const { conns, virtuals, features } = director.net;
  const renamed = (conns.flags[cp]! & CONN_F_RENAMED) !== 0;
  return renamed && !features.renamedKeepsPort ? 0xffff : virtuals[conns.virtual[cp]!]!.port;
}

/** A template shows whether it is assured. */
function shownState(protocol: number, state: number, flags: number): string {
  if ((flags & IP_VS_CONN_F_TEMPLATE) !== 0) return state === 0 ? 'NONE' : 'ASSURED';
  return stateName(protocol, state);
}

function realServerRows(director: Director): Record<string, RealServerRow> {
  const { book, services } = director.net;
  const rows: Record<string, RealServerRow> = {};
  for (const service of services) {
    for (const dest of service.destinations) {
      const name = book.formatEndpoint(dest.addr, dest.port);
      const key = services.length === 1 ? name : realServerName(serviceName(book, service), name);
      rows[key] = [dest.weight, dest.activeconns, dest.inactconns];
    }
  }
  return rows;
}

function serviceName(book: AddressBook, { fwmark, addr, port }: IpVsService): string {
  return fwmark === 0 ? book.formatEndpoint(addr, port) : fwmarkName(fwmark);
}

function protocolName(protocol: number): string {
  if (protocol === IPPROTO_IP) return 'IP';
  if (protocol === IPPROTO_SCTP) return 'SCTP';
  return protocol === IPPROTO_TCP ? 'TCP' : 'UDP';
}

function conntrackState(protocol: number, state: number): string {
  if (protocol === IPPROTO_SCTP) return SCTP_CONNTRACK_NAMES[state]!;
  return protocol === IPPROTO_TCP ? TCP_CONNTRACK_NAMES[state]! : '';
}

/** Entries whose time has run out are listed for as long as nobody has collected them. */
function conntrackRows(director: Director): ConntrackRow[] {
  const { book, conntracks: table, timers } = director.net;
  const rows: ConntrackRow[] = [];
  for (let ct = 0; ct < table.used; ct++) {
    if (!table.isConfirmed(ct)) continue;
    const protocol = table.protocol[ct]!;
    const status = table.status[ct]!;
    rows.push([
      protocolName(protocol).toLowerCase(),
      book.formatEndpoint(table.origSaddr[ct]!, table.origSport[ct]!),
      book.formatEndpoint(table.origDaddr[ct]!, table.origDport[ct]!),
      book.formatEndpoint(table.replySaddr[ct]!, table.replySport[ct]!),
      book.formatEndpoint(table.replyDaddr[ct]!, table.replyDport[ct]!),
      conntrackState(protocol, table.state[ct]!),
      Math.floor(nf_ct_expires(director.net, ct) / timers.hz),
      ((status & IPS_ASSURED) !== 0 ? 'A' : '') + ((status & IPS_SEEN_REPLY) === 0 ? 'U' : ''),
    ]);
  }
  return rows;
}
