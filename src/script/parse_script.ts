/**
 * Text to a packet script, or every problem with its line, column and suggestion. A line is a time, a word that
 * says what it is, and its words; setup lines come before the first line with a time.
 *
 *     service tcp 10.96.0.10:80 rr
 *     server 10.0.2.2:8080
 *     +0     client 10.0.1.2:40000 > vip S
 *     +0     expect server S to 10.0.2.2
 */
import { IP_VS_TCP_STATE_NAMES } from '../kernel/ipvs/ip_vs_tcp_states.ts';
import { TCP_CONNTRACK_NAMES } from '../kernel/netfilter/nf_conntrack_tcp_states.ts';
import { SCHEDULERS } from '../kernel/sched/ip_vs_sched.ts';
import { readEndpoint, readHost } from '../scenario/addresses.ts';
import { readKernelVersion } from '../scenario/kernel_version.ts';
import type { Reading } from '../scenario/reading.ts';
import { SYSCTLS, sysctlInfo } from '../scenario/sysctl.ts';
import type { Problem } from '../scenario/text/problem.ts';
import { suggest } from '../scenario/text/suggest.ts';
import type {
  CommandStep,
  Expectation,
  ExpectStep,
  PacketScript,
  PacketStep,
  ScriptServer,
  ScriptService,
  ScriptStep,
} from './packet_script.ts';
import { sortedFlags } from './packet_script.ts';
import { LineProblem, type Word, Words } from './words.ts';

const SETUP = ['kernel', 'hz', 'service', 'server', 'sysctl', 'track', 'timeout'] as const;
const STEPS = [
  'client',
  'server',
  'expect',
  'weight',
  'add',
  'delete',
  'sysctl',
  'timeout',
  'sleep',
] as const;

const SCHEDULER_NAMES = SCHEDULERS.map(({ name }) => name);
const SCHEDULER_FLAGS = SCHEDULERS.flatMap(({ flags }) => flags);

const MOST_LINES = 20_000;
const LONGEST_S = 10 * 24 * 3600;
const UNITS_S = { '': 1, s: 1, ms: 1e-3, us: 1e-6, m: 60, h: 3600 } as const;
/** `+120`, `12.5`, `+50ms` */
const TIME = /^(\+?)(\d{1,9}(?:\.\d{1,9})?)(s|ms|us|m|h|)$/;

export type ParsedScript =
  | { readonly script: PacketScript; readonly problems: readonly [] }
  | { readonly script: null; readonly problems: readonly Problem[] };

export function parseScript(text: string, file: string): ParsedScript {
  const reader = new ScriptReader();
  const problems: Problem[] = [];
  const lines = text.split(/\r\n|\r|\n/);
  const attempt = (line: number, deed: () => void) => {
    try {
      deed();
    } catch (error) {
      if (!(error instanceof LineProblem)) throw error;
      problems.push(error.at(file, line));
    }
  };
  if (lines.length > MOST_LINES) {
    const start = { text: '', column: 1 };
    problems.push(new LineProblem('E_TOO_BIG', start, `has more than ${MOST_LINES} lines`).at(file, 1));
    return { script: null, problems };
  }
  for (const [index, line] of lines.entries()) attempt(index + 1, () => reader.line(line, index + 1));
  if (problems.length === 0) attempt(lines.length, () => reader.end());
  return problems.length === 0 ? { script: reader.script(), problems: [] } : { script: null, problems };
}

type Untimed =
  | Omit<PacketStep, 'line' | 'at_ns'>
  | Omit<CommandStep, 'line' | 'at_ns'>
  | Omit<ExpectStep, 'line' | 'at_ns'>;

class ScriptReader {
  #title = '';
  #kernel: string | null = null;
  #hz: 100 | 250 | 1000 = 100;
  #track = true;
  #service: ScriptService | null = null;
  readonly #realServers: ScriptServer[] = [];
  readonly #sysctl: Record<string, number> = {};
  readonly #steps: ScriptStep[] = [];
  #now_s = 0;
  /** Whether a line with a time has been read: what follows is no setup any more. */
  #begun = false;
  /** Real servers that may be named now. */
  readonly #listed = new Set<string>();

  line(text: string, number: number): void {
    if (number === 1 || this.#title === '') this.#title ||= text.startsWith('#') ? text.slice(1).trim() : '';
    const words = new Words(text);
    if (words.isEmpty) return;
    const timed = this.#time(words);
    if (timed) this.#begun = true;
    if (this.#begun) this.#step(words, number);
    else this.#setup(words, number);
    words.finish();
  }

  end(): void {
    const nowhere: Word = { text: '', column: 1 };
    if (this.#service === null) {
      throw new LineProblem('E_MISSING', nowhere, 'no service is set up', 'service tcp 10.96.0.10:80 rr');
    }
    if (this.#steps.length === 0) {
      throw new LineProblem('E_MISSING', nowhere, 'nothing happens', '+0 client 10.0.1.2:40000 > vip S');
    }
  }

  script(): PacketScript {
    const service = this.#service!;
    return {
      title: this.#title,
      kernel: this.#kernel,
      hz: this.#hz,
      service,
      realServers: this.#realServers,
      sysctl: this.#sysctl,
      track: this.#track,
      steps: this.#steps,
    };
  }

  #time(words: Words): boolean {
    const match = TIME.exec(words.peek());
    if (match === null) return false;
    const word = words.next('a time');
    const given_s = Number(match[2]) * UNITS_S[match[3] as keyof typeof UNITS_S];
    const at_s = match[1] === '+' ? this.#now_s + given_s : given_s;
    if (at_s < this.#now_s) {
      throw new LineProblem(
        'E_VALUE',
        word,
        `is before the line above, at ${this.#now_s} s`,
        '+SECONDS is relative',
      );
    }
    if (at_s > LONGEST_S) throw new LineProblem('E_VALUE', word, 'is more than ten days away');
    this.#now_s = at_s;
    return true;
  }

  #setup(words: Words, number: number): void {
    switch (words.choice(SETUP, 'a setup line, or a time,')) {
      case 'kernel':
        this.#kernel = reading(words.next('a kernel release'), (text) => readKernelVersion(text)).text;
        return;
      case 'hz':
        this.#hz = Number(words.choice(['100', '250', '1000'], 'ticks per second')) as 100 | 250 | 1000;
        return;
      case 'track':
        this.#track = words.choice(['on', 'off'], 'on or off') === 'on';
        return;
      case 'service':
        this.#setUpService(words);
        return;
      case 'server': {
        const server = this.#newServer(words);
        this.#realServers.push(server);
        return;
      }
      case 'sysctl': {
        const { key, value } = this.#setting(words);
        this.#sysctl[key] = value;
        return;
      }
      default:
        this.#timeouts(words, number);
    }
  }

  #setUpService(words: Words): void {
    if (this.#service !== null)
      throw new LineProblem('E_DUPLICATE_NAME', words.last, 'a script has one service');
    const protocol = words.choice(['tcp', 'udp'], 'tcp or udp');
    const address = reading(words.next('the address of the service'), readEndpoint);
    let scheduler = 'rr';
    let forward: ScriptService['forward'] = 'masq';
    let persistent_s = 0;
    let onePacket = false;
    const schedulerFlags: string[] = [];
    while (!words.isEmpty) {
      const word = words.choice(
        [...SCHEDULER_NAMES, 'masq', 'route', 'tunnel', 'persistent', 'flags', 'one-packet'],
        'a scheduler, masq, route, tunnel, persistent SECONDS, flags or one-packet',
      );
      if (word === 'persistent') persistent_s = words.integer('persistent', 1, 86_400);
      else if (word === 'one-packet') onePacket = true;
      else if (word === 'flags')
        while (!words.isEmpty) schedulerFlags.push(words.choice(SCHEDULER_FLAGS, 'a flag'));
      else if (word === 'masq' || word === 'route' || word === 'tunnel') forward = word;
      else scheduler = word;
    }
    this.#service = { protocol, address, scheduler, schedulerFlags, forward, persistent_s, onePacket };
  }

  #newServer(words: Words): ScriptServer {
    const word = words.next('the address of a real server');
    const address = reading(word, readEndpoint);
    if (this.#listed.has(address)) {
      throw new LineProblem('E_DUPLICATE_NAME', word, `${address} is a real server already`);
    }
    this.#listed.add(address);
    return { address, weight: words.take('weight') ? words.integer('weight', 0, 65_535) : 1 };
  }

  #setting(words: Words): { key: string; value: number } {
    const word = words.next('the name of a sysctl');
    const known = word.text.replaceAll('/', '.');
    const info = sysctlInfo(known);
    if (info === null) {
      const near = suggest(
        known,
        SYSCTLS.map(({ name }) => name),
      );
      throw new LineProblem(
        'E_UNKNOWN_KEY',
        word,
        `the model knows no sysctl ${JSON.stringify(word.text)}`,
        near === null ? null : `did you mean ${near}?`,
      );
    }
    return { key: info.name, value: words.integer(info.name, info.min, info.max) };
  }

  #timeouts(words: Words, number: number): void {
    const [tcp, tcpfin, udp] = ['tcp', 'tcpfin', 'udp'].map((name) =>
      words.integer(`the ${name} timeout`, 0, 2_147_483),
    ) as [number, number, number];
    this.#steps.push(this.#at(number, { kind: 'command', command: { name: 'timeout', tcp, tcpfin, udp } }));
  }

  #step(words: Words, number: number): void {
    const add = (step: Untimed) => void this.#steps.push(this.#at(number, step));
    switch (words.choice(STEPS, 'a packet, a command or expect')) {
      case 'client':
        add(this.#packet(words, 'client'));
        return;
      case 'server':
        add(this.#packet(words, 'server'));
        return;
      case 'expect':
        add({ kind: 'expect', expectation: this.#expectation(words) });
        return;
      case 'weight': {
        const server = this.#server(words);
        add({
          kind: 'command',
          command: { name: 'weight', server, weight: words.integer('weight', 0, 65_535) },
        });
        return;
      }
      case 'add': {
        const { address, weight } = this.#newServer(words);
        add({ kind: 'command', command: { name: 'add', server: address, weight } });
        return;
      }
      case 'delete': {
        const server = this.#server(words);
        this.#listed.delete(server);
        add({ kind: 'command', command: { name: 'delete', server } });
        return;
      }
      case 'sysctl':
        add({ kind: 'command', command: { name: 'sysctl', ...this.#setting(words) } });
        return;
      case 'timeout':
        this.#timeouts(words, number);
        return;
      default: {
        const word = words.next('seconds');
        const match = TIME.exec(word.text);
        if (match === null) throw new LineProblem('E_VALUE', word, 'must be seconds, like 120');
        this.#now_s += Number(match[2]) * UNITS_S[match[3] as keyof typeof UNITS_S];
        add({ kind: 'command', command: { name: 'sleep' } });
      }
    }
  }

  #at(line: number, step: Untimed): ScriptStep {
    return { line, at_ns: Math.round(this.#now_s * 1e9), ...step };
  }

  /** `10.0.1.2:40000 > vip S`, `10.0.2.3 > 10.0.1.2:40000 SA len 10` */
  #packet(words: Words, from: 'client' | 'server') {
    const source =
      from === 'client'
        ? this.#client(words)
        : reading(words.next('the sender'), (text) => this.#serverEnd(text));
    if (!words.take('>'))
      throw new LineProblem(
        'E_SCRIPT',
        words.isEmpty ? words.last : words.next('>'),
        'needs a > before the destination',
      );
    const virtual = this.#service?.address ?? '';
    const to = words.next('the destination');
    const destination =
      from === 'client'
        ? to.text === 'vip'
          ? virtual
          : reading(to, readEndpoint)
        : reading(to, readEndpoint);
    if (from === 'client' && destination !== virtual) {
      throw new LineProblem(
        'E_REFERENCE',
        to,
        'clients of a script send to its service',
        'vip stands for its address',
      );
    }
    const isUdp = words.take('udp');
    if (isUdp !== (this.#service?.protocol === 'udp')) {
      throw new LineProblem(
        'E_COMBINATION',
        words.last,
        `the service is ${isUdp ? 'TCP' : 'UDP: write udp instead of flags'}`,
      );
    }
    const flags = isUdp ? null : this.#flags(words);
    let length = 0;
    let seq: number | null = null;
    let ack: number | null = null;
    let again = false;
    while (!words.isEmpty) {
      const word = words.choice(['len', 'seq', 'ack', 'again'], 'len, seq, ack or again');
      if (word === 'again') again = true;
      else if (word === 'len') length = words.integer('len', 0, 1460);
      else if (word === 'seq') seq = words.integer('seq', 0, 0xffff_ffff);
      else ack = words.integer('ack', 0, 0xffff_ffff);
    }
    return { kind: 'packet' as const, from, source, destination, flags, length, seq, ack, again };
  }

  /** Letters as recordings have them, or with tcpdump's `.` for ACK: `S`, `SA`, `S.`, `.`, `P.`, `F.`, `R`. */
  #flags(words: Words): string {
    const word = words.next('TCP flags');
    const letters = word.text.toUpperCase().replaceAll('.', 'A');
    if (!/^[SFRPA]{1,5}$/.test(letters) || new Set(letters).size < letters.length) {
      throw new LineProblem(
        'E_VALUE',
        word,
        'must be TCP flags, letters of S F R P A',
        'S, SA, A, PA, FA, R',
      );
    }
    return letters;
  }

  #client(words: Words): string {
    return reading(words.next("the client's address and port"), readEndpoint);
  }

  /** A persistence template is listed with port 0. */
  #entryClient(words: Words): string {
    const word = words.next("the client's address and port");
    const host = /^(.*):0$/.exec(word.text)?.[1];
    return host !== undefined && readHost(host).ok ? word.text : reading(word, readEndpoint);
  }

  /** A real server that is listed. */
  #server(words: Words): string {
    const word = words.next('a real server');
    const address = reading(word, (text) => this.#serverEnd(text));
    if (this.#listed.has(address)) return address;
    const near = suggest(address, this.#listed);
    throw new LineProblem(
      'E_REFERENCE',
      word,
      `no real server ${address} is listed here`,
      near === null ? null : `did you mean ${near}?`,
    );
  }

  /** An address without a port has that of the real server with this address. */
  #serverEnd(text: string): Reading<string> {
    if (!readHost(text).ok) return readEndpoint(text);
    const known = [...this.#listed].find((address) => address.startsWith(`${text}:`));
    return known === undefined ? readEndpoint(text) : { ok: true, value: known };
  }

  #expectation(words: Words): Expectation {
    const none = words.take('no');
    if (none) {
      const about = words.choice(['entry', 'conntrack'], 'entry or conntrack');
      const client = this.#entryClient(words);
      return about === 'entry'
        ? { about, client, state: null, server: null, expires_s: null }
        : { about, client, state: null, expires_s: null };
    }
    const about = words.choice(
      ['server', 'client', 'nothing', 'drop', 'entry', 'conntrack', 'counters'],
      'server, client, nothing, entry, conntrack, counters or no',
    );
    switch (about) {
      case 'nothing':
      case 'drop':
        return { about: 'nothing' };
      case 'server':
      case 'client':
        return { about: 'frame', to: about, what: this.#frame(words), server: this.#toServer(words) };
      case 'entry': {
        const client = this.#entryClient(words);
        const state = words
          .choice([...IP_VS_TCP_STATE_NAMES, 'UDP'].map(lower), 'a state of IPVS')
          .toUpperCase();
        return { about, client, state, server: this.#toServer(words), expires_s: expires(words) };
      }
      case 'conntrack': {
        const client = this.#client(words);
        const state = words.choice([...TCP_CONNTRACK_NAMES].map(lower), 'a state of conntrack').toUpperCase();
        return { about, client, state, expires_s: expires(words) };
      }
      default: {
        const server = this.#server(words);
        const active = words.integer('ActiveConn', 0, 1e9);
        return { about, server, active, inactive: words.integer('InActConn', 0, 1e9) };
      }
    }
  }

  #frame(words: Words): string {
    if (words.take('udp')) return 'udp';
    if (!words.take('icmp')) return sortedFlags(this.#flags(words));
    const word = words.next('type/code');
    if (!/^\d{1,3}\/\d{1,3}$/.test(word.text))
      throw new LineProblem('E_VALUE', word, 'must be TYPE/CODE, like 3/3');
    return word.text;
  }

  #toServer(words: Words): string | null {
    if (!words.take('to')) return null;
    const word = words.next('a real server');
    return readHost(word.text).ok ? word.text : reading(word, readEndpoint);
  }
}

function expires(words: Words): number | null {
  return words.take('expires') ? words.integer('expires', 0, 1e9) : null;
}

function lower(name: string): string {
  return name.toLowerCase();
}

/** The value of a word, or the problem that it is. */
function reading<T>(word: Word, read: (text: string) => Reading<T>): T {
  const found = read(word.text);
  if (found.ok) return found.value;
  throw new LineProblem('E_VALUE', word, `${JSON.stringify(word.text)} ${found.message}`, found.hint);
}
