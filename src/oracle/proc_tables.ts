/** /proc/net/ip_vs_conn, /proc/net/ip_vs and /proc/net/nf_conntrack, read into the rows of a recording. */
import type { ConnectionRow, ConntrackRow, RealServerRow } from '../conform/recording.ts';

/** `0A000102` and `9C40` as `10.0.1.2:40000`. */
function endpoint(address: string, port: string): string {
  const bytes = address.match(/../g)!.map((byte) => Number.parseInt(byte, 16));
  return `${bytes.join('.')}:${Number.parseInt(port, 16)}`;
}

export function connectionRows(lines: readonly string[]): ConnectionRow[] {
  return lines.flatMap((line) => {
    const [protocol, from, fromPort, to, toPort, dest, destPort, state, expires] = line.trim().split(/\s+/);
    if (!/^[0-9A-F]{8}$/.test(from ?? '')) return [];
    return [
      [
        protocol!,
        endpoint(from!, fromPort!),
        endpoint(to!, toPort!),
        endpoint(dest!, destPort!),
        state!,
        Number(expires),
      ] as const,
    ];
  });
}

export function realServerRows(lines: readonly string[]): Record<string, RealServerRow> {
  const rows: Record<string, RealServerRow> = {};
  for (const line of lines) {
    const match = /^ {2}-> ([0-9A-F]{8}):([0-9A-F]{4})\s+\S+\s+(\d+)\s+(\d+)\s+(\d+)/.exec(line);
    if (match === null) continue;
    rows[endpoint(match[1]!, match[2]!)] = [Number(match[3]), Number(match[4]), Number(match[5])];
  }
  return rows;
}

export function conntrackRows(lines: readonly string[]): ConntrackRow[] {
  return lines.flatMap((line) => {
    const [, , protocol, , seconds, ...words] = line.trim().split(/\s+/);
    if (protocol !== 'tcp' && protocol !== 'udp') return [];
    const state = protocol === 'tcp' ? words[0]! : '';
    const values = (name: string) =>
      words.filter((word) => word.startsWith(`${name}=`)).map((word) => word.slice(name.length + 1));
    const [src, dst, sport, dport] = ['src', 'dst', 'sport', 'dport'].map(values) as [
      string[],
      string[],
      string[],
      string[],
    ];
    const flags = (words.includes('[ASSURED]') ? 'A' : '') + (words.includes('[UNREPLIED]') ? 'U' : '');
    return [
      [
        protocol,
        `${src[0]}:${sport[0]}`,
        `${dst[0]}:${dport[0]}`,
        `${src[1]}:${sport[1]}`,
        `${dst[1]}:${dport[1]}`,
        state,
        Number(seconds),
        flags,
      ] as const,
    ];
  });
}
