/** How trouble is told: what is wrong, then what to do about it; a scenario's problems as they are drawn. */
import type { Trouble } from '../storage/trouble.ts';
import type { Terminal } from './terminal.ts';

export function complainOf(trouble: Trouble, terminal: Terminal): void {
  // Problems bring their own form and fill many lines.
  if (trouble.message.includes('\n')) {
    terminal.complain(trouble.message);
    return;
  }
  terminal.complain(`${terminal.paintTalk('red', 'ipvsim:')} ${trouble.message}`);
  if (trouble.hint !== null) terminal.complain(`        ${trouble.hint}`);
}
