/** Advice as data: what was found, and what each remedy came to. advice_text.ts writes it. */
import type { Finding } from '../causes/cause.ts';
import type { Span } from '../causes/evidence.ts';
import type { Remedy } from '../causes/remedies/remedy.ts';
import type { Result } from '../measure/result.ts';
import { type Effect, effectOf, type Price, priceOf } from './outcome.ts';
import { AS_IT_IS, effectRun, type Plan, priceRun } from './plan.ts';

export interface Advice {
  readonly findings: readonly Finding[];
  readonly span: Span;
  /** Whether a server was drained to find the prices. */
  readonly isDrained: boolean;
  /** The scenario as it is comes first. */
  readonly rows: readonly AdviceRow[];
  readonly untried: readonly Remedy[];
}

export interface AdviceRow {
  readonly remedy: Remedy;
  /** Arguments of --set. */
  readonly changes: readonly string[];
  /** Null where the remedy is impossible here; `trouble` says why. */
  readonly effect: Effect | null;
  readonly price: Price | null;
  readonly trouble: string | null;
}

/** What became of a planned run. */
export interface RunOutcome {
  readonly result: Result | null;
  readonly trouble: string | null;
}

export function adviceOf(plan: Plan, outcomes: ReadonlyMap<string, RunOutcome>): Advice {
  const { findings, span, untried, drain, asItIs } = plan;
  const rows = plan.rows.map(({ remedy, changes }): AdviceRow => {
    const known = remedy === AS_IT_IS && asItIs !== null;
    const effect = known ? { result: asItIs, trouble: null } : outcomes.get(effectRun(remedy));
    const price = outcomes.get(priceRun(remedy));
    return {
      remedy,
      changes,
      effect: effect?.result ? effectOf(effect.result, span) : null,
      price: drain !== null && price?.result ? priceOf(price.result, drain) : null,
      trouble: effect?.trouble ?? null,
    };
  });
  return { findings, span, untried, isDrained: drain !== null, rows };
}
