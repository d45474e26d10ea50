/** Numbers as people read them. Every report takes its figures from here, so that they agree. */

const NARROW_NO_BREAK_SPACE = '\u202f';

/** 32256 as `32 256`; rounded to a whole number. */
export function count(value: number, separator = ' '): string {
  const digits = Math.abs(Math.round(value)).toString();
  const grouped = digits.replace(/\B(?=(\d{3})+$)/gu, separator);
  return Math.round(value) < 0 ? `-${grouped}` : grouped;
}

/** A rate: whole from 100 up, one digit below, two below 10. */
export function rate(value: number, separator = ' '): string {
  if (Math.abs(value) >= 100) return count(value, separator);
  return trimZeros(value.toFixed(Math.abs(value) >= 10 ? 1 : 2));
}

/** Milliseconds with their unit: `0.4 ms`, `61 ms`, `1 001 ms`. */
export function milliseconds(value_ms: number, separator = ' '): string {
  const text = Math.abs(value_ms) >= 10 ? count(value_ms, separator) : trimZeros(value_ms.toFixed(2));
  return `${text} ms`;
}

/** Seconds with their unit: `16.1 s`, `300 s`. */
export function seconds(value_s: number): string {
  return `${trimZeros(value_s.toFixed(Math.abs(value_s) < 10 ? 2 : 1))} s`;
}

/** An instant of a trace, to the microsecond: `16.128000 s`. */
export function exact(at_ns: number): string {
  return `${(at_ns / 1e9).toFixed(6)} s`;
}

/** A length of time to the millisecond, and finer below one: `1.002 s`, `0.4 ms`. */
export function spell(length_ns: number): string {
  return length_ns < 1e9 ? milliseconds(length_ns / 1e6) : `${Number((length_ns / 1e9).toFixed(3))} s`;
}

/** A duration in the form that scenario files use, exact to the nanosecond: `60ms`, `1500us`, `2m`. */
export function duration(value_ns: number): string {
  if (value_ns === 0) return '0s';
  const units = [
    ['m', 60e9],
    ['s', 1e9],
    ['ms', 1e6],
    ['us', 1e3],
  ] as const;
  for (const [unit, size] of units) {
    if (value_ns % size === 0 && (unit !== 'm' || value_ns >= 600e9)) return `${value_ns / size}${unit}`;
  }
  return `${value_ns}ns`;
}

/** A share between 0 and 1 as percent; a share that exists is never 0 %. */
export function percent(share: number): string {
  if (share > 0 && share < 0.0001) return `${Number((share * 100).toPrecision(1))} %`;
  return `${trimZeros((share * 100).toFixed(share < 0.1 ? 2 : 1))} %`;
}

/** A value of any metric, for verdicts: whole numbers as they are, others with four significant digits. */
export function figure(value: number, separator = ' '): string {
  if (Number.isInteger(value)) return count(value, separator);
  if (Math.abs(value) >= 1000) return count(value, separator);
  return String(Number(value.toPrecision(4)));
}

/** Text for HTML and SVG in which no line breaks between a number's digits or before its unit. */
export function unbroken(text: string): string {
  return text
    .replace(/(?<=\d) (?=\d{3}(?!\d))/gu, NARROW_NO_BREAK_SPACE)
    .replace(/(?<=\d) (?=(?:ms|s|%)(?![\p{L}\d]))/gu, '\u00a0');
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/u, '') : text;
}
