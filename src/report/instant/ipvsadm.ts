/** What ipvsadm 1.31 prints about the director at one instant, byte for byte. The list of views is views.ts. */
import type {
  ConnectionSnapshot,
  DestinationSnapshot,
  ServiceSnapshot,
  Snapshot,
  Stats,
} from '../../measure/snapshot.ts';
import { endpointText, familyOf } from '../../text/endpoint.ts';
import { TRANSPORT_NUMBERS } from '../../text/transport.ts';
import { addressWords, left, right } from './printf.ts';

/** Name and column widths: IPv4 never reaches them, IPv6 may go beyond. */
const SERVICE_COLUMNS = 33;
const DESTINATION_COLUMNS = 28;

const FORWARD = { masq: 'Masq', route: 'Route', tunnel: 'Tunnel', local: 'Local' } as const;

/** `ipvsadm -Ln` */
export function ipvsadmLn(snapshot: Snapshot): string {
  const title =
    'Prot LocalAddress:Port Scheduler Flags\n' +
    '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n';
  const lines = sortedServices(snapshot).map(
    (service) =>
      `${serviceName(service)} ${service.scheduler}${serviceFlags(service)}\n` +
      sortedDestinations(service)
        .map(
          (dest) =>
            `  -> ${left(endpointText(dest.address, dest.port), DESTINATION_COLUMNS)} ${left(FORWARD[dest.forward], 7)} ` +
            `${left(dest.weight, 6)} ${left(dest.activeConn, 10)} ${left(dest.inActConn, 10)}\n`,
        )
        .join(''),
  );
  return versionLine(snapshot) + title + lines.join('');
}

/** `ipvsadm -Lnc` */
export function ipvsadmLnc(snapshot: Snapshot): string {
  const row = (protocol: string, expire: string, state: string, from: string, to: string, dest: string) =>
    `${left(protocol, 3)} ${left(expire, 6)} ${left(state, 11)} ${left(from, 18)} ${left(to, 18)} ${dest}\n`;
  return (
    'IPVS connection entries\n' +
    row('pro', 'expire', 'state', 'source', 'virtual', 'destination') +
    snapshot.connections
      .map((one) =>
        row(
          one.protocol.toUpperCase(),
          minutesAndSeconds(one.expires_s),
          one.state,
          endpointText(one.client, one.clientPort),
          endpointText(one.virtual, one.virtualPort),
          endpointText(one.destination, one.destinationPort),
        ),
      )
      .join('')
  );
}

/** `ipvsadm -Ln --stats`: totals since the start. */
export function ipvsadmStats(snapshot: Snapshot): string {
  const numbers = ({ conns, inpkts, outpkts, inbytes, outbytes }: Stats) =>
    [conns, inpkts, outpkts, inbytes, outbytes].map(largeNumber).join('');
  return counters(snapshot, ['Conns', 'InPkts', 'OutPkts', 'InBytes', 'OutBytes'], numbers, numbers);
}

/** `ipvsadm -Ln --rate`: per second. Real servers' first three columns are not scaled, unlike all others. */
export function ipvsadmRate(snapshot: Snapshot): string {
  const ofService = ({ cps, inpps, outpps, inbps, outbps }: Stats) =>
    [cps, inpps, outpps, inbps, outbps].map(largeNumber).join('');
  const ofDestination = ({ cps, inpps, outpps, inbps, outbps }: Stats) =>
    [cps, inpps, outpps].map((value) => ` ${right(Math.trunc(value), 8)}`).join('') +
    [inbps, outbps].map(largeNumber).join('');
  return counters(snapshot, ['CPS', 'InPPS', 'OutPPS', 'InBPS', 'OutBPS'], ofService, ofDestination);
}

/** `ipvsadm -L --timeout` */
export function ipvsadmTimeout(snapshot: Snapshot): string {
  const { tcp, tcpfin, udp } = snapshot.timeouts;
  return `Timeout (tcp tcpfin udp): ${tcp} ${tcpfin} ${udp}\n`;
}

function counters(
  snapshot: Snapshot,
  titles: readonly string[],
  ofService: (stats: Stats) => string,
  ofDestination: (stats: Stats) => string,
): string {
  const title =
    left('Prot LocalAddress:Port', SERVICE_COLUMNS) + titles.map((text) => ` ${right(text, 8)}`).join('');
  const lines = sortedServices(snapshot).map(
    (service) =>
      `${left(serviceName(service), SERVICE_COLUMNS)}${ofService(service.stats)}\n` +
      sortedDestinations(service)
        .map(
          (dest) =>
            `  -> ${left(endpointText(dest.address, dest.port), DESTINATION_COLUMNS)}${ofDestination(dest.stats)}\n`,
        )
        .join(''),
  );
  return `${versionLine(snapshot)}${title}\n  -> RemoteAddress:Port\n${lines.join('')}`;
}

function versionLine({ tableSize }: Snapshot): string {
  return `IP Virtual Server version 1.2.1 (size=${tableSize})\n`;
}

function serviceName({ protocol, fwmark, address, port }: ServiceSnapshot): string {
  if (fwmark !== undefined) return `FWM  ${fwmark}${familyOf(address) === 6 ? ' IPv6' : ''}`;
  return `${left(protocol.toUpperCase(), 4)} ${endpointText(address, port)}`;
}

function serviceFlags(service: ServiceSnapshot): string {
  const { schedulerFlags, persistent_s, persistentNetmask, onePacket } = service;
  // ipvsadm has its own order, whatever order they were given in.
  const order = ['sh-fallback', 'sh-port', 'mh-fallback', 'mh-port'];
  const flags = order.filter((flag) => schedulerFlags.includes(flag));
  return (
    (flags.length > 0 ? ` (${flags.join(',')})` : '') +
    (persistent_s > 0 ? ` persistent ${persistent_s}` : '') +
    (persistentNetmask === undefined ? '' : ` mask ${persistentNetmask}`) +
    (onePacket ? ' ops' : '')
  );
}

function minutesAndSeconds(expires_s: ConnectionSnapshot['expires_s']): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(expires_s / 60))}:${two(expires_s % 60)}`;
}

/** Nine columns; from a hundred millions on in thousands and so forth, cut and not rounded. */
function largeNumber(value: number): string {
  const whole = Math.trunc(value);
  if (whole < 100_000_000) return right(whole, 9);
  if (whole < 1_000_000_000) return `${right(Math.trunc(whole / 1e3), 8)}K`;
  if (whole < 100_000_000_000) return `${right(Math.trunc(whole / 1e6), 8)}M`;
  if (whole < 100_000_000_000_000) return `${right(Math.trunc(whole / 1e9), 8)}G`;
  return `${right(Math.trunc(whole / 1e12), 8)}T`;
}

function sortedServices({ services }: Snapshot): ServiceSnapshot[] {
  const mark = ({ fwmark = 0 }: ServiceSnapshot) => fwmark;
  const number = (service: ServiceSnapshot) =>
    service.protocol === 'fwm' ? 0 : TRANSPORT_NUMBERS[service.protocol];
  return [...services].sort(
    (a, b) =>
      mark(a) - mark(b) ||
      familyOf(a.address) - familyOf(b.address) ||
      number(a) - number(b) ||
      compareEndpoints(a, b),
  );
}

function sortedDestinations({ destinations }: ServiceSnapshot): DestinationSnapshot[] {
  return [...destinations].sort(compareEndpoints);
}

/**
 * ipvsadm sorts by family, address and port, and takes the difference of two unsigned words for a signed one:
 * 10.0.0.1 comes after 192.168.0.1. Whoever compares two printouts needs the same order.
 */
function compareEndpoints(
  a: { readonly address: string; readonly port: number },
  b: { readonly address: string; readonly port: number },
): number {
  const others = addressWords(b.address);
  const differences = addressWords(a.address).map((word, i) => (word - others[i]!) | 0);
  return differences.find((difference) => difference !== 0) ?? a.port - b.port;
}
