/** Writes the generated files: `npx tsx tools/generate_docs.ts`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from './generated.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

for (const [path, content] of Object.entries(generatedFiles())) {
  mkdirSync(dirname(`${root}${path}`), { recursive: true });
  writeFileSync(`${root}${path}`, content);
  process.stdout.write(`${path}\n`);
}
