/** The exit code that a verdict amounts to. */
import type { Verdict } from '../measure/result.ts';
import { EXIT, type ExitCode } from './exit_code.ts';

export function verdictExit(verdict: Verdict['verdict']): ExitCode {
  switch (verdict) {
    case 'pass':
      return EXIT.ok;
    case 'fail':
      return EXIT.failed;
    case 'unknown':
      return EXIT.unknown;
    default:
      return verdict satisfies never;
  }
}
