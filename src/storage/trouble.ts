/** What the asker of a sweep can do something about. The command line prints message and hint, no stack. */
export class Trouble extends Error {
  readonly hint: string | null;

  constructor(message: string, hint: string | null = null) {
    super(message);
    this.name = 'Trouble';
    this.hint = hint;
  }
}
