/** A short name for a scenario: equal ones have the same, whatever file they came from. */
import type { Scenario } from '../scenario/scenario.ts';

/** FNV-1a of 64 bits, as two words: 0xcbf29ce484222325 is where it begins. */
const OFFSET_HIGH = 0xcbf29ce4;
const OFFSET_LOW = 0x84222325;
/** The prime is 2^40 and this. */
const PRIME_LOW = 0x1b3;
const SHIFT_BY_40_HIGH = 2 ** 8;
const WORD = 2 ** 32;

/** The first 12 hex digits of FNV-1a (64 bits) over the effective scenario as JSON with sorted keys. */
export function scenarioHash(scenario: Scenario): string {
  let high = OFFSET_HIGH;
  let low = OFFSET_LOW;
  // Words rather than a BigInt: twenty thousand real servers are megabytes. No product has more than 41 bits.
  for (const byte of new TextEncoder().encode(canonicalJson(scenario))) {
    const mixed = (low ^ byte) >>> 0;
    const product = mixed * PRIME_LOW;
    low = product >>> 0;
    high = (high * PRIME_LOW + Math.floor(product / WORD) + mixed * SHIFT_BY_40_HIGH) >>> 0;
  }
  return [high, low]
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('')
    .slice(0, 12);
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
