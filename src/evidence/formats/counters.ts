/** Counters of TCP and IP: `nstat -az`, and `netstat -s` with its sentences. */
import { type Format, type Line, Notes } from '../format.ts';

const NSTAT = /^((?:Ip|Icmp|Tcp|Udp|UdpLite|TcpExt|IpExt|MPTcpExt)[A-Z0-9]\w*)\s+(\d+)\s+[\d.]+$/u;
const SECTION = /^(?:Ip|Icmp|IcmpMsg|Tcp|Udp|UdpLite|TcpExt|IpExt|MPTcpExt):$/u;

/** What netstat calls the counters that diagnosis looks at. */
const SENTENCES: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^(\d+) times the listen queue of a socket overflowed/u, 'TcpExtListenOverflows'],
  [/^(\d+) SYNs to LISTEN sockets (?:dropped|ignored)/u, 'TcpExtListenDrops'],
  [/^(\d+) segments retransmitt?ed/u, 'TcpRetransSegs'],
  [/^(\d+) segments sent out/u, 'TcpOutSegs'],
  [/^(\d+) active connections? openings?/u, 'TcpActiveOpens'],
  [/^(\d+) connection resets received/u, 'TcpEstabResets'],
  [/^TCPSynRetrans: (\d+)/u, 'TcpExtTCPSynRetrans'],
  [/^TCPTimeouts: (\d+)|^(\d+) other TCP timeouts/u, 'TcpExtTCPTimeouts'],
  [/^(\d+) packets rejected in established connections because of timestamp/u, 'TcpExtPAWSEstab'],
];

export const COUNTERS: Format = {
  name: 'nstat',
  begins: (line) =>
    line.startsWith('#kernel') || NSTAT.test(line) || SECTION.test(line) || isSentence(line.trim()),
  read(lines) {
    const notes = new Notes();
    let isNetstat = false;
    for (const line of lines) {
      const counter = NSTAT.exec(line.text);
      if (counter !== null)
        notes.add(line, { kind: 'counter', name: counter[1]!, value: Number(counter[2]) });
      else if (SECTION.test(line.text)) isNetstat = true;
      // What grep lets through has no section.
      else if (isNetstat || isSentence(line.text.trim())) {
        isNetstat = true;
        readSentence(line, notes);
      } else if (!line.text.startsWith('#kernel')) notes.miss(line, 'not a counter');
    }
    return notes.as(isNetstat ? 'netstat -s' : 'nstat');
  },
};

function isSentence(text: string): boolean {
  return SENTENCES.some(([pattern]) => pattern.test(text));
}

/** netstat has a hundred sentences; those that nobody asks about are not worth a word. */
function readSentence(line: Line, notes: Notes): void {
  for (const [pattern, name] of SENTENCES) {
    const found = pattern.exec(line.text.trim());
    const digits = found?.[1] ?? found?.[2];
    if (digits !== undefined) notes.add(line, { kind: 'counter', name, value: Number(digits) });
  }
}
