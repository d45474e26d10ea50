/** A complaint about an expectation: leaves the descent of the parser, is caught at its top. */
import { type Part, type Reading, reject } from '../reading.ts';

export class ExpressionError extends Error {
  readonly reading: Reading<never>;

  constructor(message: string, hint: string | null, part: Part) {
    super(message);
    this.reading = reject(message, hint, part);
  }
}
