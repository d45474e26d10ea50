/** What helps against a cause, as words and as changes to a scenario in the form of --set. */
import type { Scenario } from '../../scenario/scenario.ts';

export interface Remedy {
  /** Short enough for a row of a table. */
  readonly name: string;
  /** What to do, as one does it on a real node or client. */
  readonly deed: string;
  /** What it does, and what it costs: whole sentences without the first capital. */
  readonly effect: string;
  readonly price: string;
  /**
   * Arguments of --set that make it: none when the scenario has it already, null where it gives no handle for it. How
   * much it helps and costs there is found by simulation, not written here.
   */
  changes(scenario: Scenario): readonly string[] | null;
}

/** One line: what to do, what it does, what it costs. */
export function remedyText({ deed, effect, price }: Remedy): string {
  return `${deed}: ${effect}; the price: ${price}.`;
}

/** For what is done outside of all that a scenario describes. */
export const NOT_SIMULATED = (): null => null;
