/** Exit codes: the table that `--help` prints and the tests check. */
export const EXIT = { ok: 0, failed: 1, wrong: 2, unknown: 3, bug: 70, interrupted: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_MEANINGS: readonly (readonly [code: ExitCode, meaning: string])[] = [
  [EXIT.ok, 'it ran, and every expectation held'],
  [EXIT.failed, 'an expectation or a comparison failed'],
  [EXIT.wrong, 'the question was wrong: usage, scenario, file, unknown key'],
  [EXIT.unknown, 'cannot say: too few samples, a window outside the run, no progress'],
  [EXIT.bug, 'a bug in ipvsim: please report it'],
  [EXIT.interrupted, 'interrupted with Ctrl-C; partial results are marked as such'],
];
