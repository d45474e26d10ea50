/** What a kernel release does differently as a TCP host; era.ts says the same of it as a director. */

/**
 * How connect() walks through the ephemeral ports (__inet_hash_connect):
 * sequential    before v4.2: every port in turn, from a hint shared by all destinations;
 * evenHint      07f4c90062f8 (v4.2, and RHEL 7.8): the start is forced to an even offset;
 * evenFirst     1580ab63fc9a (v4.5): all even offsets first, then the odd ones;
 * perturb       190cc82489f4 and c579bd1b4021 (v5.12): a hint per destination out of 256, 1 of 16 ports skipped;
 * perturbRandom ca7af0402550, 4dfa9b438ee3 and 4c2c8f03a5ab (v5.18): 65536 hints, a random step, and a new
 *               place to start every 10 s.
 */
export type PortChoice = 'sequential' | 'evenHint' | 'evenFirst' | 'perturb' | 'perturbRandom';

export interface TcpFeatures {
  readonly portChoice: PortChoice;
  /** Before v4.8 timers fire on their jiffy. */
  readonly timersOnTheJiffy: boolean;
  /** net.ipv4.tcp_syn_linear_timeouts (v6.5): SYNs retransmitted after the first timeout again and again. */
  readonly synLinearTimeouts: number;
}

/** First point release of a stable branch with the random step (queued in May and June 2022). */
const PERTURB_RANDOM_BACKPORTS: Readonly<Record<string, number>> = {
  '4.9': 320,
  '4.14': 285,
  '4.19': 249,
  '5.4': 201,
  '5.10': 125,
  '5.15': 41,
  '5.17': 9,
};

/** Behaviour of the kernel named like `uname -r` ("3.10.0-1127.el7", "5.4", "6.1.192"). */
export function tcpFeatures(release: string): TcpFeatures {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(release);
  if (match === null) throw new RangeError(`not a kernel release: ${release}`);
  const major = Number(match[1]);
  const minor = Number(match[2]);
  const patch = Number(match[3] ?? 0);
  const since = (thatMajor: number, thatMinor: number): boolean =>
    major > thatMajor || (major === thatMajor && minor >= thatMinor);
  const backport = PERTURB_RANDOM_BACKPORTS[`${major}.${minor}`];
  return {
    portChoice: portChoice(since, backport !== undefined && patch >= backport, /\.el7/.test(release)),
    timersOnTheJiffy: !since(4, 8),
    synLinearTimeouts: since(6, 5) ? 4 : 0,
  };
}

function portChoice(
  since: (major: number, minor: number) => boolean,
  hasBackport: boolean,
  el7: boolean,
): PortChoice {
  if (since(5, 18) || hasBackport) return 'perturbRandom';
  if (since(5, 12)) return 'perturb';
  if (since(4, 5)) return 'evenFirst';
  return since(4, 2) || el7 ? 'evenHint' : 'sequential';
}
