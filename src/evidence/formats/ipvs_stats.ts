/** /proc/net/ip_vs_stats: totals and rates of all services, in hexadecimal. */
import { type Format, Notes } from '../format.ts';

const HEADINGS = /^\s*(?:Total Incoming Outgoing|Conns\s+Packets\s+Packets|Conns\/s\s+Pkts\/s)\s/u;
const ROW = /^\s*[\dA-F]+(?:\s+[\dA-F]+){4}$/u;

export const IPVS_STATS: Format = {
  name: '/proc/net/ip_vs_stats',
  begins: (line) => HEADINGS.test(line),
  read(lines) {
    const notes = new Notes();
    let isRates = false;
    for (const line of lines) {
      isRates ||= line.text.includes('Conns/s');
      if (HEADINGS.test(line.text)) continue;
      if (!ROW.test(line.text)) {
        notes.miss(line, 'no row of five numbers');
        continue;
      }
      const [conns = 0, inPackets = 0, outPackets = 0] = line.text
        .trim()
        .split(/\s+/u)
        .map((digits) => Number.parseInt(digits, 16));
      if (isRates) notes.add(line, { kind: 'rate', service: null, conns_per_s: conns });
      else {
        notes.add(line, { kind: 'counter', name: 'ipvs.conns', value: conns });
        notes.add(line, { kind: 'counter', name: 'ipvs.inPackets', value: inPackets });
        notes.add(line, { kind: 'counter', name: 'ipvs.outPackets', value: outPackets });
      }
    }
    return notes.as('/proc/net/ip_vs_stats');
  },
};
