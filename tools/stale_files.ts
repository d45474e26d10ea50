/** Files of an earlier build whose source has been renamed or removed since: a package must not ship them. */
import { readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';

/** Built by vite, which empties the folder itself. */
const PAGE = `playground${sep}`;

/** Files below `built` that no file below `sources` compiles to, relative to it. */
export function staleFiles(sources: string, built: string): string[] {
  const compiled = new Set(
    filesBelow(sources, '.ts').flatMap((file) => [
      file.replace(/\.ts$/, '.js'),
      file.replace(/\.ts$/, '.d.ts'),
    ]),
  );
  return filesBelow(built, '.js', '.d.ts').filter((file) => !compiled.has(file) && !file.startsWith(PAGE));
}

export function removeStale(sources: string, built: string): void {
  for (const file of staleFiles(sources, built)) rmSync(join(built, file));
  // Deepest first, so that a folder is empty when its turn comes.
  const folders = readdirSync(built, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  for (const { parentPath, name } of folders.reverse()) {
    const folder = join(parentPath, name);
    if (readdirSync(folder).length === 0) rmdirSync(folder);
  }
}

function filesBelow(folder: string, ...endings: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => endings.some((ending) => path.endsWith(ending)));
}
