/** Values with units, and how the readers put right what people write instead. */
import { describe, expect, it } from 'vitest';
import { oneOf, readBoolean, wholeBetween } from '../../src/scenario/plain_values.ts';
import type { Reader } from '../../src/scenario/reading.ts';
import { bytesUpTo, durationBetween, readDuration, readPorts, readRate } from '../../src/scenario/units.ts';

const value = <T>(reader: Reader<T>, raw: unknown): T | string => {
  const reading = reader(raw);
  return reading.ok ? reading.value : reading.message;
};
const hint = <T>(reader: Reader<T>, raw: unknown): string | null => {
  const reading = reader(raw);
  return reading.ok ? null : reading.hint;
};

describe('durations', () => {
  it.each([
    ['60s', 60e9],
    ['0s', 0],
    ['1.5ms', 1.5e6],
    ['100us', 1e5],
    ['7ns', 7],
    ['2m', 120e9],
    ['1h', 3600e9],
    ['1m30s', 90e9],
    ['1h1m1s1ms', 3661.001e9],
    ['0.1s', 1e8],
  ])('%s', (text, expected) => expect(value(readDuration, text)).toBe(expected));

  it.each(['', '60', 's', '1 s', '1S', '-1s', '1e3s', '1.s', '.5s', '1d', '1s ', '1s2', 'Infinitys'])(
    'not %j',
    (text) => expect(readDuration(text).ok).toBe(false),
  );

  it.each([
    ['60sec', 'did you mean 60s?'],
    ['60 s', 'did you mean 60s?'],
    ['5 minutes', 'did you mean 5m?'],
    ['10msec', 'did you mean 10ms?'],
    ['60S', 'did you mean 60s?'],
    ['1_000ms', 'did you mean 1000ms?'],
    ['12:30', 'YAML reads 12:30 as text; write 12m30s'],
    ['soon', null],
    [60, 'did you mean 60s?'],
    [Number.POSITIVE_INFINITY, null],
    [true, null],
  ])('%j: %j', (raw, expected) => expect(hint(readDuration, raw)).toBe(expected));

  it('has limits, both included', () => {
    const reader = durationBetween('1ms', '1h');
    expect(value(reader, '1ms')).toBe(1e6);
    expect(value(reader, '60m')).toBe(3600e9);
    expect(value(reader, '999us')).toBe('must be between 1ms and 1h');
    expect(value(readDuration, '9999999h')).toBe('must be at most 100 days');
  });
});

describe('rates, bytes and plain values', () => {
  it.each([
    ['200/s', 200],
    ['5k/s', 5000],
    ['0.5M/s', 500_000],
    ['30/m', 0.5],
    ['7200/h', 2],
  ])('%s', (text, expected) => expect(value(readRate, text)).toBe(expected));

  it.each(['0/s', '200', '200/d', '-1/s', '1e9/s', '20M/s'])('no rate: %s', (text) =>
    expect(readRate(text).ok).toBe(false),
  );

  it('reads bytes', () => {
    const reader = bytesUpTo(1);
    expect(value(reader, 612)).toBe(612);
    expect(value(reader, '64KiB')).toBe(65_536);
    expect(value(reader, '1.5kB')).toBe(1500);
    expect(value(reader, '1MiB')).toBe(1_048_576);
    for (const raw of ['2MiB', -1, 1.5, '1GB', '612']) expect(reader(raw).ok).toBe(false);
  });

  it('reads whole numbers', () => {
    const reader = wholeBetween(0, 65_535);
    expect(value(reader, 65_535)).toBe(65_535);
    for (const raw of [-1, 65_536, 0.5, Number.NaN, '1', null]) expect(reader(raw).ok).toBe(false);
    expect(hint(reader, '1_000')).toBe('YAML reads 1_000 as text; write 1000');
    expect(hint(reader, '1,000')).toBe('YAML reads 1,000 as text; write 1000');
    expect(hint(reader, '99999')).toBeNull();
  });

  it('reads truth values and choices', () => {
    expect(value(readBoolean, false)).toBe(false);
    expect(hint(readBoolean, 'Off')).toBe('YAML reads Off as text; write false');
    expect(hint(readBoolean, 'constructor')).toBeNull();
    expect(hint(readBoolean, 1)).toBe('did you mean true?');
    expect(value(oneOf(['rr', 'wrr', 'sh']), 'sh')).toBe('sh');
    expect(value(oneOf(['rr', 'wrr', 'sh']), 'x')).toBe('must be rr, wrr or sh');
    expect(hint(oneOf(['server', 'client']), 'sevrer')).toBe('did you mean server?');
  });
});

describe('ports', () => {
  it('reads ranges of ports, as sysctl prints them too', () => {
    expect(value(readPorts, '32768-60999')).toEqual([32_768, 60_999]);
    expect(value(readPorts, '32768\t60999')).toEqual([32_768, 60_999]);
    expect(value(readPorts, '5 - 5')).toEqual([5, 5]);
    for (const raw of ['0-5', '5-65536', '60999-32768', '5', '-5', 5]) expect(readPorts(raw).ok).toBe(false);
  });
});
