/** Reads evidence with a progress line, as a large capture takes a while, until it ends or the user ends it. */
import { setImmediate } from 'node:timers/promises';
import { type HandedIn, readAllEvidence } from '../../files/evidence_files.ts';
import { listenForInterrupt } from '../../interrupt.ts';
import { showProgress } from '../../progress.ts';
import type { Terminal } from '../../terminal.ts';

/** Null where the user has ended it. */
export async function readWatched(
  sources: readonly string[],
  terminal: Terminal,
): Promise<readonly HandedIn[] | null> {
  const interrupt = listenForInterrupt(terminal);
  const progress = showProgress(terminal);
  try {
    const handedIn = await readAllEvidence(sources, async (share, file) => {
      progress.update(share, `reading ${file}`);
      await setImmediate();
      return interrupt.asked;
    });
    return interrupt.asked ? null : handedIn;
  } finally {
    progress.clear();
    interrupt.release();
  }
}
