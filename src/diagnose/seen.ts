/** All facts of the evidence, as hypotheses ask for them. */
import type { ClientError, Fact, FactOf, Place } from '../evidence/fact.ts';
import { type KernelRelease, readKernel } from '../kernel/release/release.ts';
import type { SwitchName } from '../kernel/release/switches.ts';

/** ip_local_port_range is 32768 to 60999 where nobody changed it. */
const DEFAULT_PORTS = 28_232;

export interface Figure {
  readonly value: number;
  readonly at: Place;
}

export interface KernelFact {
  readonly kernel: KernelRelease;
  readonly at: Place;
}

export class Seen {
  readonly facts: readonly Fact[];
  readonly kernel: KernelFact | null;

  constructor(facts: readonly Fact[]) {
    this.facts = facts;
    this.kernel = bestKernel(this.all('kernel'));
  }

  all<Kind extends Fact['kind']>(kind: Kind): readonly FactOf<Kind>[] {
    return this.facts.filter((fact): fact is FactOf<Kind> => fact.kind === kind);
  }

  /** The last one wins, as where a file of settings is read. */
  sysctl(key: string): Figure | null {
    const found = this.all('sysctl').findLast((fact) => fact.key === key && /^-?\d+$/u.test(fact.value));
    return found === undefined ? null : { value: Number(found.value), at: found.at };
  }

  counter(...names: readonly string[]): Figure | null {
    const found = this.all('counter').filter(({ name }) => names.includes(name));
    if (found.length === 0) return null;
    const most = found.reduce((a, b) => (b.value > a.value ? b : a));
    return { value: most.value, at: most.at };
  }

  errors(error: ClientError): Figure | null {
    const found = this.all('error').filter((fact) => fact.error === error);
    return found.length === 0
      ? null
      : { value: found.reduce((sum, { count }) => sum + count, 0), at: found[0]!.at };
  }

  /** What a switch of the kernel is; `unknown` where no kernel is named, too. */
  has(name: SwitchName): 'yes' | 'no' | 'unknown' {
    return this.kernel?.kernel.answers[name].state ?? 'unknown';
  }

  /** Source ports that a client has, by the evidence or by default. */
  get ports(): number {
    const range = this.all('sysctl').findLast(({ key }) => key === 'net.ipv4.ip_local_port_range');
    const found = /^(\d+)\s+(\d+)$/u.exec(range?.value ?? '');
    return found === null ? DEFAULT_PORTS : Math.max(1, Number(found[2]) - Number(found[1]) + 1);
  }

  /** Whether the table of services was seen, so that what it lacks is known to be lacking. */
  get hasTable(): boolean {
    return this.facts.some(({ kind }) => kind === 'service');
  }

  /** The real server of a service, as the table has it. */
  server(protocol: string, service: string, address: string): FactOf<'server'> | undefined {
    return this.all('server').find(
      (fact) => fact.protocol === protocol && fact.service === service && fact.address === address,
    );
  }

  /** Whether the table has a service of that address: templates of persistence name none of a protocol. */
  hasService(protocol: string, address: string): boolean {
    return this.all('service').some((fact) => fact.protocol === protocol && fact.address === address);
  }

  /** Connects that met a retransmitted SYN; null where nobody timed any. */
  get retried(): { readonly share: number; readonly count: number; readonly at: Place } | null {
    const timed = this.all('connects').filter(({ retried, count }) => retried !== null && count > 0);
    if (timed.length === 0) return null;
    const worst = timed.reduce((a, b) => (b.retried! / b.count > a.retried! / a.count ? b : a));
    return { share: worst.retried! / worst.count, count: worst.retried!, at: worst.at };
  }

  /** Whether anything tells how clients fare. */
  get hasSymptoms(): boolean {
    return ['connects', 'requests', 'error'].some((kind) => this.facts.some((fact) => fact.kind === kind));
  }
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
