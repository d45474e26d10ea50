/**
 * How far the work is: one line on standard error that is rewritten at most ten times a second, on a terminal
 * only and only once the work has lasted a second. Without a terminal there is a line per 10 % for work that
 * lasts longer than ten seconds, so that a log shows life.
 */
import type { Terminal } from './terminal.ts';

const SHOW_AFTER_MS = 1000;
const FRAME_MS = 100;
const LOG_AFTER_MS = 10_000;
const BAR = 24;

export interface Progress {
  /** `done` from 0 to 1, and a few words beside the bar. */
  update(done: number, words: string): void;
  /** Takes the line away. */
  clear(): void;
}

export function showProgress(terminal: Terminal, now_ms: () => number = () => performance.now()): Progress {
  const start_ms = now_ms();
  let drawn_ms = Number.NEGATIVE_INFINITY;
  let visible = false;
  let logged = 0;
  return {
    update(done, words) {
      const at_ms = now_ms();
      if (terminal.quiet || at_ms - start_ms < SHOW_AFTER_MS) return;
      if (!terminal.live) {
        const tenth = Math.floor(done * 10);
        if (at_ms - start_ms < LOG_AFTER_MS || tenth <= logged) return;
        logged = tenth;
        terminal.say(`${tenth * 10} % ${words}`);
        return;
      }
      if (at_ms - drawn_ms < FRAME_MS) return;
      drawn_ms = at_ms;
      visible = true;
      terminal.rewrite(line(done, words, at_ms - start_ms, terminal));
    },
    clear() {
      if (visible) terminal.rewrite('');
      visible = false;
    },
  };
}

function line(done: number, words: string, elapsed_ms: number, terminal: Terminal): string {
  const [full, empty] = terminal.unicode ? ['█', '░'] : ['#', '.'];
  const filled = Math.min(BAR, Math.floor(done * BAR));
  const left_s = done > 0.02 ? Math.ceil((elapsed_ms * (1 - done)) / done / 1000) : null;
  const left = left_s === null ? '' : `  ${left_s} s left`;
  const percent = `${Math.floor(done * 100)}`.padStart(3);
  return `${full.repeat(filled)}${empty.repeat(BAR - filled)} ${percent} %  ${words}${left}`;
}
