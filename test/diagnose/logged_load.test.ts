/** Connects that a proxy's log tells of become rows of a replay. */
import { describe, expect, test } from 'vitest';
import { loggedLoad, requestsIn, upstreamsOf } from '../../src/diagnose/logged_load.ts';

const VIP = '10.96.0.10:80';
const nginx = (second: number, rest: string) =>
  `10.0.0.9 - - [10/Oct/2025:13:55:${second} +0000] "GET / HTTP/1.1" ${rest}`;

function rowsOf(text: string, service: string | null = VIP): string[] {
  return loggedLoad(requestsIn(text), service)!.replay.rows.trimEnd().split('\n');
}

test('a line of nginx is written when its request ends', () => {
  const log = [
    'msec=1760104536.500 "GET / HTTP/1.1" 200 612 rt=0.100 uct=0.002 urt=0.030',
    'msec=1760104538.000 "GET / HTTP/1.1" 200 100 rt=1.100 uct=1.002 urt=1.030',
  ].join('\n');
  // Of 28 ms beside the connect 2 ms are a way there and back.
  expect(rowsOf(log, null)).toEqual(['start_s,response_bytes,service_ms', '0,612,26', '0.5,100,26']);
});

test('a line of envoy says when its request began', () => {
  const log = [
    '{"start_time":"2025-10-10T13:55:36.000Z","upstream_connect_duration":2,"duration":30}',
    '{"start_time":"2025-10-10T13:55:36.250Z","upstream_connect_duration":1002,"duration":1040}',
    '{"start_time":"2025-10-10T13:55:36.125Z","upstream_connect_duration":2,"duration":32}',
  ].join('\n');
  // By their starts; the median quick connect is what a way there and back takes.
  expect(rowsOf(log, null)).toEqual(['start_s,service_ms', '0,26', '0.125,28', '0.25,36']);
});

test('whole seconds are spread, each over its lines', () => {
  const line = (second: number) => nginx(second, '200 1 uct=0.000 urt=0.000');
  const { notes } = loggedLoad(requestsIn([line(36), line(36), line(37)].join('\n')), null)!;
  expect(notes.join(' ')).toMatch(/3 requests connected in 0 ms.*whole seconds/u);
  expect(rowsOf([line(36), line(36), line(37)].join('\n'), null).map((row) => row.split(',')[0])).toEqual([
    'start_s',
    '0',
    '0.5',
    '1.25',
  ]);
});

describe('what is no connection', () => {
  const log = [
    nginx(36, `200 1 uct=0.004 urt=0.014 ua=${VIP}`),
    // Answered from a cache, over a kept connection, elsewhere, in vain, and a line without a time.
    nginx(36, '200 1 uct=- urt=-'),
    nginx(36, `200 1 uct=- urt=0.010 ua=${VIP}`),
    nginx(36, '200 1 uct=0.001 urt=0.010 ua=10.96.0.20:80'),
    nginx(36, `504 160 uct=- urt=5.000 ua=${VIP}`),
    '"GET / HTTP/1.1" 200 1 uct=0.001 urt=0.010',
  ].join('\n');

  test('is left out, and said', () => {
    const { connections, notes } = loggedLoad(requestsIn(log), VIP)!;
    expect(connections).toBe(2);
    expect(notes).toEqual([
      '1 requests have no time in the log: left out',
      '1 requests went to another upstream: left out',
      '2 requests opened no connection: left out',
      expect.stringContaining('whole seconds'),
    ]);
  });

  test('a connect in vain is one, of which no size is known', () => {
    const [header, vain] = rowsOf(log);
    expect([header, vain]).toEqual(['start_s,response_bytes,service_ms', '0,,']);
  });

  test('the busiest upstream comes first', () => {
    expect(upstreamsOf(requestsIn(log))).toEqual([
      { address: VIP, connections: 3 },
      { address: '10.96.0.20:80', connections: 1 },
    ]);
  });

  test('without times of connecting nothing is known', () => {
    expect(loggedLoad(requestsIn(nginx(36, '200 612 rt=0.010')), null)).toBeNull();
  });
});
