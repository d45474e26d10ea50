/** The built playground: every file of the package's dist/playground, and the scenario that it opens on. */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lesson } from '../../lessons/lesson.ts';
import { UserError } from '../../storage/user_error.ts';

const FOLDER = fileURLToPath(new URL('../../../dist/playground/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
}

/** A scenario as the page knows one. */
export interface Opened {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  /** Where it is the puzzle of a lesson. */
  readonly lesson?: Lesson;
}

/** By the path that a browser asks for. They are few and small: all of them are held, and nothing else is served. */
export async function pageFiles(opened: Opened | null): Promise<ReadonlyMap<string, PageFile>> {
  const names = await readdir(FOLDER, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, PageFile>();
  for (const entry of names) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const type = TYPES[extname(path)] ?? 'application/octet-stream';
    const bytes = await readFile(path);
    files.set(`/${relative(FOLDER, path).split(sep).join('/')}`, { type, bytes });
  }
  const index = files.get('/index.html');
  if (index === undefined) {
    throw new UserError('the playground has not been built', 'in a clone: npm run build:playground');
  }
  files.set('/', { ...index, bytes: Buffer.from(openedOn(index.bytes.toString('utf8'), opened)) });
  files.delete('/index.html');
  return files;
}

/** The scenario stands in the page as data; `<` is written so that no text of it can end the element. */
function openedOn(html: string, opened: Opened | null): string {
  const json = JSON.stringify(opened).replaceAll('<', '\\u003c');
  return html.replace(/(<script type="application\/json" id="start">)null(<\/script>)/u, (_all, begin, end) =>
    [begin, json, end].join(''),
  );
}
