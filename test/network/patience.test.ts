/** How long clients and their hosts wait, and what becomes of connections meanwhile. */
import { describe, expect, test } from 'vitest';
import { simulate } from '../../src/simulate.ts';
import { scenarioOf } from './a_scenario.ts';

interface Parts {
  readonly kernel?: string;
  readonly duration?: string;
  readonly service?: string;
  readonly realServer?: string;
  readonly rest?: string;
}

/** One service with one real server behind IPVS. */
function run(client: string, parts: Parts = {}) {
  const { kernel = '5.4.0', duration = '300s', service = '', realServer = '', rest = '' } = parts;
  return simulate(
    scenarioOf(`
kernel: ${kernel}
duration: ${duration}
interval: 10s
service: {address: "10.96.0.10:80", ${service} realServers: [{address: "10.244.1.5:8080", ${realServer}}]}
clients: [{name: c, ${client}}]
${rest}
`),
  );
}

/** When the first request failed, to the end of its interval. */
function firstFailure_s(result: ReturnType<typeof run>): number {
  const index = result.series.failed!.findIndex((failed) => failed! > 0);
  return result.series.time_s![index]!;
}

const UNPLUG = 'events: [{at: 60s, unplug: 10.244.1.5}]';
const SLOW = 'concurrency: 1, keepAlive: true, thinkTime: 1s';

describe('an idle connection', () => {
  const idle = (keys: string) =>
    run(`concurrency: 1, requests: 2, keepAlive: true, thinkTime: 960s${keys}`, {
      kernel: '4.4.0',
      duration: '1200s',
    });

  test('is forgotten by the director after 900 s, whose host answers with a reset', () => {
    const { errors, drops, totals } = idle('');
    expect([totals.complete, errors, drops]).toEqual([1, { ECONNRESET: 1 }, {}]);
  });

  test('is remembered when keepalive probes refresh its entry', () => {
    const { errors, totals } = idle(', tcpKeepalive: {time: 600s}');
    expect([totals.complete, errors]).toEqual([2, {}]);
  });

  test('is forgotten when probes come too late, and the first of them finds out', () => {
    const result = idle(', tcpKeepalive: {time: 930s}');
    expect(result.totals.complete).toBe(2);
    expect(result.errors).toEqual({});
    // The connection was gone when the second request came, so there is another.
    expect(result.totals.connections).toBe(2);
  });
});

describe('keepalive on a connection whose server is gone', () => {
  const gone = (keys: string) =>
    run(`concurrency: 1, requests: 2, keepAlive: true, thinkTime: 250s, ${keys}`, {
      duration: '600s',
      rest: 'events: [{at: 10s, unplug: 10.244.1.5}, {at: 200s, plug: 10.244.1.5}]',
    });

  test('gives it up after the probes, with a reset', () => {
    const result = gone('tcpKeepalive: {time: 30s, interval: 10s, probes: 3}');
    expect([result.totals.complete, result.totals.connections]).toEqual([2, 2]);
  });

  test('keeps it where the probes last until the server is back', () => {
    const result = gone('tcpKeepalive: {time: 30s, interval: 60s, probes: 5}');
    expect([result.totals.complete, result.totals.connections]).toEqual([2, 1]);
  });

  test('goes by TCP_USER_TIMEOUT where there is one', () => {
    const result = gone('tcpKeepalive: {time: 30s, interval: 60s, probes: 5}, userTimeout: 60s');
    expect([result.totals.complete, result.totals.connections]).toEqual([2, 2]);
  });
});

describe('an established connection without answers', () => {
  test.each([
    ['', '1200s', 980, 1000],
    ['tcpRetries2: 8', '300s', 160, 170],
    ['tcpRetries2: 3', '300s', 60, 70],
    ['userTimeout: 30s', '300s', 90, 100],
  ])('is given up in time: %s', (keys, duration, least, most) => {
    const result = run(`${SLOW}, ${keys}`, { duration, rest: UNPLUG });
    expect(firstFailure_s(result)).toBeGreaterThanOrEqual(least);
    expect(firstFailure_s(result)).toBeLessThanOrEqual(most);
  });

  test('before 4.19 TCP_USER_TIMEOUT waited for the next retransmission', () => {
    const result = run(`${SLOW}, userTimeout: 30s`, { kernel: '4.15.0', rest: UNPLUG });
    expect(firstFailure_s(result)).toBeGreaterThan(110);
  });

  test('connect() heeds TCP_USER_TIMEOUT from 5.0 on', () => {
    const unanswered = (kernel: string) =>
      run('probe: {port: 4000, every: 200s}, userTimeout: 10s', {
        kernel,
        service: 'path: direct,',
        rest: 'events: [{at: 0s, unplug: 10.244.1.5}]',
      });
    expect(firstFailure_s(unanswered('5.4.0'))).toBe(20);
    expect(firstFailure_s(unanswered('4.15.0'))).toBe(140);
  });
});

describe('timeout', () => {
  test('ends a request that is not answered, and the worker goes on', () => {
    const result = run('concurrency: 1, timeout: 2s', { realServer: 'serviceTime: 5s', duration: '20s' });
    expect(result.totals.complete).toBe(0);
    expect(result.errors).toEqual({ ETIMEDOUT: 10 });
  });

  test('counts connecting', () => {
    const result = run('concurrency: 1, timeout: 500ms', {
      service: 'path: direct,',
      duration: '10s',
      rest: 'events: [{at: 1s, unplug: 10.244.1.5}]',
    });
    expect(result.errors.ETIMEDOUT).toBe(18);
    expect(result.totals.syn_retransmitted).toBe(0);
  });

  test('does nothing to a request that is answered, nor to the next one on its connection', () => {
    const result = run('concurrency: 2, keepAlive: true, timeout: 70ms', {
      realServer: 'serviceTime: 60ms',
      duration: '10s',
    });
    expect(result.errors).toEqual({});
    expect(result.totals.complete).toBeGreaterThan(300);
  });
});

describe('pollTimeout', () => {
  test('ends the client when there has been no news at all, and all its requests with it', () => {
    const result = run('concurrency: 10, requests: 100000, keepAlive: true, pollTimeout: 30s', {
      rest: UNPLUG,
      realServer: 'serviceTime: 100ms',
    });
    expect(firstFailure_s(result)).toBe(90);
    expect(result.errors).toEqual({ ETIMEDOUT: 10 });
    expect(result.totals.failed).toBe(10);
  });

  test('one answer in time is enough', () => {
    const result = run('concurrency: 10, pollTimeout: 30s', {
      realServer: 'serviceTime: {empirical: [10s, 45s]}',
      duration: '200s',
    });
    expect(result.errors).toEqual({});
  });
});

describe('halfClose', () => {
  test('the answer is read all the same, and the server closes last', () => {
    const result = run('concurrency: 4, halfClose: true', {
      realServer: 'serviceTime: 20ms',
      duration: '10s',
    });
    expect(result.errors).toEqual({});
    expect(result.totals.complete).toBeGreaterThan(1800);
  });

  test('also where the client would close first', () => {
    const keys = 'serviceTime: 0s, closesFirst: client';
    const result = run('concurrency: 4, halfClose: true, requests: 1000', { realServer: keys });
    expect(result.totals.complete).toBe(1000);
  });

  test("an answer that takes longer than IPVS's CLOSE_WAIT of 60 s meets no entry any more", () => {
    const slow = { realServer: 'serviceTime: 90s', duration: '2000s' };
    expect(run('concurrency: 1, requests: 1', slow).totals.complete).toBe(1);
    expect(run('concurrency: 1, requests: 1, halfClose: true', slow).totals.complete).toBe(0);
  });
});

test('a worker that loses the connection it keeps connects again from its own host', () => {
  const result = run('addresses: 10.0.0.1-10.0.0.4, concurrency: 4, keepAlive: true, thinkTime: 100ms', {
    service: 'scheduler: sh,',
    realServer: 'keepAliveRequests: 7',
    duration: '20s',
  });
  expect(result.errors).toEqual({});
  // Every host's share of the requests is the same: no worker has moved to another.
  expect(result.totals.connections % 4).toBe(0);
});

describe('source ports', () => {
  const onset = (keys: string) =>
    run(`concurrency: 100, ${keys}`, { realServer: 'serviceTime: 20ms', duration: '20s' }).cliff!
      .connections_before;

  test('several ranges are one range without what lies between', () => {
    const ranges = onset('ports: "32768-33767,34768-35767"');
    expect(ranges).toBeGreaterThan(900);
    expect(ranges).toBeLessThan(2100);
    expect(onset('ports: 32768-35767, reservedPorts: 33768-34767')).toBe(ranges);
    expect(onset('ports: ["34768-35767", "32768-33767"]')).toBe(ranges);
    expect(ranges).toBeLessThan(onset('ports: 32768-35767'));
  });
});
