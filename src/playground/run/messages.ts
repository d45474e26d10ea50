/** What the page and its worker say to each other. */
import type { PortOwner } from '../../measure/port_events.ts';
import type { Result } from '../../measure/result.ts';
import type { Scenario } from '../../scenario/scenario.ts';

/** What to simulate; a later question ends the work on an earlier one. */
export interface Question {
  readonly id: number;
  readonly text: string;
  /** What messages call the text. */
  readonly file: string;
  /** As behind --set. */
  readonly set: readonly string[];
  /** Place of the client address whose ports are watched. */
  readonly owner: number;
}

/** A part of the columns of PortEvents. */
export interface EventsPart {
  readonly at_ns: Float64Array;
  readonly port: Uint16Array;
  readonly what: Uint8Array;
  readonly timeout_ns: Float64Array;
}

export type Answer = { readonly id: number } & (
  | { readonly kind: 'problems'; readonly text: string }
  | {
      readonly kind: 'begin';
      readonly scenario: Scenario;
      /** Whose ports are watched, and all whose ports could be. */
      readonly owner: PortOwner;
      readonly owners: readonly PortOwner[];
      readonly kinds: readonly string[];
      /** How many events the text has; the scenario may have more, from --set. */
      readonly events: number;
    }
  | {
      readonly kind: 'more';
      readonly part: EventsPart;
      readonly now_ns: number;
      readonly series: Result['series'];
    }
  | { readonly kind: 'end'; readonly part: EventsPart; readonly result: Result }
  /** The run was given up, and why. */
  | { readonly kind: 'stopped'; readonly text: string }
);
