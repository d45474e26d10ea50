import { describe, expect, it } from 'vitest';
import type { Times } from '../../../src/measure/result.ts';
import { renderAb } from '../../../src/report/forms/ab.ts';
import { result, scenario } from '../fixture.ts';

function times(min: number, mean: number, sd: number, median: number, max: number, percentiles = {}): Times {
  return { min, mean, sd, median, max, percentiles };
}

/** What a run of ab showed in a public pull request, put into a result. */
function published() {
  const base = scenario();
  return result({
    ipvsim: '0.1.0',
    scenario: {
      ...base,
      services: [{ ...base.services[0]!, address: '10.0.0.147:8080' }],
      clients: [
        {
          ...base.clients[0]!,
          load: { kind: 'closed', concurrency: 300, think: { kind: 'constant', value_ns: 0 } },
        },
      ],
    },
    totals: {
      ...result().totals,
      complete: 48983,
      failed: 0,
      seconds: 120.017,
      rps: 408.13,
      response_bytes: 41390635,
    },
    times_ms: {
      connect: times(0, 722, 457.9, 999, 3009),
      request_connect: times(0, 722, 457.9, 999, 3009),
      processing: times(0, 9, 23.3, 1, 424),
      waiting: times(0, 9, 23.2, 1, 424),
      total: times(0, 732, 449.6, 1000, 3201, {
        50: 1000,
        66: 1000,
        75: 1000,
        80: 1001,
        90: 1002,
        95: 1004,
        98: 1007,
        99: 1198,
        100: 3201,
      }),
    },
  });
}

describe('renderAb', () => {
  it('lays out the published figures as ab did', () => {
    expect(renderAb(published())).toBe(`Server Software:        ipvsim/0.1.0
Server Hostname:        10.0.0.147
Server Port:            8080

Document Path:          /
Document Length:        612 bytes

Concurrency Level:      300
Time taken for tests:   120.017 seconds
Complete requests:      48983
Failed requests:        0
Total transferred:      41390635 bytes
HTML transferred:       41390635 bytes
Requests per second:    408.13 [#/sec] (mean)
Time per request:       735.053 [ms] (mean)
Time per request:       2.450 [ms] (mean, across all concurrent requests)
Transfer rate:          336.79 [Kbytes/sec] received

Connection Times (ms)
              min  mean[+/-sd] median   max
Connect:        0  722 457.9    999    3009
Processing:     0    9  23.3      1     424
Waiting:        0    9  23.2      1     424
Total:          0  732 449.6   1000    3201

Percentage of the requests served within a certain time (ms)
  50%   1000
  66%   1000
  75%   1000
  80%   1001
  90%   1002
  95%   1004
  98%   1007
  99%   1198
 100%   3201 (longest request)
`);
  });

  it('counts a failed connection three times and among the complete ones, as ab -r does', () => {
    const text = renderAb({
      ...published(),
      totals: { ...published().totals, complete: 11973, failed: 36 },
      errors: { EHOSTUNREACH: 35, EADDRNOTAVAIL: 1 },
    });
    expect(text).toContain(
      'Complete requests:      12008\nFailed requests:        106\n   (Connect: 1, Receive: 35, Length: 35, Exceptions: 35)\n',
    );
  });

  it('says how many requests failed, and that keep-alive was on', () => {
    const base = published();
    const [client] = base.scenario.clients;
    const text = renderAb({
      ...base,
      scenario: { ...base.scenario, clients: [{ ...client!, keepAlive: true }] },
      totals: { ...base.totals, failed: 7 },
      errors: { EADDRNOTAVAIL: 7 },
    });
    expect(text).toContain(
      'Failed requests:        7\n   (Connect: 7, Receive: 0, Length: 0, Exceptions: 0)\nKeep-Alive requests:    48983\n',
    );
  });

  it('distrusts a mean far from the median, in the words of ab 2.3', () => {
    const base = published();
    const request_connect = times(0, 300, 100, 0, 1000);
    const waiting = times(0, 30, 20, 5, 1000);
    const text = renderAb({ ...base, times_ms: { ...base.times_ms, request_connect, waiting } });
    expect(text).toContain(
      'ERROR: The median and mean for the initial connection time are more than twice the standard\n' +
        '       deviation apart. These results are NOT reliable.\n' +
        'WARNING: The median and mean for the waiting time are not within a normal deviation\n' +
        '        These results are probably not that reliable.\n',
    );
  });

  it('stops after the totals when nothing was answered', () => {
    const base = published();
    const text = renderAb({ ...base, totals: { ...base.totals, complete: 0, response_bytes: 0 } });
    expect(text).toMatch(/HTML transferred: {7}0 bytes\n$/);
  });

  it('takes the concurrency of an open loop from what was ever in flight', () => {
    const base = published();
    const load = { kind: 'open', rate_per_s: 100, arrivals: 'constant' } as const;
    const clients = [{ ...base.scenario.clients[0]!, load }];
    expect(renderAb({ ...base, scenario: { ...base.scenario, clients } })).toContain(
      'Concurrency Level:      120\n',
    );
  });

  it('names the pod where IPVS is bypassed', () => {
    const base = published();
    const services = [{ ...base.scenario.services[0]!, path: 'direct' as const }];
    expect(renderAb({ ...base, scenario: { ...base.scenario, services } })).toContain(
      'Server Hostname:        10.244.1.5\n',
    );
  });
});
