/** The final report of ApacheBench 2.3, to lay beside the one in a ticket. */
import type { Result, Times } from '../../measure/result.ts';
import { loadKindOf } from '../../scenario/loads/loads.ts';
import { hostOf } from '../../text/endpoint.ts';
import { left, right } from '../instant/printf.ts';
import { column, largest } from '../series.ts';
import { printable } from '../text.ts';

const PERCENTILES = [50, 66, 75, 80, 90, 95, 98, 99, 100] as const;

/**
 * ab's report byte for byte, beginning with its line "Server Software". Deviation: the model has no HTTP
 * header, so "Total transferred" equals "HTML transferred".
 */
export function renderAb(result: Result): string {
  const { complete } = result.totals;
  const blocks = [server(result), load(result)];
  if (complete > 0) blocks.push(`${connectionTimes(result)}${percentiles(result)}`);
  return blocks.join('\n');
}

function server(result: Result): string {
  const service = result.scenario.services[0];
  const direct = service?.path === 'direct';
  const address = printable((direct ? service.realServers[0]?.address : service?.address) ?? '');
  const length = service?.realServers[0]?.responseBytes ?? 0;
  return (
    `Server Software:        ipvsim/${printable(result.ipvsim)}\n` +
    `Server Hostname:        ${hostOf(address)}\n` +
    `Server Port:            ${address.slice(address.lastIndexOf(':') + 1)}\n` +
    '\n' +
    'Document Path:          /\n' +
    `Document Length:        ${length} bytes\n`
  );
}

/** Errors of connect() itself; all others reach ab -r when it polls or reads. */
const AT_CONNECT: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EADDRINUSE']);

/**
 * ab's own count: with -r it counts a connection that fails three times (receive, length, exception) and calls it
 * complete all the same; the recordings of draining show both.
 */
export function abFailures({ errors }: Result): { readonly connect: number; readonly polled: number } {
  const entries = Object.entries(errors);
  const sum = (atConnect: boolean): number =>
    entries.reduce((total, [name, count]) => total + (AT_CONNECT.has(name) === atConnect ? count : 0), 0);
  return { connect: sum(true), polled: sum(false) };
}

function load(result: Result): string {
  const { seconds, response_bytes } = result.totals;
  const { connect, polled } = abFailures(result);
  const complete = result.totals.complete + polled;
  const failed = connect + 3 * polled;
  const concurrency = concurrencyOf(result);
  const keepAlive = result.scenario.clients.some((client) => client.keepAlive);
  const mean_ms = complete > 0 ? (seconds * 1000) / complete : 0;
  return (
    `Concurrency Level:      ${concurrency}\n` +
    `Time taken for tests:   ${seconds.toFixed(3)} seconds\n` +
    `Complete requests:      ${complete}\n` +
    `Failed requests:        ${failed}\n` +
    (failed > 0
      ? `   (Connect: ${connect}, Receive: ${polled}, Length: ${polled}, Exceptions: ${polled})\n`
      : '') +
    (keepAlive ? `Keep-Alive requests:    ${complete}\n` : '') +
    `Total transferred:      ${response_bytes} bytes\n` +
    `HTML transferred:       ${response_bytes} bytes\n` +
    (complete > 0 && seconds > 0
      ? `Requests per second:    ${(complete / seconds).toFixed(2)} [#/sec] (mean)\n` +
        `Time per request:       ${(concurrency * mean_ms).toFixed(3)} [ms] (mean)\n` +
        `Time per request:       ${mean_ms.toFixed(3)} [ms] (mean, across all concurrent requests)\n` +
        `Transfer rate:          ${(response_bytes / 1024 / seconds).toFixed(2)} [Kbytes/sec] received\n`
      : '')
  );
}

/** ab's -c: the workers of all closed loops; for open loops the most requests that were ever under way. */
function concurrencyOf(result: Result): number {
  const workers = result.scenario.clients.reduce(
    (sum, { load }) => sum + loadKindOf(load).concurrency(load),
    0,
  );
  return workers > 0 ? workers : Math.max(1, largest(column(result, 'in_flight')) ?? 1);
}

function connectionTimes({ times_ms }: Result): string {
  const row = (name: string, { min, mean, sd, median, max }: Times) =>
    `${left(name, 12)}${right(Math.round(min), 5)} ${right(Math.round(mean), 4)} ${right(sd.toFixed(1), 5)} ` +
    `${right(Math.round(median), 6)} ${right(Math.round(max), 7)}\n`;
  return (
    'Connection Times (ms)\n' +
    '              min  mean[+/-sd] median   max\n' +
    row('Connect:', times_ms.request_connect) +
    row('Processing:', times_ms.processing) +
    row('Waiting:', times_ms.waiting) +
    row('Total:', times_ms.total) +
    sanity('the initial connection time', times_ms.request_connect) +
    sanity('the processing time', times_ms.processing) +
    sanity('the waiting time', times_ms.waiting) +
    sanity('the total time', times_ms.total)
  );
}

/** ab distrusts a mean that lies far from the median; a cliff is just that. */
function sanity(what: string, { mean, median, sd }: Times): string {
  const distance = Math.abs(Math.round(mean) - Math.round(median));
  if (distance > 2 * sd) {
    return (
      `ERROR: The median and mean for ${what} are more than twice the standard\n` +
      '       deviation apart. These results are NOT reliable.\n'
    );
  }
  if (distance > sd) {
    return (
      `WARNING: The median and mean for ${what} are not within a normal deviation\n` +
      '        These results are probably not that reliable.\n'
    );
  }
  return '';
}

function percentiles({ totals, times_ms }: Result): string {
  if (totals.complete < 2) return '';
  const { total } = times_ms;
  const rows = PERCENTILES.map((percentile) => {
    const value = right(Math.round(total.percentiles[percentile] ?? total.max), 6);
    return percentile === 100 ? ` 100% ${value} (longest request)\n` : `  ${percentile}% ${value}\n`;
  });
  return `\nPercentage of the requests served within a certain time (ms)\n${rows.join('')}`;
}
