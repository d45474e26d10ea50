/** What the evidence says of the load, and of the service that has it. */
import type { Place } from '../evidence/fact.ts';
import { FIRST_RETRY_MS } from '../evidence/timed.ts';
import type { ImportedLoad } from '../import/scenario_yaml.ts';
import { printable } from '../text/terminal.ts';
import type { Seen } from './seen.ts';

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

/** What is left of the median request without its connect. */
function serviceTime_ms(seen: Seen): number | undefined {
  const requests = seen.all('requests')[0];
  if (requests === undefined || requests.median_ms >= FIRST_RETRY_MS) return undefined;
  const connect_ms = seen.all('connects')[0]?.median_ms ?? 0;
  return Math.max(1, Math.round(requests.median_ms - connect_ms));
}
