/**
 * A scenario that reproduces what was seen, made of the evidence, and what its run says beside what was observed.
 * The run itself is whoever asks for it.
 */
import type { Place } from '../evidence/fact.ts';
import type { ImportedLoad } from '../import/scenario_yaml.ts';
import type { Result } from '../measure/result.ts';
import { count, percent, rate } from '../report/numbers.ts';
import { printable } from '../text/terminal.ts';
import type { Seen } from './seen.ts';

/** Entries stay in TIME_WAIT for so long, unless ipvsadm --set says otherwise. */
const TIME_WAIT_S = 120;
/**
 * connect() takes one parity of its ports first (1580ab63fc9a), so a table stands still at half of them. One that is four fifths
 * of the way there may have got there at any rate.
 */
const FULL = 0.4;
const FIRST_RETRY_MS = 900;
/** A longer run shows nothing that this one does not. */
const LONGEST_S = 300;

/** The TCP service that has most connections by the table; null where none was listed. */
export function busiestService(
  seen: Seen,
): { readonly address: string; readonly inactive: number; readonly at: Place } | null {
  const sums = new Map<string, { inactive: number; active: number; at: Place }>();
  for (const { protocol, service, active, inactive, at } of seen.all('server')) {
    if (protocol !== 'tcp' || active === null || inactive === null) continue;
    const sum = sums.get(service) ?? { active: 0, inactive: 0, at };
    sum.active += active;
    sum.inactive += inactive;
    sums.set(service, sum);
  }
  const total = ({ active, inactive }: { active: number; inactive: number }): number => active + inactive;
  const [best] = [...sums].toSorted(([, a], [, b]) => total(b) - total(a));
  return best === undefined ? null : { address: best[0], inactive: best[1].inactive, at: best[1].at };
}

/** What a load generator says of its load, or IPVS of connections per second; undefined where nobody does. */
export function reportedLoad(seen: Seen): ImportedLoad | undefined {
  const report = seen.all('load')[0];
  if (report !== undefined) {
    const { rate: perSecond, concurrency, duration_s } = report;
    return {
      // What a closed loop does follows from how many there are at once; its rate is an outcome.
      ...(concurrency === null ? { rate_per_s: Math.max(1, Math.round(perSecond ?? 1)) } : { concurrency }),
      duration_s: duration_s === null ? undefined : Math.min(LONGEST_S, Math.max(1, Math.round(duration_s))),
      serviceTime_ms: serviceTime_ms(seen),
      from: `from ${printable(report.at.file)}:${report.at.line}`,
    };
  }
  const busiest = busiestService(seen);
  const rates = seen.all('rate').filter(({ conns_per_s }) => conns_per_s > 0);
  const counted =
    rates.find(({ service }) => service !== null && service === busiest?.address) ??
    rates.toSorted((a, b) => b.conns_per_s - a.conns_per_s)[0];
  if (counted === undefined) return undefined;
  const from = `as IPVS counts, ${printable(counted.at.file)}:${counted.at.line}`;
  return { rate_per_s: counted.conns_per_s, from };
}

/** The same, or an estimate by what is in TIME_WAIT. */
export function loadOf(seen: Seen): ImportedLoad | undefined {
  const reported = reportedLoad(seen);
  if (reported !== undefined) return reported;
  const busiest = busiestService(seen);
  if (busiest === null || busiest.inactive === 0 || busiest.inactive >= FULL * seen.ports) return undefined;
  const timeout_s = seen.sysctl('net.ipv4.vs.timeout.tcpfin')?.value ?? TIME_WAIT_S;
  return {
    rate_per_s: Math.max(1, Math.round(busiest.inactive / timeout_s)),
    from: `assumed: InActConn ${busiest.inactive} by ${timeout_s} s in TIME_WAIT; ipvsadm -Ln --rate tells it`,
  };
}

/** What is left of the median request without its connect. */
function serviceTime_ms(seen: Seen): number | undefined {
  const requests = seen.all('requests')[0];
  if (requests === undefined || requests.median_ms >= FIRST_RETRY_MS) return undefined;
  const connect_ms = seen.all('connects')[0]?.median_ms ?? 0;
  return Math.max(1, Math.round(requests.median_ms - connect_ms));
}

export interface Beside {
  readonly what: string;
  readonly observed: string;
  readonly simulated: string;
  readonly at: Place;
}

/** Number by number: what was observed, and what the run has. */
export function beside(seen: Seen, result: Result): readonly Beside[] {
  const rows: Beside[] = [];
  const load = seen.all('load').find((fact) => fact.rate !== null);
  if (load?.rate != null)
    rows.push({
      what: 'requests/s',
      observed: rate(load.rate),
      simulated: rate(result.totals.rps),
      at: load.at,
    });
  const { retried } = seen;
  if (retried !== null)
    rows.push({
      what: 'connects of 1 s and more',
      observed: percent(retried.share),
      simulated: percent(slowShare(result)),
      at: retried.at,
    });
  const busiest = busiestService(seen);
  if (busiest !== null)
    rows.push({
      what: `InActConn of ${busiest.address}`,
      observed: count(busiest.inactive),
      simulated: count(result.realServers.reduce((sum, { inact_conn }) => sum + inact_conn, 0)),
      at: busiest.at,
    });
  return rows;
}

function slowShare({ connect_ms_histogram: histogram }: Result): number {
  let all = 0;
  let slow = 0;
  for (const [bucket, number] of Object.entries(histogram)) {
    all += number;
    if (Number(bucket) >= FIRST_RETRY_MS) slow += number;
  }
  return all === 0 ? 0 : slow / all;
}
