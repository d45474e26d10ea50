import { describe, expect, test } from 'vitest';
import { timeOf } from '../../src/evidence/log_time.ts';

describe('the time of a log line', () => {
  test.each([
    ['[28/Feb/2024:23:59:59 +0000]', '[29/Feb/2024:00:00:00 +0000]', 1],
    ['[28/Feb/2025:23:59:59 +0000]', '[01/Mar/2025:00:00:00 +0000]', 1],
    ['[31/Dec/2025:23:59:00 +0000]', '[01/Jan/2026:00:00:00 +0000]', 60],
    ['2025-10-10T13:55:36.250Z', '2025-10-10T13:55:37.500Z', 1.25],
    ['2025-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 365 * 86_400],
    ['2024-01-01T00:00:00Z', '2025-01-01T00:00:00Z', 366 * 86_400],
  ])('from %s to %s', (from, to, seconds) => {
    expect(timeOf(to)! - timeOf(from)!).toBeCloseTo(seconds, 6);
  });

  test.each(['', 'GET / HTTP/1.1', '[10/Okt/2025]', '2025-10-10'])('%j has none', (line) => {
    expect(timeOf(line)).toBeNull();
  });
});
