/** Pods without a controller: what clients see of the end of a process and of its address. */
import { describe, expect, test } from 'vitest';
import { at, FIRST, runCluster } from './a_cluster.ts';

describe('a pod that terminates', () => {
  test('goes on until its process ends, then refuses, then is not there', () => {
    const { series, errors, totals } = runCluster({
      pod: 'shutdown: 10s, teardown: 10s',
      events: ['at: 20s, terminatePod: 10.244.1.5'],
      duration: '60s',
    });
    const refused = series['errors[ECONNREFUSED]']!;
    const noRoute = series['errors[EHOSTUNREACH]']!;
    const requests = series[`requests[${FIRST}]`]!;
    expect(requests.slice(0, 30).every((count) => count! >= 9)).toBe(true);
    expect(requests.slice(31).every((count) => count === 0)).toBe(true);
    expect(refused.slice(0, 30).every((count) => count === 0)).toBe(true);
    expect(refused.slice(31, 39).every((count) => count === 10)).toBe(true);
    expect(noRoute.slice(0, 42).every((count) => count === 0)).toBe(true);
    expect(noRoute.reduce((sum, count) => sum! + count!, 0)).toBeGreaterThan(6);
    expect(totals.failed).toBe(Object.values(errors).reduce((sum, count) => sum + count, 0));
  });

  test('is killed at the end of its grace period', () => {
    const { series } = runCluster({
      pod: 'shutdown: 1h, gracePeriod: 15s, teardown: 1h',
      events: ['at: 20s, terminatePod: 10.244.1.5'],
      duration: '50s',
    });
    const first = series['errors[ECONNREFUSED]']!.findIndex((count) => count! > 0);
    expect(series.time_s![first]).toBe(36);
  });

  test('closes the connections under way, and refuses all others', () => {
    const { errors, series } = runCluster({
      pod: 'teardown: 1h',
      client: 'concurrency: 40, thinkTime: 1ms',
      events: ['at: 500ms, terminatePod: 10.244.1.5'],
      duration: '1s',
      rest: 'interval: 250ms',
    });
    // Those that it was working on end early; all later ones are refused.
    expect(errors.ECONNRESET).toBeGreaterThan(5);
    expect(errors.ECONNREFUSED).toBeGreaterThan(100);
    expect(Object.keys(errors)).toHaveLength(2);
    expect(series['errors[ECONNRESET]']!.slice(0, 2)).toEqual([0, 0]);
  });

  test('starts again', () => {
    const result = runCluster({
      pod: 'teardown: 1s',
      events: ['at: 20s, terminatePod: 10.244.1.5', 'at: 40s, startPod: 10.244.1.5'],
      duration: '60s',
    });
    expect(at(result, 'requests', 30)).toBe(0);
    expect(at(result, 'requests', 50)).toBe(10);
    expect(result.series.failed!.slice(45).every((count) => count === 0)).toBe(true);
  });

  test('started while it terminates, it is a new one: the old plans are off', () => {
    const result = runCluster({
      pod: 'shutdown: 20s, gracePeriod: 30s',
      events: ['at: 20s, terminatePod: 10.244.1.5', 'at: 30s, startPod: 10.244.1.5'],
      duration: '80s',
    });
    expect(at(result, 'requests', 60)).toBe(10);
    expect(result.errors.EHOSTUNREACH).toBeUndefined();
  });

  test('of a UDP service answers nothing more', () => {
    const result = runCluster({
      protocol: 'udp',
      events: ['at: 20s, terminatePod: 10.244.1.5'],
      duration: '60s',
    });
    expect(result.errors).toHaveProperty('ETIMEDOUT');
    expect(at(result, 'requests', 40)).toBe(0);
  });
});
