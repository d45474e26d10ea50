/** What the page and its worker say to each other. */
import type { RequestQuery } from '../../asked_request.ts';
import type { PortOwner } from '../../measure/port_events.ts';
import type { Result } from '../../measure/result.ts';
import type { ConditionWalk } from '../../report/packets/condition_walk.ts';
import type { Ladder } from '../../report/packets/ladder.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Problem } from '../../scenario/text/problem.ts';

/** What to simulate; a later question ends the work on an earlier one. */
export interface Question {
  readonly kind: 'run';
  readonly id: number;
  readonly text: string;
  /** What messages call the text. */
  readonly file: string;
  /** As behind --set. */
  readonly set: readonly string[];
  /** Place of the client address whose ports are watched. */
  readonly owner: number;
}

/** Which request to look into; a later one ends the work on an earlier one. */
export interface Inquiry {
  readonly kind: 'why';
  readonly id: number;
  readonly text: string;
  readonly file: string;
  /** What the command line calls the scenario. */
  readonly name: string;
  readonly set: readonly string[];
  readonly query: RequestQuery;
  /** Width of the text. */
  readonly columns: number;
}

/** What is known of a request. */
export interface Found {
  readonly id: number;
  readonly kind: 'found';
  /** Null where it got no port. */
  readonly port: number | null;
  readonly source: string | null;
  readonly start_ns: number;
  /** What `ipvsim why` prints. */
  readonly text: string;
  /** The command that prints it. */
  readonly command: string;
  readonly ladder: Ladder;
  readonly walks: readonly ConditionWalk[];
}

/** A part of the columns of PortEvents. */
export interface EventsPart {
  readonly at_ns: Float64Array;
  readonly port: Uint16Array;
  readonly what: Uint8Array;
  readonly timeout_ns: Float64Array;
}

export type Answer = Found | RunAnswer;

export type RunAnswer = { readonly id: number } & (
  | { readonly kind: 'problems'; readonly text: string; readonly problems: readonly Problem[] }
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
