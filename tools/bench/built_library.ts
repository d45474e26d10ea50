/** The library as its users run it: what `npm run build` made, which is faster than src/ file by file. */
import { existsSync } from 'node:fs';

/** The type is that of the source, so that types can be checked before anything is built. */
type Library = typeof import('../../src/index.ts');

export async function builtLibrary(): Promise<Library> {
  const file = new URL('../../dist/index.js', import.meta.url);
  if (!existsSync(file)) throw new Error('dist/index.js is missing: run npm run build first');
  return await import(file.href);
}
