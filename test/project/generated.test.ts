/** Generated files are in the repository: a stale one fails here. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from '../../tools/generated.ts';

describe('generated files', () => {
  it.each(Object.entries(generatedFiles()))(
    '%s is fresh (npx tsx tools/generate_docs.ts)',
    (path, content) => {
      expect(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')).toBe(content);
    },
  );
});
