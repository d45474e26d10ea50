/**
 * A scenario that reproduces what was seen, made of the evidence, and what its run says beside what was observed.
 * The run itself is whoever asks for it.
 */
import { FIRST_RETRY_MS } from '../evidence/timed.ts';
import type { ImportedLoad } from '../import/scenario_yaml.ts';
import type { Result } from '../measure/result.ts';
import { count, percent, rate } from '../report/numbers.ts';
import type { Beside, Hypothesis } from './hypothesis.ts';
import { busiestService, reportedLoad } from './reported_load.ts';
import type { Seen } from './seen.ts';

/** Entries stay in TIME_WAIT for so long, unless ipvsadm --set says otherwise. */
const TIME_WAIT_S = 120;
/**
 * connect() takes one parity of its ports first (1580ab63fc9a), so a table stands still at half of them. One that is four fifths
 * of the way there may have got there at any rate.
 */
const FULL = 0.4;

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

/** Number by number: what was observed, and what the run has; first what any run has, then what tells of the cause. */
export function beside(seen: Seen, result: Result, lead: Hypothesis): readonly Beside[] {
  const ofCause = lead.beside?.(seen, result) ?? [];
  // Where the load was made up, so are its rate and what it leaves behind.
  return lead.stage?.(seen).client?.load === undefined ? [...ofLoad(seen, result), ...ofCause] : ofCause;
}

function ofLoad(seen: Seen, result: Result): readonly Beside[] {
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
  const isIt = result.scenario.services.some(
    ({ address, protocol }) => address === busiest?.address && protocol === 'tcp',
  );
  if (busiest !== null && isIt)
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
