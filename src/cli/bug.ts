/** What the user sees when ipvsim itself is at fault: a paragraph that makes a report possible. */
import { VERSION } from '../version.ts';
import { EXIT, type ExitCode } from './exit_code.ts';
import { wrap } from './help.ts';
import type { Terminal } from './terminal.ts';

let seed: string | null = null;

/** Remembers the seed of the run at hand, for the report. */
export function noteSeed(value: string): void {
  seed = value;
}

export function reportBug(error: unknown, terminal: Terminal): ExitCode {
  if (isOutOfMemory(error)) {
    terminal.complain('ipvsim: not enough memory for this scenario');
    terminal.complain('        fewer clients, ports or a shorter duration need less');
    return EXIT.wrong;
  }
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const facts = [`ipvsim ${VERSION}`, `Node.js ${process.version}`, `${process.platform} ${process.arch}`];
  if (seed !== null) facts.push(`seed ${JSON.stringify(seed)}`);
  const paragraph =
    `This is a bug in ipvsim, not in your scenario: ${what}. Please report it with the scenario, the command ` +
    `line, and this: ${facts.join(', ')}. With IPVSIM_DEBUG=1 the stack trace is shown as well.`;
  terminal.complain(wrap(paragraph, 80).join('\n'));
  if (process.env.IPVSIM_DEBUG && error instanceof Error) terminal.complain(error.stack ?? '');
  return EXIT.bug;
}

function isOutOfMemory(error: unknown): boolean {
  return (
    error instanceof RangeError &&
    /allocation failed|Invalid typed array length|Invalid string length/.test(error.message)
  );
}
