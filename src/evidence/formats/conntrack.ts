/** `conntrack -L` and /proc/net/nf_conntrack, counted by destination; `conntrack -S`, summed over CPUs. */
import { Counted } from '../counted.ts';
import { type Format, Notes } from '../format.ts';

const FLOW =
  /^(?:ipv4\s+\d+\s+)?(tcp|udp|sctp|icmp)\s+\d+\s+\d+\s.*?src=(\S+) dst=(\S+)(?: sport=\d+ dport=(\d+))?(.*)$/u;
const FOOTER = /^conntrack v[\d.]+ \(conntrack-tools\): \d+ flow entries/u;
const CPU = /^cpu=\d+\s+(?:[a-z_]+=\d+\s*)+$/u;

interface Flow {
  readonly protocol: string;
  readonly destination: string;
  readonly answers: string;
}

export const CONNTRACK_FLOWS: Format = {
  name: 'conntrack -L',
  begins: (line) => FLOW.test(line),
  read(lines) {
    const notes = new Notes();
    const flows = new Counted<Flow>();
    for (const line of lines) {
      if (FOOTER.test(line.text)) continue;
      const found = FLOW.exec(line.text);
      if (found === null) {
        notes.miss(line, 'not a flow');
        continue;
      }
      const [, protocol = '', , to = '', port, rest = ''] = found;
      const reply = /src=(\S+) dst=\S+(?: sport=(\d+))?/u.exec(rest);
      const destination = port === undefined ? to : `${to}:${port}`;
      const answers = reply === null ? '' : reply[2] === undefined ? reply[1]! : `${reply[1]}:${reply[2]}`;
      const flow = { protocol, destination, answers };
      flows.add(
        [protocol, destination, answers].join(' '),
        flow,
        line.number,
        '',
        rest.includes('[UNREPLIED]'),
      );
    }
    for (const { first, line, count, marked } of flows.all())
      notes.facts.push({ kind: 'flows', ...first, count, unreplied: marked, line });
    return notes.as('conntrack -L');
  },
};

export const CONNTRACK_STATS: Format = {
  name: 'conntrack -S',
  begins: (line) => CPU.test(line),
  read(lines) {
    const notes = new Notes();
    const sums = new Map<string, { value: number; line: number }>();
    for (const line of lines) {
      if (!CPU.test(line.text)) {
        notes.miss(line, 'not the counters of a CPU');
        continue;
      }
      for (const [, name = '', digits = ''] of line.text.matchAll(/([a-z_]+)=(\d+)/gu)) {
        if (name === 'cpu') continue;
        const before = sums.get(name);
        const value = Number(digits);
        // The place is that of the CPU that counted first, so that a reader finds a figure above 0 there.
        const isFirst = before === undefined || (before.value === 0 && value > 0);
        sums.set(name, {
          value: (before?.value ?? 0) + value,
          line: isFirst ? line.number : before.line,
        });
      }
    }
    for (const [name, { value, line }] of sums)
      notes.facts.push({ kind: 'counter', name: `conntrack.${name}`, value, line });
    return notes.as('conntrack -S');
  },
};
