/** While a large capture is read: the progress line, and Ctrl-C. */
import { setImmediate } from 'node:timers/promises';
import type { Interrupt } from '../../interrupt.ts';
import { showProgress } from '../../progress.ts';
import type { Terminal } from '../../terminal.ts';

/** What readAllEvidence() asks between pieces of a file. */
export function watching(terminal: Terminal, interrupt: Interrupt) {
  const progress = showProgress(terminal);
  return async (share: number, file: string): Promise<boolean> => {
    if (share >= 1) progress.clear();
    else progress.update(share, `reading ${file}`);
    await setImmediate();
    return interrupt.asked;
  };
}
