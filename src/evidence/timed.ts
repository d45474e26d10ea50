/** What all who time connects and requests have in common: reports, logs, captures. */

/**
 * A connect that takes so long has had a SYN sent again: TCP_TIMEOUT_INIT is a second (v3.1 and later), and clocks that
 * stop it are not exact.
 */
export const FIRST_RETRY_MS = 900;

/** The upper one of the two in the middle; 0 of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
