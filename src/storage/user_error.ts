/**
 * What the user can do something about: a question that makes no sense, a file that cannot be read. The command line
 * prints message and hint, no stack.
 */
export class UserError extends Error {
  readonly hint: string | null;

  constructor(message: string, hint: string | null = null) {
    super(message);
    this.name = 'UserError';
    this.hint = hint;
  }
}

/** The question makes sense, but this program cannot answer it: exit code 3. */
export class CannotTell extends UserError {}
