/** Whose evidence it is, where the text tells: a shell's prompt before the command, or `uname -a`. */

const COMMAND = '(\\w.*|/(?:usr/)?(?:local/)?s?bin/.*)';
/** Of `$ command`, `root@node:~# command`. */
const PROMPT = new RegExp(`^([^\\s#$]*)\\s?[#$]\\s+${COMMAND}`, 'u');
const USER_AT_HOST = /^[^@]*@([\w.-]+)/u;
/** Others, with the host where they have one. */
const PROMPTS: readonly RegExp[] = [
  // bash on RHEL: `[root@node ~]# command`.
  new RegExp(`^\\[[^\\s@\\]]+@([\\w.-]+) [^\\]]{1,200}\\][#$]\\s*${COMMAND}`, 'u'),
  // Gentoo and what descends from it: `core@node ~ $ command`.
  new RegExp(`^[^\\s@]+@([\\w.-]+) [~/]\\S* [#$]\\s+${COMMAND}`, 'u'),
  new RegExp(`^([\\w.-]+) ~ [#$]\\s+${COMMAND}`, 'u'),
  // Inside of containers: `bash-5.1# command`, `/ # command`.
  new RegExp(`^()(?:(?:ba|z|da|k|a)?sh(?:-[\\d.]+)?|[~/]\\S* )[#$%]\\s+${COMMAND}`, 'u'),
  // PowerShell and cmd.exe.
  new RegExp(`^()(?:PS )?[A-Z]:\\\\[^>]{0,200}>\\s*${COMMAND}`, 'u'),
  new RegExp(`^()[❯➜]\\s+${COMMAND}`, 'u'),
];
/** What lets only some lines of an output through. */
const FILTERED = /\|\s*(?:sudo\s+)?(?:[efz]?grep|rg|head|tail|awk|sed)\b/u;
/** Of kernel settings one by one, each of which is a file. */
const SETTING_FILE = /\bcat \/proc\/sys\/([\w./-]{1,200})$/u;
const SETTING_ALONE = /\bsysctl -[a-z]{0,3}n ([\w./-]{1,200})$/u;

export interface Prompt {
  /** Null for a prompt that does not name its host. */
  readonly host: string | null;
  readonly command: string;
}

export function promptOf(line: string): Prompt | null {
  for (const form of PROMPTS) {
    const [, host, command] = form.exec(line) ?? [];
    if (command !== undefined) return { host: host === '' ? null : host!, command };
  }
  const [, who, command = ''] = PROMPT.exec(line) ?? [];
  if (who === undefined || (who !== '' && !/[@:]/u.test(who))) return null;
  return { host: USER_AT_HOST.exec(who)?.[1] ?? null, command };
}

/** Whether what it prints is only a part of what there is. */
export function isFiltered({ command }: Prompt): boolean {
  return FILTERED.test(command);
}

/** The setting of which it prints the value alone; null for other commands. */
export function settingAsked({ command }: Prompt): string | null {
  const path = SETTING_FILE.exec(command)?.[1] ?? SETTING_ALONE.exec(command)?.[1];
  return path === undefined ? null : path.includes('.') ? path : path.replaceAll('/', '.');
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
