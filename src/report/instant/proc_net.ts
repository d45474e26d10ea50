/** The files that IPVS has under /proc/net, byte for byte. The list of views is views.ts. */
import type { DestinationSnapshot, ServiceSnapshot, Snapshot, Stats } from '../../measure/snapshot.ts';
import { familyOf } from '../../text/endpoint.ts';
import { hex, kernelAddress, left, right } from './printf.ts';

const FORWARD = { masq: 'Masq', route: 'Route', tunnel: 'Tunnel', local: 'Local' } as const;

/** /proc/net/ip_vs. ip_vs_ctl.c ip_vs_info_seq_show(): addresses in hexadecimal, counts in decimal. */
export function ipVs(snapshot: Snapshot): string {
  return (
    `IP Virtual Server version 1.2.1 (size=${snapshot.tableSize})\n` +
    'Prot LocalAddress:Port Scheduler Flags\n' +
    '  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n' +
    byAddressFirst(snapshot.services)
      .map(
        (service) => serviceLine(service, snapshot.hz) + service.destinations.map(destinationLine).join(''),
      )
      .join('')
  );
}

/** Services by mark stand in a hash of their own, which is listed after the other. */
function byAddressFirst(services: readonly ServiceSnapshot[]): readonly ServiceSnapshot[] {
  const [byAddress, byMark] = [true, false].map((is) =>
    services.filter(({ fwmark }) => (fwmark === undefined) === is),
  );
  return [...byAddress!, ...byMark!];
}

/** The persistence timeout is printed in jiffies, with the netmask after it. */
function serviceLine(service: ServiceSnapshot, hz: number): string {
  const { protocol, fwmark, address, port, scheduler, onePacket, persistent_s, persistentNetmask } = service;
  const isIpv6 = familyOf(address) === 6;
  const persistent =
    persistent_s > 0 ? `persistent ${persistent_s * hz} ${maskText(persistentNetmask, isIpv6)}` : '';
  const settings = `${scheduler} ${onePacket ? 'ops ' : ''}`;
  if (fwmark !== undefined) return `FWM  ${hex(fwmark, 8)} ${settings}${persistent}\n`;
  // There is no room for "ops" in a line of IPv6.
  const rest = isIpv6 ? `${scheduler} ` : `${settings} `;
  return `${protocol.toUpperCase()}  ${endpoint(address, port)} ${rest}${persistent}\n`;
}

/** ntohl() of the mask; of IPv6 it is a prefix' length, whose bytes a little-endian machine turns round. */
function maskText(netmask: string | number | undefined, isIpv6: boolean): string {
  if (isIpv6) return hex(((netmask as number | undefined) ?? 128) * 2 ** 24, 8);
  return netmask === undefined ? 'FFFFFFFF' : kernelAddress(String(netmask));
}

function endpoint(address: string, port: number): string {
  const host = kernelAddress(address);
  return `${familyOf(address) === 6 ? `[${host}]` : host}:${hex(port, 4)}`;
}

function destinationLine({
  address,
  port,
  forward,
  weight,
  activeConn,
  inActConn,
}: DestinationSnapshot): string {
  return (
    `  -> ${endpoint(address, port)}      ${left(FORWARD[forward], 7)} ` +
    `${left(weight, 6)} ${left(activeConn, 10)} ${left(inActConn, 10)}\n`
  );
}

/** /proc/net/ip_vs_conn. ip_vs_conn.c ip_vs_conn_seq_show(): expiry in decimal seconds, cut. */
export function ipVsConn(snapshot: Snapshot): string {
  return (
    'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n' +
    snapshot.connections
      .map(
        (one) =>
          `${left(one.protocol.toUpperCase(), 3)} ${kernelAddress(one.client)} ${hex(one.clientPort, 4)} ` +
          `${kernelAddress(one.virtual)} ${hex(one.virtualPort, 4)} ${kernelAddress(one.destination)} ` +
          `${hex(one.destinationPort, 4)} ${left(one.state, 11)} ${right(one.expires_s, 7)}\n`,
      )
      .join('')
  );
}

/** /proc/net/ip_vs_stats. ip_vs_ctl.c ip_vs_stats_show(): everything in hexadecimal, without leading zeros. */
export function ipVsStats({ stats }: Snapshot): string {
  const row = (values: readonly number[]) =>
    `${values.map((value, index) => right(hex(Math.trunc(value), 1), index < 3 ? 8 : 16)).join(' ')}\n`;
  const { conns, inpkts, outpkts, inbytes, outbytes }: Stats = stats;
  const { cps, inpps, outpps, inbps, outbps }: Stats = stats;
  return (
    '   Total Incoming Outgoing         Incoming         Outgoing\n' +
    '   Conns  Packets  Packets            Bytes            Bytes\n' +
    `${row([conns, inpkts, outpkts, inbytes, outbytes])}\n` +
    ' Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s\n' +
    row([cps, inpps, outpps, inbps, outbps])
  );
}
