/** `ipvsadm -Ln`, `--stats`, `--rate`, and /proc/net/ip_vs, which has the addresses in hexadecimal. */
import { endpointText } from '../../text/endpoint.ts';
import { formatAddress } from '../../text/ipv4.ts';
import { formatIpv6, parseIpv6 } from '../../text/ipv6.ts';
import { nameTrouble, withPortNumber } from '../../text/service_names.ts';
import { type Forward, markText } from '../fact.ts';
import { type Format, type Line, Notes } from '../format.ts';

const SERVICE = /^(TCP|UDP|SCTP|FWM)\s+(\S+)(.*)/u;

/** The number of a firewall mark, an address with its port, or both in hexadecimal. */
const ADDRESS = /^(?:\d+|[\dA-F]{8}|[\d.]+:\d+|[\dA-F]{8}:[\dA-F]{4}|\[[\da-fA-F:.]+\]:\d+)$/u;
/** As /proc writes them: groups keep their zeros, and ports have four digits. */
const PROC_IPV6 = /^\[([\da-f:]{39})\]:([\dA-F]{4})$/u;

export const IPVS_TABLE: Format = {
  name: 'ipvsadm -Ln',
  begins: (line) =>
    /^IP Virtual Server version /u.test(line) ||
    /^Prot LocalAddress:Port/u.test(line) ||
    /^(?:TCP|UDP|SCTP)\s+(?:[\dA-Fa-f.]+|\[[\da-fA-F:.]+\]):[\w-]+\s+[a-z]/u.test(line) ||
    /^FWM\s+[\dA-F]+\s+(?:IPv6\s+)?[a-z]/u.test(line) ||
    /^\s+->\s+(?:[\dA-F.]+|\[[\da-fA-F:.]+\]):[\w-]+\s+(?:Masq|Route|Tunnel|Local)\b/u.test(line),
  read(lines) {
    const notes = new Notes();
    /** Services of which a row was not understood. */
    const torn = new Set<string>();
    const head = lines.find(({ text }) => /^Prot LocalAddress:Port\s/u.test(text))?.text ?? '';
    const rates = /\b(?:CPS|Conns)\b/u.test(head);
    const isRates = head.includes('CPS');
    const columns = head.includes('PersistConn') ? PERSISTENT : head.includes('threshold') ? null : USUAL;
    let service: { protocol: string; address: string } | null = null;
    // Its heading has one space where ipvsadm's has many.
    let isProc = lines.some(({ text }) => text.trim().startsWith('-> RemoteAddress:Port Forward '));
    for (const [index, line] of lines.entries()) {
      const text = line.text.trim();
      if (/^(IP Virtual Server|Prot LocalAddress|-> RemoteAddress)/u.test(text)) continue;
      const found = SERVICE.exec(text);
      const written = withPortNumber(found?.[2] ?? '');
      if (found !== null && !ADDRESS.test(written) && !PROC_IPV6.test(written)) {
        service = null;
        notes.miss(line, nameTrouble(written, 'ipvsadm -Ln') ?? `${written} is no address with a port`);
      } else if (found !== null) {
        const [, protocol = '', , flags = ''] = found;
        // Elsewhere no group begins with a zero.
        isProc ||=
          /^[\dA-F]{8}:[\dA-F]{4}$/u.test(written) ||
          (PROC_IPV6.test(written) && /[[:]0|[A-F]/u.test(written));
        service = {
          protocol: protocol.toLowerCase(),
          address:
            protocol === 'FWM'
              ? mark(written, flags, { isProc, next: lines[index + 1]?.text })
              : endpoint(written, isProc),
        };
        if (rates) readCounts(line, service, flags, isRates, notes);
        else {
          const persistent_s = Number(/\bpersistent (\d+)/u.exec(flags)?.[1] ?? 0);
          notes.add(line, { kind: 'service', ...service, persistent_s });
        }
      } else if (text.startsWith('->')) {
        const trouble = nameTrouble(withPortNumber(text.split(/\s+/u)[1] ?? ''), 'ipvsadm -Ln');
        if (service !== null && trouble !== null) {
          torn.add(keyOf(service));
          notes.miss(line, trouble);
        } else if (rates) readPackets(line, service, isProc, notes);
        else if (!readServer(line, service, { isProc, columns }, notes) && service !== null)
          torn.add(keyOf(service));
      } else {
        // Whoever writes dots in place of rows has more of them.
        if (service !== null) torn.add(keyOf(service));
        notes.miss(line, 'neither a service nor a real server');
      }
    }
    for (const [index, fact] of notes.facts.entries()) {
      if (fact.kind === 'service' && torn.has(keyOf(fact))) notes.facts[index] = { ...fact, hasUnread: true };
    }
    if (rates) return notes.as(isRates ? 'ipvsadm -Ln --rate' : 'ipvsadm -Ln --stats');
    return notes.as(isProc ? '/proc/net/ip_vs' : 'ipvsadm -Ln');
  },
};

/** A row of --stats or --rate tells how much a service has had, and nothing of its real servers. */
function readCounts(
  line: Line,
  { protocol, address }: { protocol: string; address: string },
  counts: string,
  isRates: boolean,
  notes: Notes,
): void {
  // Large figures are cut short: 14209K.
  const [, digits = '', unit = ''] = /^\s*(\d+)([KMGT]?)\s/u.exec(counts) ?? [];
  const value = Number(digits) * 1000 ** ' KMGT'.indexOf(unit || ' ');
  if (digits === '') notes.miss(line, 'a service without its counts');
  else if (isRates) notes.add(line, { kind: 'rate', service: address, conns_per_s: value });
  else notes.add(line, { kind: 'counter', name: `ipvs.conns ${protocol} ${address}`, value });
}

/** Of its counts those of packets tell whether it answers through the node. */
function readPackets(
  line: Line,
  service: { protocol: string; address: string } | null,
  isProc: boolean,
  notes: Notes,
): void {
  const [, address = '', , to = '', from = ''] = line.text.trim().split(/\s+/u);
  if (service === null || !COUNT.test(to) || !COUNT.test(from)) return;
  const server = endpoint(address, isProc);
  const { protocol, address: of } = service;
  notes.add(line, { kind: 'packets', protocol, service: of, server, to: numberOf(to), from: numberOf(from) });
}

/** Large figures are cut short: 14209K. */
const COUNT = /^(\d+)([KMGT]?)$/u;
function numberOf(text: string): number {
  const [, digits = '', unit = ''] = COUNT.exec(text) ?? [];
  return Number(digits) * 1000 ** ' KMGT'.indexOf(unit || ' ');
}

/** Where a row has what: after the arrow, the address and, but for --persistent-conn, the way of forwarding. */
interface Columns {
  readonly weight: number;
  readonly active: number;
}
const USUAL: Columns = { weight: 3, active: 4 };
const PERSISTENT: Columns = { weight: 2, active: 4 };

/** Whether all of it was understood. */
function readServer(
  line: Line,
  service: { protocol: string; address: string } | null,
  { isProc, columns }: { readonly isProc: boolean; readonly columns: Columns | null },
  notes: Notes,
): boolean {
  const words = line.text.trim().split(/\s+/u);
  if (service === null) {
    notes.miss(line, 'a real server without its service');
    return false;
  }
  if (columns === null) {
    notes.miss(line, 'thresholds, and no weight: ipvsadm -Ln has it');
    return false;
  }
  const numbers = [words[columns.weight], words[columns.active], words[columns.active + 1]];
  const isForwarded = columns !== USUAL || /^(?:Masq|Route|Tunnel|Local)$/u.test(words[2] ?? '');
  if (!isForwarded || !/^\d+$/u.test(numbers[0] ?? '')) {
    notes.miss(line, 'a real server without forwarding and weight');
    return false;
  }
  const [weight, active, inactive] = numbers.map((text) => (/^\d+$/u.test(text ?? '') ? Number(text) : null));
  const isWhole = active != null && inactive != null;
  if (!isWhole) notes.miss(line, 'its ActiveConn and InActConn are not in the same line: was it wrapped?');
  notes.add(line, {
    kind: 'server',
    protocol: service.protocol,
    service: service.address,
    address: endpoint(words[1] ?? '', isProc),
    weight: weight ?? 0,
    active: isWhole ? active : null,
    inactive: isWhole ? inactive : null,
    ...(columns === USUAL ? { forward: words[2]!.toLowerCase() as Forward } : {}),
  });
  return true;
}

function keyOf({ protocol, address }: { readonly protocol: string; readonly address: string }): string {
  return `${protocol} ${address}`;
}

/** In decimal, and under /proc in hexadecimal, where the family of its first real server tells its own. */
function mark(
  text: string,
  flags: string,
  { isProc, next = '' }: { readonly isProc: boolean; readonly next: string | undefined },
): string {
  const isIpv6 = isProc ? next.trim().startsWith('-> [') : /^\s+IPv6\s/u.test(flags);
  return markText(Number.parseInt(text, isProc ? 16 : 10), isIpv6 ? 6 : 4);
}

/** `0A600001:0050` is 10.96.0.1:80; of IPv6 /proc is not told from ipvsadm by every address alone. */
function endpoint(text: string, isProc: boolean): string {
  const hex = /^([\dA-Fa-f]{8}):([\dA-Fa-f]{4})$/u.exec(text) ?? (isProc ? PROC_IPV6.exec(text) : null);
  return hex === null ? withPortNumber(text) : hexEndpoint(hex[1]!, hex[2]!);
}

/** `0A600001` or `fd00:0096:0000:0000:0000:0000:0000:0010`, and `0050`. */
export function hexEndpoint(address: string, port: string): string {
  const words = parseIpv6(address);
  const host = words === null ? formatAddress(Number.parseInt(address, 16)) : formatIpv6(words);
  return endpointText(host, Number.parseInt(port, 16));
}
