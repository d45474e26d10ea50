/** How an error of the user is told: what is wrong, then what to do about it; a scenario's problems as they are drawn. */
import type { UserError } from '../storage/user_error.ts';
import { printable, shortened } from '../text/terminal.ts';
import type { Terminal } from './terminal.ts';

export function complainOf(error: UserError, terminal: Terminal): void {
  // Problems bring their own form and fill many lines.
  if (error.message.includes('\n')) {
    terminal.complain(error.message);
    return;
  }
  terminal.complain(`${terminal.paintTalk('red', 'ipvsim:')} ${printable(shortened(error.message))}`);
  if (error.hint !== null) terminal.complain(`        ${printable(error.hint)}`);
}
