/** What a kind of controller says of itself. What it does while it runs is in network/cluster/. */
import type { KernelRelease } from '../../kernel/release/release.ts';

/** The sysctls that controllers set. */
export const CONNTRACK = 'net.ipv4.vs.conntrack';
export const REUSE_MODE = 'net.ipv4.vs.conn_reuse_mode';
export const NODEST = 'net.ipv4.vs.expire_nodest_conn';
export const QUIESCENT = 'net.ipv4.vs.expire_quiescent_template';
export const CONTROLLER_SYSCTLS: readonly string[] = [CONNTRACK, REUSE_MODE, NODEST, QUIESCENT];

/** The keys of a controller in a scenario file, right by themselves. */
export interface ControllerEntry {
  readonly version?: string | undefined;
  readonly gracefulTermination?: boolean | undefined;
  readonly gracePeriod?: number | undefined;
  readonly syncDelay: number;
  readonly syncPeriod: number;
}

/** What every controller has in a scenario. */
export interface Syncs {
  readonly syncDelay_ns: number;
  readonly syncPeriod_ns: number;
}

export interface ReleaseProblem {
  readonly code: 'E_MISSING' | 'E_VALUE';
  readonly message: string;
  readonly hint: string | null;
}

export interface ControllerKind<Controller> {
  readonly kind: string;
  /** Its services are known by firewall marks, from this one on; absent where they are by address. */
  readonly firstMark?: number;
  /** Whether its releases run IPVS in the namespace of each client, where no interface has the virtual addresses. */
  inClients?(version: string | null): boolean;
  /** Whether `gracePeriod` is a key of its own. */
  readonly hasGracePeriod: boolean;
  /** What is wrong about the release that is written, or about none. */
  checkRelease(version: string | undefined): ReleaseProblem | null;
  /** The controller with this entry, which has been checked. */
  read(entry: ControllerEntry): Controller;
  /** The sysctls that it sets when it starts; `version` has been checked. */
  sysctls(version: string | null, kernel: KernelRelease): Readonly<Record<string, number>>;
}

export function syncs({ syncDelay, syncPeriod }: ControllerEntry): Syncs {
  return { syncDelay_ns: syncDelay, syncPeriod_ns: syncPeriod };
}

/** The release of a controller that need not name one. */
export function ownRelease({ version }: ControllerEntry): { readonly version?: string } {
  return version === undefined ? {} : { version };
}

/** Whether a release like 20.10.17 is not before the wanted one. */
export function atLeast(version: string, wanted: readonly [number, number, number]): boolean {
  const numbers = version.split(/[.-]/, 3).map((part) => Number.parseInt(part, 10) || 0);
  for (const [index, want] of wanted.entries()) {
    const number = numbers[index] ?? 0;
    if (number !== want) return number > want;
  }
  return true;
}
