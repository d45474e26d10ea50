/** How far a golden value may be missed: `2%`, `0.5`, `2% or 5` (either will do), `exact`. */
import { UserError } from '../storage/user_error.ts';

export interface Tolerance {
  /** As written. */
  readonly text: string;
  /** Share of the golden value. */
  readonly relative: number;
  readonly absolute: number;
}

export const EXACT: Tolerance = { text: 'exact', relative: 0, absolute: 0 };

/** `where` is for the message. */
export function parseTolerance(text: string, where: string): Tolerance {
  if (text.trim() === 'exact') return EXACT;
  let relative = 0;
  let absolute = 0;
  for (const part of text.split(/\sor\s/)) {
    const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(part.trim());
    if (match === null) {
      throw new UserError(
        `${where}: a tolerance is like 2%, 0.5, "2% or 5" or exact, got ${JSON.stringify(text)}`,
      );
    }
    if (match[2] === '%') relative = Number(match[1]) / 100;
    else absolute = Number(match[1]);
  }
  return { text: text.trim(), relative, absolute };
}

export function within(tolerance: Tolerance, golden: number | null, measured: number | null): boolean {
  if (golden === null || measured === null) return golden === measured;
  // The last bit of the product must not decide: 2 % of 50 is 1.
  const allowed = Math.max(tolerance.absolute, tolerance.relative * Math.abs(golden));
  return Math.abs(measured - golden) <= allowed * (1 + 1e-12);
}

/** The tolerance of a metric: by its own name, else by the longest pattern (`connect_*`), else exact. */
export function toleranceFor(tolerances: ReadonlyMap<string, Tolerance>, metric: string): Tolerance {
  const own = tolerances.get(metric);
  if (own !== undefined) return own;
  const patterns = [...tolerances.keys()]
    .filter((pattern) => pattern.endsWith('*') && metric.startsWith(pattern.slice(0, -1)))
    .sort((a, b) => b.length - a.length);
  return patterns.length === 0 ? EXACT : tolerances.get(patterns[0]!)!;
}
