/** Ctrl-C: the first asks the work to stop and keep what it has, the second ends the process at once. */
import type { Terminal } from './terminal.ts';

export interface Interrupt {
  /** True once the user has asked to stop. */
  readonly asked: boolean;
  /** Aborted at the same moment, for what waits instead of asking. */
  readonly signal: AbortSignal;
  /** Gives Ctrl-C its usual meaning back. */
  release(): void;
}

export function listenForInterrupt(terminal: Terminal): Interrupt {
  let asked = false;
  const controller = new AbortController();
  const stop = () => {
    if (asked) {
      process.off('SIGINT', stop);
      process.kill(process.pid, 'SIGINT');
      return;
    }
    asked = true;
    controller.abort();
    terminal.complain('\nipvsim: stopping; Ctrl-C again ends it at once');
  };
  process.on('SIGINT', stop);
  return {
    get asked() {
      return asked;
    },
    signal: controller.signal,
    release: () => void process.off('SIGINT', stop),
  };
}
