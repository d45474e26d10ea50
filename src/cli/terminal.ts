/**
 * Standard output carries the result, standard error the talk. This file knows both streams: whether they
 * take colour, how wide they are, and what happens when nobody reads them any more.
 */
import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { systemError } from '../storage/system_error.ts';
import { harmless } from '../text/terminal.ts';

export type Style = Parameters<typeof styleText>[0];

export interface Terminal {
  /** Writes to standard output; a line end is added when there is none. */
  print(text: string): Promise<void>;
  /** The same for workflow commands of GitHub, which are made of escaped text (report/forms/github.ts). */
  printCommands(text: string): Promise<void>;
  /** Writes bytes to standard output as they are. */
  printBytes(bytes: Uint8Array): Promise<void>;
  /** Writes a line to standard error unless --quiet. */
  say(text: string): void;
  /** Writes a line to standard error in any case: problems, and what to do about them. */
  complain(text: string): void;
  /** Puts `line` in place of the line on standard error that was put there last; empty takes it away. */
  rewrite(line: string): void;
  /** Colours text for standard output, if that takes colour. */
  paint(style: Style, text: string): string;
  /** Colours text for standard error, if that takes colour. */
  paintTalk(style: Style, text: string): string;
  readonly colour: boolean;
  readonly unicode: boolean;
  /** Width for tables and charts: the terminal's, at most 100; 80 when there is none. */
  readonly columns: number;
  /** Whether standard error can show a line that is rewritten. */
  readonly live: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

export interface TerminalSettings {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly colour: boolean;
}

interface Stream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Colour never without a TTY unless FORCE_COLOR, and not where NO_COLOR, TERM=dumb or --no-color say so. */
export function takesColour(isTTY: boolean, environment: Environment, asked: boolean): boolean {
  if (!asked || environment.NO_COLOR) return false;
  const { FORCE_COLOR } = environment;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTTY && environment.TERM !== 'dumb';
}

/** Only a locale that says otherwise makes the output plain ASCII; containers and CI often set none. */
export function takesUnicode(environment: Environment): boolean {
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || 'UTF-8';
  return /utf-?8/i.test(locale);
}

export function openTerminal(
  settings: TerminalSettings,
  stdout: Stream = process.stdout,
  stderr: Stream = process.stderr,
  environment: Environment = process.env,
): Terminal {
  const colour = takesColour(stdout.isTTY === true, environment, settings.colour);
  const talkColour = takesColour(stderr.isTTY === true, environment, settings.colour);
  const paint = (on: boolean, style: Style, text: string) =>
    on ? styleText(style, text, { validateStream: false }) : text;
  const ended = (text: string) => (text.endsWith('\n') ? text : `${text}\n`);
  const complain = (text: string) => void stderr.write(harmless(ended(text), talkColour));
  ignoreErrors(stderr);
  ignoreErrors(stdout);
  return {
    print: (text) => write(stdout, harmless(ended(text), colour)),
    printCommands: (text) => write(stdout, ended(text)),
    printBytes: (bytes) => write(stdout, bytes),
    say: (text) => settings.quiet || complain(text),
    complain,
    rewrite: (line) => {
      const shown = harmless(line.slice(0, (stderr.columns || 80) - 1), talkColour);
      stderr.write(`\r\x1b[2K${shown}`);
    },
    paint: (style, text) => paint(colour, style, text),
    paintTalk: (style, text) => paint(talkColour, style, text),
    colour,
    unicode: takesUnicode(environment),
    columns: Math.max(40, Math.min(100, stdout.columns || 80)),
    live: stderr.isTTY === true && environment.TERM !== 'dumb' && !settings.quiet,
    quiet: settings.quiet,
    verbose: settings.verbose,
  };
}

/**
 * A reader that has seen enough (`ipvsim ... | head`) is no error: the command goes on, for its exit code and
 * its files are still wanted. A full disk behind standard output is one.
 */
function write(stream: Stream, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    if (stream.destroyed || !stream.writable) return resolve();
    stream.write(text, (error) => {
      const failure = error as NodeJS.ErrnoException | null | undefined;
      if (failure === null || failure === undefined || isGone(failure)) resolve();
      else reject(systemError('write to standard output', failure));
    });
  });
}

function isGone(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED';
}

/** The write's own callback reports the error; without a listener the stream would also throw it. */
function ignoreErrors(stream: Stream): void {
  if (stream.listenerCount('error') === 0) stream.on('error', () => undefined);
}
