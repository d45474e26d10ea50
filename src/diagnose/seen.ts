/** All facts of the evidence, as hypotheses ask for them. */
import { type ClientError, type Fact, type FactOf, markText, type Place } from '../evidence/fact.ts';
import { type KernelRelease, readKernel } from '../kernel/release/release.ts';
import type { SwitchName } from '../kernel/release/switches.ts';
import { count } from '../report/numbers.ts';
import { familyOf } from '../text/endpoint.ts';
import { TRANSPORTS } from '../text/transport.ts';

/** ip_local_port_range is 32768 to 60999 where nobody changed it. */
const DEFAULT_PORTS = 28_232;

export interface Figure {
  readonly value: number;
  readonly at: Place;
}

export interface Retried {
  readonly share: number;
  readonly count: number;
  /** Connects that were timed. */
  readonly of: number;
  /** More than any network loses. */
  readonly isMuch: boolean;
  readonly at: Place;
}

/** A packet in a thousand is lost in networks that nobody complains of: of a SYN and its answer, one in five hundred. */
const SLIGHT = 0.002;

/** Fewer happen to any host. */
const FEW = 10;

export interface SynsKept {
  readonly at: Place;
  readonly words: string;
  /** More than chance. */
  readonly isMuch: boolean;
  /** None of many. */
  readonly isNone: boolean;
  /** Whether they are most of those that had to be sent again. */
  readonly explains: boolean;
}

/** The table and its entries are listed one after the other: so many come and go in between, and such a share. */
const UNLISTED = 100;
const LISTED_SHARE = 0.3;

const SYNS_AGAIN = 'TcpExtTCPSynRetrans';
/** Of SYNs: fewer that are not sent on may have been under way when the capture began or ended. */
const MANY = 5;
/** Where none of so many was kept, the node keeps none. */
const ENOUGH = 100;

export interface KernelFact {
  readonly kernel: KernelRelease;
  readonly at: Place;
}

/** What a host is in the evidence. The director may be a client, too. */
export type Role = 'client' | 'director' | 'server';

export class Seen {
  readonly facts: readonly Fact[];
  readonly kernel: KernelFact | null;
  readonly #byKind = new Map<Fact['kind'], Fact[]>();
  readonly #servers = new Map<string, FactOf<'server'>>();
  readonly #services = new Set<string>();
  /** Of each address that is marked, by protocol and address, the mark. */
  readonly #marks = new Map<string, string>();
  readonly #roles: ReadonlyMap<string, ReadonlySet<Role>>;

  constructor(facts: readonly Fact[]) {
    this.facts = facts;
    for (const fact of facts) {
      const alike = this.#byKind.get(fact.kind) ?? [];
      alike.push(fact);
      this.#byKind.set(fact.kind, alike);
      if (fact.kind === 'server')
        this.#servers.set(serverKey(fact.protocol, fact.service, fact.address), fact);
      if (fact.kind === 'service') this.#services.add(`${fact.protocol} ${fact.address}`);
      if (fact.kind === 'mark')
        this.#marks.set(`${fact.protocol} ${fact.address}`, markText(fact.mark, familyOf(fact.address)));
    }
    this.#roles = rolesOf(facts);
    const kernels = this.all('kernel');
    const ofDirector = kernels.filter((fact) => this.isAt(fact, 'director') === 'yes');
    this.kernel = bestKernel(ofDirector.length > 0 ? ofDirector : kernels);
  }

  /** Whether a fact was taken at a host of that role; `unknown` where the text does not tell whose it is. */
  isAt({ host }: Fact, role: Role): 'yes' | 'no' | 'unknown' {
    const roles = host === null ? undefined : this.#roles.get(host);
    if (roles === undefined) return 'unknown';
    return roles.has(role) ? 'yes' : 'no';
  }

  /** Entries of the connection table; where it was not listed, conntrack's flows that IPVS sent to a real server. */
  get entries(): readonly FactOf<'entries'>[] {
    const listed = this.all('entries');
    if (listed.length > 0) return listed;
    return this.allAt('flows', 'director').flatMap((flow) => {
      const { protocol, destination, answers, state, count, clients, at, host } = flow;
      // Nobody else answers: it went where it was addressed to.
      if (answers === '' || answers === destination || !(TRANSPORTS as readonly string[]).includes(protocol))
        return [];
      const entry = { protocol, service: destination, server: answers, state, count, clients, at, host };
      return [{ kind: 'entries' as const, ...entry, templates: 0 }];
    });
  }

  /** Facts that may be of a host of that role; only those that surely are, where there are some. */
  allAt<Kind extends Fact['kind']>(kind: Kind, role: Role): readonly FactOf<Kind>[] {
    const facts = this.all(kind);
    const sure = facts.filter((fact) => this.isAt(fact, role) === 'yes');
    return sure.length > 0 ? sure : facts.filter((fact) => this.isAt(fact, role) === 'unknown');
  }

  /** Real servers of the tables by address and port, and hosts of the evidence that are one. */
  get serversSeen(): { readonly listed: number; readonly hosts: number } {
    const listed = new Set(this.all('server').map(({ address }) => address)).size;
    const hosts = [...this.#roles.values()].filter((roles) => roles.has('server')).length;
    return { listed, hosts };
  }

  /** Each service once: several listings name the same. */
  get services(): readonly FactOf<'service'>[] {
    const known = new Set<string>();
    return this.all('service').filter(({ protocol, address }) => {
      const key = `${protocol} ${address}`;
      if (known.has(key)) return false;
      known.add(key);
      return true;
    });
  }

  all<Kind extends Fact['kind']>(kind: Kind): readonly FactOf<Kind>[] {
    return (this.#byKind.get(kind) ?? []) as unknown as readonly FactOf<Kind>[];
  }

  /** The last one wins, as where a file of settings is read; what is surely of that role comes first. */
  setting(key: string, role: Role): FactOf<'sysctl'> | undefined {
    const found = this.all('sysctl').filter((fact) => fact.key === key);
    const last = (isAt: 'yes' | 'unknown') => found.findLast((fact) => this.isAt(fact, role) === isAt);
    return last('yes') ?? last('unknown');
  }

  /** The same as a number. */
  sysctl(key: string, role: Role = 'director'): Figure | null {
    const found = this.setting(key, role);
    return found === undefined || !/^-?\d+$/u.test(found.value)
      ? null
      : { value: Number(found.value), at: found.at };
  }

  /** The largest of those counters at hosts of that role; `isSure` where it is known that it is one. */
  counter(role: Role, ...names: readonly string[]): (Figure & { readonly isSure: boolean }) | null {
    const found = this.allAt('counter', role).filter(({ name }) => names.includes(name));
    if (found.length === 0) return null;
    const most = found.reduce((a, b) => (b.value > a.value ? b : a));
    return { value: most.value, at: most.at, isSure: this.isAt(most, role) === 'yes' };
  }

  /**
   * Several counters of one host that may be of that role, where it has them all: of several such hosts the one whose
   * first counter is largest.
   */
  countersTogether(role: Role, ...names: readonly string[]): readonly Figure[] | null {
    const sources = new Map<string, Map<string, Figure>>();
    for (const fact of this.allAt('counter', role)) {
      if (!names.includes(fact.name)) continue;
      const source = fact.host ?? fact.at.file;
      const counters = sources.get(source) ?? new Map<string, Figure>();
      sources.set(source, counters.set(fact.name, { value: fact.value, at: fact.at }));
    }
    const whole = [...sources.values()].filter((counters) => counters.size === names.length);
    const most = whole.toSorted((a, b) => b.get(names[0]!)!.value - a.get(names[0]!)!.value)[0];
    return most === undefined ? null : names.map((name) => most.get(name)!);
  }

  errors(error: ClientError): Figure | null {
    const found = this.all('error').filter((fact) => fact.error === error && this.#isAsked(fact.to));
    return found.length === 0
      ? null
      : { value: found.reduce((sum, { count }) => sum + count, 0), at: found[0]!.at };
  }

  /** Where services are known, an error that is about somebody else says nothing of them. */
  #isAsked(to: string | undefined): boolean {
    return to === undefined || !this.hasTable || TRANSPORTS.some((protocol) => this.hasService(protocol, to));
  }

  /** Kernels that were named and that the model does not know. */
  get unreadKernels(): readonly { readonly at: Place; readonly why: string }[] {
    return this.all('kernel').flatMap(({ text, at }) => {
      const reading = readKernel(text);
      return reading.ok
        ? []
        : [{ at, why: `the kernel ${reading.message}${reading.hint === null ? '' : `: ${reading.hint}`}` }];
    });
  }

  /** What a switch of the kernel is; `unknown` where no kernel is named, too. */
  has(name: SwitchName): 'yes' | 'no' | 'unknown' {
    return this.kernel?.kernel.answers[name].state ?? 'unknown';
  }

  /** Source ports that a client has, by the evidence or by default. */
  get ports(): number {
    const range = this.setting('net.ipv4.ip_local_port_range', 'client')?.value ?? '';
    const found = /^(\d+)\s+(\d+)$/u.exec(range);
    if (found === null) return DEFAULT_PORTS;
    const [low, high] = [Number(found[1]), Number(found[2])];
    const reserved = this.setting('net.ipv4.ip_local_reserved_ports', 'client')?.value ?? '';
    return Math.max(1, high - low + 1 - portsIn(reserved, low, high));
  }

  /** Whether the table of services was seen, so that what it lacks is known to be lacking. */
  get hasTable(): boolean {
    return this.facts.some(({ kind }) => kind === 'service');
  }

  /** The real server of a service, as the table has it. */
  server(protocol: string, service: string, address: string): FactOf<'server'> | undefined {
    const mark = this.#marks.get(`${protocol} ${service}`);
    if (mark === undefined) return this.#servers.get(serverKey(protocol, service, address));
    // It may be listed without a port.
    const anyPort = address.replace(/:\d+$/u, ':0');
    return (
      this.#servers.get(serverKey('fwm', mark, address)) ?? this.#servers.get(serverKey('fwm', mark, anyPort))
    );
  }

  /** Whether all real servers of that service are among the facts, of one node at least. */
  isListedWhole(protocol: string, address: string): boolean {
    const mark = this.#marks.get(`${protocol} ${address}`);
    return this.all('service').some(
      (fact) =>
        (mark === undefined
          ? fact.protocol === protocol && fact.address === address
          : fact.protocol === 'fwm' && fact.address === mark) &&
        fact.isPart !== true &&
        fact.hasUnread !== true,
    );
  }

  /** Whether the entries that were handed in are hardly any of those that the table counts: some rows to show their kind. */
  get isExtract(): boolean {
    const entries = this.all('entries');
    const hosts = new Set(entries.map(({ host }) => host));
    const listed = entries.reduce((sum, { count: number }) => sum + number, 0);
    const counted = [...this.#servers.values()]
      .filter(({ host }) => hosts.has(host))
      .reduce((sum, { active, inactive }) => sum + (active ?? 0) + (inactive ?? 0), 0);
    return entries.length > 0 && counted - listed >= UNLISTED && listed < LISTED_SHARE * counted;
  }

  /** Whether there are no other entries than those that were handed in; flows of conntrack stand in for them. */
  get hasAllEntries(): boolean {
    const listed = this.all('entries');
    if (listed.length === 0) return this.allAt('flows', 'director').every(({ isPart }) => isPart !== true);
    return this.all('listing').length > 0 && !this.isExtract && listed.every(({ isPart }) => isPart !== true);
  }

  /** Whether the table has a service of that address: templates of persistence name none of a protocol. */
  hasService(protocol: string, address: string): boolean {
    const mark = this.#marks.get(`${protocol} ${address}`);
    return this.#services.has(mark === undefined ? `${protocol} ${address}` : `fwm ${mark}`);
  }

  /** Connects that met a retransmitted SYN; null where nobody timed any. */
  get retried(): Retried | null {
    const timed = this.all('connects').filter(({ retried, count }) => retried !== null && count > 0);
    if (timed.length === 0) return null;
    const worst = timed.reduce((a, b) => (b.retried! / b.count > a.retried! / a.count ? b : a));
    const share = worst.retried! / worst.count;
    return { share, count: worst.retried!, of: worst.count, isMuch: share >= SLIGHT, at: worst.at };
  }

  /**
   * Whether the clients' host sends SYNs again more often than any network loses them: connects that are still under way
   * are in no report.
   */
  get connectsHang(): boolean {
    const [again, opens] = this.countersTogether('client', SYNS_AGAIN, 'TcpActiveOpens') ?? [];
    return again !== undefined && again.value >= Math.max(FEW, 5 * SLIGHT * opens!.value);
  }

  /** SYNs that came to the node and were not sent on; null where its two sides were not captured. */
  get synsKept(): SynsKept | null {
    const [node] = this.all('syns at the node');
    if (node === undefined) return null;
    const { came, kept, at } = node;
    const again = this.all('counter').find(
      ({ name, at: place }) => name === SYNS_AGAIN && place.file === at.file,
    );
    const words = `of ${count(came)} SYNs that came to the node ${count(kept)} were not sent on`;
    return {
      at,
      words,
      isMuch: kept >= MANY,
      isNone: kept === 0 && came >= ENOUGH,
      explains: kept >= MANY && kept >= 0.5 * (again?.value ?? 0),
    };
  }

  /** Whether anything tells how clients fare. */
  get hasSymptoms(): boolean {
    return ['connects', 'requests', 'error'].some((kind) => this.facts.some((fact) => fact.kind === kind));
  }
}

/**
 * What hosts are, by what was taken there: the table of services or its entries at the director, connects that were timed
 * or a load at a client, a listener on a real server's port at a real server.
 */
function rolesOf(facts: readonly Fact[]): ReadonlyMap<string, ReadonlySet<Role>> {
  const roles = new Map<string, Set<Role>>();
  const give = ({ host }: Fact, role: Role): void => {
    if (host === null) return;
    roles.set(host, (roles.get(host) ?? new Set()).add(role));
  };
  const ports = new Set(facts.flatMap((fact) => (fact.kind === 'server' ? [portOf(fact.address)] : [])));
  for (const fact of facts) {
    const isCounted = fact.kind === 'server' && fact.active !== null;
    if (isCounted || fact.kind === 'entries' || fact.kind === 'listing') give(fact, 'director');
    else if (fact.kind === 'connects' || fact.kind === 'requests' || fact.kind === 'load')
      give(fact, 'client');
    else if (fact.kind === 'listener' && ports.has(portOf(fact.address))) give(fact, 'server');
  }
  return roles;
}

function serverKey(protocol: string, service: string, address: string): string {
  return `${protocol} ${service} ${address}`;
}

/** How many ports of a list like `30000-32767,40000` lie between the two. */
function portsIn(list: string, low: number, high: number): number {
  const ranges = list.split(',').flatMap((text) => {
    const [, first = '', last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/u.exec(text.trim()) ?? [];
    return first === '' ? [] : [[Math.max(low, Number(first)), Math.min(high, Number(last))] as const];
  });
  return ranges.reduce((sum, [first, last]) => sum + Math.max(0, last - first + 1), 0);
}

function portOf(address: string): string {
  return address.slice(address.lastIndexOf(':') + 1);
}

/** The one that says most: /proc/version_signature names the release of kernel.org beside the vendor's. */
function bestKernel(facts: readonly FactOf<'kernel'>[]): KernelFact | null {
  const read = facts.flatMap(({ text, at }) => {
    const reading = readKernel(text);
    return reading.ok ? [{ kernel: reading.value, at }] : [];
  });
  return read.toSorted((a, b) => unknowns(a) - unknowns(b))[0] ?? null;
}

function unknowns({ kernel }: KernelFact): number {
  return Object.values(kernel.answers).filter(({ state }) => state === 'unknown').length;
}
