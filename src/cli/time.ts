/** A time on the command line, in the form scenario files use. */
const UNITS_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Whole nanoseconds, or null when the text is no time. */
export function parseTime(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)$/.exec(text.trim());
  if (match === null) return null;
  const value = Math.round(Number(match[1]) * UNITS_NS[match[2]!]!);
  return Number.isSafeInteger(value) ? value : null;
}
