/**
 * A number with a unit, as written in scenario files: `200/s`, `1.5ms`, `120`. Ranges are counted in whole
 * steps of the last decimal, so that 0.1..0.3:0.1 has exactly three values on every machine.
 */
import { UserError } from '../storage/user_error.ts';

export interface Quantity {
  /** The number without its decimal point. */
  readonly digits: number;
  /** How many of the digits are decimals. */
  readonly decimals: number;
  readonly unit: string;
}

/** Units that measure the same thing, each as a whole multiple of the first. */
const FAMILIES: readonly Readonly<Record<string, number>>[] = [
  { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 },
  { '/h': 1, '/m': 60, '/s': 3600, 'k/s': 3.6e6, 'M/s': 3.6e9 },
  { B: 1, kB: 1e3, KiB: 1024, MB: 1e6, MiB: 1024 ** 2 },
];

/** Sixteen digits and a unit, with room for leading zeros. */
const LONGEST = 64;

export function parseQuantity(text: string): Quantity | null {
  if (text.length > LONGEST) return null;
  const match = /^([+-]?)(\d+)(?:\.(\d+))?([a-zA-Z%/]*)$/.exec(text.trim());
  if (match === null) return null;
  const [, sign, whole, fraction = '', unit] = match;
  const digits = Number(`${sign}${whole}${fraction}`);
  return Number.isSafeInteger(digits) ? { digits, decimals: fraction.length, unit: unit! } : null;
}

export function formatQuantity(quantity: Quantity): string {
  const { digits, decimals, unit } = quantity;
  if (decimals === 0) return `${digits}${unit}`;
  const text = String(Math.abs(digits)).padStart(decimals + 1, '0');
  const fraction = text.slice(-decimals).replace(/0+$/, '');
  const sign = digits < 0 ? '-' : '';
  return `${sign}${text.slice(0, -decimals)}${fraction === '' ? '' : `.${fraction}`}${unit}`;
}

export function quantityValue(quantity: Quantity): number {
  return Number(`${quantity.digits}e-${quantity.decimals}`);
}

/** Brings quantities to one unit (the finest of theirs) and one number of decimals. */
export function align(quantities: readonly Quantity[], what: string): Quantity[] {
  const units = new Set(quantities.map(({ unit }) => unit).filter((unit) => unit !== ''));
  const [unit = ''] = units;
  if (units.size <= 1)
    return sameDecimals(
      quantities.map((quantity) => ({ ...quantity, unit })),
      what,
    );
  const family = FAMILIES.find((candidate) => [...units].every((name) => Object.hasOwn(candidate, name)));
  if (family === undefined) {
    throw new UserError(
      `${what} mixes units: ${[...units].join(', ')}`,
      'write both ends and the step in one unit',
    );
  }
  if (quantities.some((quantity) => quantity.unit === '')) {
    throw new UserError(`${what} mixes units and bare numbers`, 'give every number its unit');
  }
  const finest = [...units].reduce((a, b) => (family[a]! <= family[b]! ? a : b));
  const converted = quantities.map(({ digits, decimals, unit: own }) => ({
    digits: digits * (family[own]! / family[finest]!),
    decimals,
    unit: finest,
  }));
  return sameDecimals(converted, what);
}

function sameDecimals(quantities: readonly Quantity[], what: string): Quantity[] {
  const decimals = Math.max(...quantities.map((quantity) => quantity.decimals));
  return quantities.map((quantity) => {
    const digits = quantity.digits * 10 ** (decimals - quantity.decimals);
    if (!Number.isSafeInteger(digits)) throw new UserError(`${what} has too many digits`);
    return { digits, decimals, unit: quantity.unit };
  });
}
