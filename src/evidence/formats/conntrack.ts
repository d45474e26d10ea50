/** `conntrack -L` and /proc/net/nf_conntrack, counted by destination; `conntrack -S`, summed over CPUs. */
import { endpointText } from '../../text/endpoint.ts';
import { formatIpv6, parseIpv6 } from '../../text/ipv6.ts';
import { Counted } from '../counted.ts';
import { type Format, Notes } from '../format.ts';

const FLOW = /^(?:ipv[46]\s+\d+\s+)?(tcp|udp|sctp|icmp(?:v6)?)\s+\d+\s+\d+\s(?:([A-Z][A-Z_0-9]+)\s)?/u;
const FOOTER = /^conntrack v[\d.]+ \(conntrack-tools\): \d+ flow entries/u;
const CPU = /^cpu=\d+\s+(?:[a-z_]+=\d+\s*)+$/u;

interface Flow {
  readonly protocol: string;
  readonly destination: string;
  readonly answers: string;
  readonly state: string;
  readonly client: string;
}

export const CONNTRACK_FLOWS: Format = {
  name: 'conntrack -L',
  begins: (line) => flowOf(line) !== null,
  read(lines) {
    const notes = new Notes();
    const flows = new Counted<Flow>();
    for (const line of lines) {
      if (FOOTER.test(line.text)) continue;
      const flow = flowOf(line.text);
      if (flow === null) {
        notes.miss(line, 'not a flow');
        continue;
      }
      const { protocol, destination, answers, state, client } = flow;
      flows.add(
        [protocol, destination, answers, state].join(' '),
        flow,
        line.number,
        client,
        line.text.includes('[UNREPLIED]'),
      );
    }
    for (const { first, line, count, members, marked } of flows.all()) {
      const { client: _, ...flow } = first;
      notes.facts.push({ kind: 'flows', ...flow, count, clients: members, unreplied: marked, line });
    }
    return notes.as('conntrack -L');
  },
};

/** Each of its two directions has src, dst, and ports where its protocol has some. */
function flowOf(text: string): Flow | null {
  const [, protocol, state = ''] = FLOW.exec(text) ?? [];
  if (protocol === undefined) return null;
  const words = text.split(' ');
  const valuesOf = (key: string): string[] =>
    words.flatMap((word) => (word.startsWith(`${key}=`) ? [inOneForm(word.slice(key.length + 1))] : []));
  const [to] = valuesOf('dst');
  const [client = '', answersFrom] = valuesOf('src');
  if (to === undefined) return null;
  const [port] = valuesOf('dport');
  const [, answersPort] = valuesOf('sport');
  const withPort = (address: string, own: string | undefined) =>
    own === undefined ? address : endpointText(address, own);
  return {
    protocol,
    state,
    client,
    destination: withPort(to, port),
    answers: answersFrom === undefined ? '' : withPort(answersFrom, answersPort),
  };
}

/** /proc/net/nf_conntrack writes the zeros of IPv6 addresses, conntrack does not. */
function inOneForm(value: string): string {
  const words = value.includes(':') ? parseIpv6(value) : null;
  return words === null ? value : formatIpv6(words);
}

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
      for (const word of line.text.split(/\s+/u)) {
        const [name = '', digits = ''] = word.split('=');
        if (name === 'cpu' || digits === '') continue;
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
