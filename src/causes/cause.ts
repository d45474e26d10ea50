/**
 * What a cause of trouble is: a story told once, how it is recognised, where it shows on a real node and what helps.
 * Each known cause is one file in known/; causes.ts lists them.
 */
import type { Result } from '../measure/result.ts';
import type { DropReason } from '../measure/trace.ts';
import type { RequestAccount } from './account.ts';
import type { Remedy } from './remedies/remedy.ts';

export interface Cause {
  /** `port-reuse`: for JSON, tests and `ipvsim explain`. */
  readonly name: string;
  /** A few words. */
  readonly title: string;
  /** What happens, in whole sentences. */
  readonly story: string;
  /** Function, file and version that decide it. */
  readonly kernel: string;
  /** What the client sees of it. */
  readonly client: string;
  /** How it shows on a real node: a command, and what it shows. */
  readonly visible: readonly (readonly [command: string, shows: string])[];
  readonly remedies: readonly Remedy[];
  /** Drop reasons by which packets meet it. */
  readonly reasons: readonly DropReason[];
  /** That nothing is wrong: told where somebody asks why, and no trouble that advice is given for. */
  readonly isRight?: boolean;
  /** What a saved result has of it. */
  inResult(result: Result): Evidence | null;
  /** What the packets of one request have of it: a sentence with its figures. */
  inRequest(account: RequestAccount): string | null;
}

export interface Evidence {
  /** Requests or packets that met it: the larger comes first. */
  readonly concerned: number;
  /** The part of the run in which it was felt. */
  readonly from_s: number;
  readonly to_s: number;
  /** With the figures of this run, in whole sentences. */
  readonly text: string;
}

export interface Finding extends Evidence {
  readonly cause: Cause;
}
