/**
 * Evidence as people have it: a file of any name, or several outputs pasted one below the other. Each line either
 * begins an output that a format knows, or goes on with the one before it.
 */
import type { Fact } from './fact.ts';
import type { Format, Line } from './format.ts';
import { FORMATS } from './formats.ts';
import { hostNamedIn, isFiltered, type Prompt, promptOf, settingAsked } from './hosts.ts';

export interface Recognised {
  readonly file: string;
  /** First and last line of it. */
  readonly from: number;
  readonly to: number;
  readonly title: string;
  readonly facts: readonly Fact[];
}

export interface Unplaced {
  readonly file: string;
  readonly line: number;
  readonly why: string;
}

export interface Evidence {
  readonly recognised: readonly Recognised[];
  readonly unplaced: readonly Unplaced[];
}

/** Lines of reports and tables are far shorter; what follows is not looked at. */
const LONGEST_LINE = 4000;
/** The table of a very busy node. Beyond that memory would be the limit. */
const MOST_LINES = 2_000_000;
/** Whoever hands in the wrong file wants to hear it, not to read it. */
const MOST_UNPLACED = 10;
/** What people draw between outputs, and the first line of many YAML files. */
const SEPARATOR = /^[-=*#~]+$/u;
/** Markdown's: whatever is between them ends there. */
const FENCE = /^(?:`{3,}|~{3,})[\w-]*$/u;
/** What no configuration has in it: another output begins there, wherever it stands. */
const UNMISTAKABLE =
  /^(?:IP Virtual Server version \d|IPVS connection entries$|Timeout \(tcp tcpfin udp\):|Linux \S+ \d+\.\d+\.\d\S* #\d)/u;
/** After a number sign without a host, in a configuration, these are commands, and other words a comment. */
const COMMAND =
  /^(?:sudo\s+|nsenter\s)?(?:ipvsadm|kubectl|sysctl|conntrack|uname|cat|nstat|ss|dmesg|journalctl|netstat|docker)\s/u;

/** One text; what it is called is for messages. `host` is where it was taken, if that is known without reading it. */
export function recognise(text: string, file: string, host: string | null = null): Evidence {
  const trouble = notText(text);
  if (trouble !== null) return { recognised: [], unplaced: [{ file, line: 1, why: trouble }] };
  const recognised: Recognised[] = [];
  const unplaced: Unplaced[] = [];
  const { sections, strays, more } = split(text);
  const ofText = host ?? hostNamedIn([text]);
  if (more !== null)
    unplaced.push({
      file,
      line: more,
      why: `beyond ${MOST_LINES} lines: not read; a table can be cut in two`,
    });
  if (sections.length === 0) {
    unplaced.push({ file, line: 1, why: 'no output that is known begins anywhere in it' });
  } else for (const line of strays) unplaced.push({ file, line, why: 'belongs to no output that is known' });
  for (const { format, lines, host: ofPrompt, isPart } of sections) {
    const { title, facts: all, unread } = format.read(lines);
    // Of a part nobody knows what is not in it.
    const facts = isPart ? all.filter(({ kind }) => kind !== 'listing') : all;
    recognised.push({
      file,
      from: lines[0]!.number,
      to: lines.at(-1)!.number,
      title,
      facts: facts.map(({ line, ...fact }) => ({
        ...fact,
        at: { file, line },
        host: ofPrompt ?? ofText,
        ...(isPart ? { isPart } : {}),
      })),
    });
    for (const { line, why } of unread) unplaced.push({ file, line, why: `${title}: ${why}` });
  }
  return { recognised, unplaced: fewest(unplaced, file) };
}

interface Section {
  readonly format: Format;
  readonly lines: Line[];
  /** By the last prompt that named one. */
  readonly host: string | null;
  /** By the command: its output went through grep or the like. */
  readonly isPart: boolean;
}

/** `more` is the first line that was not looked at, where there were too many. */
function split(text: string): { sections: Section[]; strays: number[]; more: number | null } {
  const sections: Section[] = [];
  const strays: number[] = [];
  let isOpen = false;
  let isPart = false;
  let asked: string | null = null;
  let host: string | null = null;
  let index = -1;
  // Not by split(): a list of all lines, empty ones among them, may be larger than the text.
  for (let from = 0; from < text.length; ) {
    if (++index >= MOST_LINES) return { sections, strays, more: index + 1 };
    const newline = text.indexOf('\n', from);
    const raw = text.slice(from, newline < 0 ? text.length : newline);
    from = newline < 0 ? text.length : newline + 1;
    let line = raw.slice(0, LONGEST_LINE).trimEnd();
    if (line.trim() === '' || (!isOpen && SEPARATOR.test(line))) continue;
    if (FENCE.test(line)) {
      isOpen = false;
      isPart = false;
      continue;
    }
    const prompt = promptOf(line);
    // In a file of its own a number sign begins a comment.
    const isInside = isOpen && sections.at(-1)!.format.toTheEnd === true;
    if (prompt !== null && !(isInside && isComment(line, prompt))) {
      isOpen = false;
      host = prompt.host ?? host;
      isPart = isFiltered(prompt);
      asked = settingAsked(prompt);
      continue;
    }
    if (asked !== null && /^-?\d/u.test(line)) line = `${asked} = ${line}`;
    asked = null;
    if (isInside && UNMISTAKABLE.test(line)) isOpen = false;
    const before: Section | undefined = isOpen ? sections.at(-1) : undefined;
    const format: Format | undefined =
      before?.format.toTheEnd === true
        ? before.format
        : (FORMATS.find((candidate) => candidate.begins(line)) ?? before?.format);
    if (format === undefined) strays.push(index + 1);
    else {
      const kept = { text: format.longLines === true ? raw.trimEnd() : line, number: index + 1 };
      if (format === before?.format) before.lines.push(kept);
      else sections.push({ format, lines: [kept], host, isPart });
    }
    isOpen ||= format !== undefined;
  }
  return { sections, strays, more: null };
}

function isComment(line: string, { host, command }: Prompt): boolean {
  return host === null && line.startsWith('#') && !COMMAND.test(`${command} `);
}

function notText(text: string): string | null {
  if (text.trim() === '') return 'empty';
  if (text.startsWith('\u001f')) return 'compressed: gzip -d it first';
  if (text.startsWith('PK\u0003\u0004')) return 'a zip archive: unpack it first';
  const start = text.slice(0, 4096);
  const odd = [...start].filter((letter) => letter === '\u0000' || letter === '\ufffd').length;
  return odd > start.length / 50 ? 'binary, not text that a command printed' : null;
}

function fewest(all: readonly Unplaced[], file: string): readonly Unplaced[] {
  if (all.length <= MOST_UNPLACED) return all;
  const more = all.length - MOST_UNPLACED;
  const shown = all.slice(0, MOST_UNPLACED);
  return [...shown, { file, line: all[MOST_UNPLACED]!.line, why: `and ${more} more lines` }];
}
