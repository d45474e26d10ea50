/**
 * What a class hands in, a line each: a name, and the command that a lesson's end shows, or a link to the puzzle.
 * The lines are read, not run: whatever else stands in them, nothing but a lesson and settings comes of it.
 *
 *     Ada: ipvsim check lesson:3-dropped-syn --set clients.0.concurrency=20
 */

export interface HandIn {
  /** From 1. */
  readonly line: number;
  /** What stands before the command; empty for nothing. */
  readonly who: string;
  readonly lesson: string;
  /** As behind --set. */
  readonly set: readonly string[];
}

/** A line that is none of these. */
export interface Unreadable {
  readonly line: number;
  readonly who: string;
  readonly message: string;
}

export type ReadLine = HandIn | Unreadable;

const COMMAND = /ipvsim\s+check\s+lesson:/u;
const LINK = '#lesson=';
const LONGEST_LINE = 2000;

/** Empty lines, and those that begin with #, say nothing. */
export function readHandIns(text: string): ReadLine[] {
  return text.split(/\r\n|\r|\n/u).flatMap((one, index): ReadLine[] => {
    const line = index + 1;
    const written = one.trim();
    if (written === '' || /^#(?!lesson=)/u.test(written)) return [];
    if (written.length > LONGEST_LINE) return [{ line, who: '', message: 'the line is too long' }];
    return [readLine(written, line)];
  });
}

function readLine(written: string, line: number): ReadLine {
  const command = COMMAND.exec(written);
  if (command !== null) {
    const who = nameIn(written.slice(0, command.index));
    const after = written.slice(command.index + command[0].length);
    const lesson = firstWord(after);
    const set = settingsIn(after.slice(lesson.length));
    return typeof set === 'string' ? { line, who, message: set } : { line, who, lesson, set };
  }
  const link = written.indexOf(LINK);
  if (link < 0) return { line, who: '', message: 'neither ipvsim check lesson:NAME nor a link to a lesson' };
  const before = written.slice(0, link);
  const address = before.lastIndexOf('http');
  const words = new URLSearchParams(firstWord(written.slice(link + 1)));
  return {
    line,
    who: nameIn(address < 0 ? before : before.slice(0, address)),
    lesson: words.get('lesson')!,
    set: words.getAll('set'),
  };
}

function firstWord(text: string): string {
  return /^\S*/u.exec(text)![0];
}

/** What parts a name from the command: a colon, a comma, a tab, a dash, a prompt. */
const BETWEEN = new Set(':;,|–-$>');

function nameIn(before: string): string {
  let name = before.trimEnd();
  if (/(?:^|\s)npx$/u.test(name)) name = name.slice(0, -'npx'.length).trimEnd();
  while (name !== '' && BETWEEN.has(name.at(-1)!)) name = name.slice(0, -1).trimEnd();
  return name;
}

/** The values of --set; or what is wrong with the words. */
function settingsIn(text: string): readonly string[] | string {
  const words = shellWords(text);
  if (words === null) return 'a quotation mark has no other';
  const set: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word.startsWith('--set=')) set.push(word.slice('--set='.length));
    else if (word === '--set' && at + 1 < words.length) set.push(words[++at]!);
    else return `${word} is not for a hand-in: only --set KEY=VALUE is`;
  }
  return set;
}

const QUOTED = /'([^']*)'|"([^"]*)"|\\(.)/gu;

/** Words with their quotes taken off, up to a comment; null where a quote does not end. Nothing is expanded. */
function shellWords(text: string): string[] | null {
  const words: string[] = [];
  let rest = text.trimStart();
  while (rest !== '' && !rest.startsWith('#')) {
    const word = /^(?:[^\s'"\\]|\\.|'[^']*'|"[^"]*")+/u.exec(rest)?.[0];
    if (word === undefined || /^['"\\]/u.test(rest.slice(word.length))) return null;
    words.push(word.replace(QUOTED, (_all, single, double, escaped) => single ?? double ?? escaped));
    rest = rest.slice(word.length).trimStart();
  }
  return words;
}
