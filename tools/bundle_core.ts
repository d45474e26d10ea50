/**
 * The last step of a build: everything that runs while packets move becomes one file, dist/simulate.js. V8 reads
 * an imported constant from a cell, with two checks, each time it is used, and a call to an imported function
 * looks there too; within one file both are known when code is compiled. Nothing else about the program changes:
 * recordings are replayed by a bundle, too, and the reference results are those of a bundle.
 */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** What an event may touch; the other stages stay files of their own, loaded when they are needed. */
const HOT =
  /\/src\/(simulate\.ts$|conform\/(replay|lab|observe|frame)\.ts$|engine\/|kernel\/|network\/|measure\/|text\/)/;

/** Bundles `input` into `file`; both are relative to the project, and what is not hot is imported as before. */
export async function bundleCore(input: string, file: string): Promise<void> {
  const build = await rolldown({
    input,
    cwd: ROOT,
    platform: 'neutral',
    tsconfig: 'tsconfig.json',
    optimization: { inlineConst: { mode: 'all', pass: 2 } },
    plugins: [
      {
        name: 'the-other-stages',
        resolveId: (id, importer) => {
          if (importer === undefined) return null;
          if (!id.startsWith('.')) return { id, external: true };
          const path = resolve(dirname(importer), id);
          return HOT.test(path) ? null : { id: path.replace(/\.ts$/, '.js'), external: 'relative' };
        },
        // A declared function may be assigned to, so V8 asks at each call whether it has been; a constant may not.
        renderChunk: (code) => code.replaceAll(/^function (\w+)\(/gm, 'const $1 = function $1('),
      },
    ],
  });
  await build.write({ file, format: 'esm', comments: false });
  await build.close();
}
