/** Whose evidence it is, where the text tells: a shell's prompt before the command, or `uname -a`. */

/** `$ command`, `root@node:~# command`; bash on RHEL: `[root@node ~]# command`. */
const PROMPT = /^([^\s#$]*)\s?[#$]\s+\w/u;
const BRACKETS = /^\[[^\s@\]]+@([\w.-]+) [^\]]{1,200}\][#$]\s*\w/u;
const USER_AT_HOST = /^[^@]*@([\w.-]+)/u;

export interface Prompt {
  /** Null for a prompt that does not name its host. */
  readonly host: string | null;
}

export function promptOf(line: string): Prompt | null {
  const inBrackets = BRACKETS.exec(line)?.[1];
  if (inBrackets !== undefined) return { host: inBrackets };
  const who = PROMPT.exec(line)?.[1];
  if (who === undefined || (who !== '' && !/[@:]/u.test(who))) return null;
  return { host: USER_AT_HOST.exec(who)?.[1] ?? null };
}

/** The host that `uname -a` in the text names; null where none or several are named. */
export function hostNamedIn(texts: readonly string[]): string | null {
  const names = new Set(texts.flatMap((text) => text.slice(0, LONGEST_LOOK).split('\n').flatMap(nodename)));
  const [only] = names;
  return names.size === 1 ? only! : null;
}

/** `Linux node-7 5.4.0-42-generic #46-Ubuntu SMP ...` */
function nodename(line: string): string | [] {
  if (!line.startsWith('Linux ')) return [];
  const [, name = '', release = '', build = ''] = line.slice(0, LONGEST_NAME).split(' ');
  return /^[\w.-]+$/u.test(name) && /^\d+\.\d+\.\d/u.test(release) && build.startsWith('#') ? name : [];
}

/** Of a host, its kernel and the build's number. */
const LONGEST_NAME = 300;
/** `uname -a` is a line of a small file, or stands near the beginning of what was pasted. */
const LONGEST_LOOK = 100_000;
