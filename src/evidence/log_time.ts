/** When a line of a log was written: seconds, of which only differences mean anything here. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** `[10/Oct/2025:13:55:36 +0000]`; what is written to one log has one zone, or changes it once in half a year. */
const COMMON = /\[(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) /u;
/** `2016-04-15T20:17:00.310Z` */
const ISO = /\b(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2}(?:\.\d{1,9})?)/u;
/** nginx's $msec, where its log_format names it. */
const MSEC = /\b(?:msec|ts|time)"?[=:]\s*"?(\d{9,11}\.\d{3})\b/u;

/** Null where the line has no time. */
export function timeOf(line: string): number | null {
  const exact = MSEC.exec(line);
  if (exact !== null) return Number(exact[1]);
  const common = COMMON.exec(line);
  if (common !== null) {
    const [, day, month = '', year, ...clock] = common;
    return seconds(Number(year), MONTHS.indexOf(month) + 1, Number(day), clock);
  }
  const iso = ISO.exec(line);
  if (iso === null) return null;
  const [, year, month, day, ...clock] = iso;
  return seconds(Number(year), Number(month), Number(day), clock);
}

function seconds(year: number, month: number, day: number, clock: readonly string[]): number {
  const [hours = 0, minutes = 0, rest = 0] = clock.map(Number);
  return days(year, month, day) * 86_400 + hours * 3600 + minutes * 60 + rest;
}

/** Days of the Gregorian calendar since some March 1st: leap days come last in a year that begins in March. */
function days(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const monthOfYear = (month + 9) % 12;
  const leaps = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return shifted * 365 + leaps + Math.floor((153 * monthOfYear + 2) / 5) + day;
}
