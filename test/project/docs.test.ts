/** What the documents tell people to type exists: commands, options, shipped scenarios, files that are linked. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Command, GLOBAL_OPTIONS } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { EXIT_MEANINGS } from '../../src/cli/exit_code.ts';
import { shippedScenarios } from '../../src/cli/files/shipped.ts';

const ROOT = new URL('../../', import.meta.url);
const PAGES = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(new URL('docs/', ROOT))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];
const read = (page: string) => readFileSync(new URL(page, ROOT), 'utf8');

/** Command lines in code blocks and code spans, up to a pipe, a comment or the explaining column. */
function commandLines(text: string): string[] {
  const code = [...text.matchAll(/```[\s\S]*?```|`[^`\n]+`/g)].map(([block]) => block);
  return code
    .flatMap((block) => block.split('\n'))
    .flatMap((line) =>
      [...line.matchAll(/(?:npx )?\bipvsim ([a-z][a-z-]*\b[^`|>]*)/g)].map(([, found]) => found!),
    )
    .map((line) => line.split(/ {3,}| # /)[0]!.trim());
}

async function commandOf(line: string): Promise<Command | null> {
  const entry = COMMANDS.find(({ name }) => name === line.split(/\s/)[0]);
  return entry === undefined ? null : (await entry.load()).command;
}

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  test('commands and options exist', async () => {
    for (const line of commandLines(text)) {
      const command = await commandOf(line);
      expect(command, `ipvsim ${line}`).not.toBeNull();
      for (const [, option] of line.matchAll(/\s--([a-z][\w-]*)/g)) {
        expect(Object.keys({ ...command!.options, ...GLOBAL_OPTIONS }), `ipvsim ${line}`).toContain(option);
      }
    }
  });

  test('links to files of the repository lead somewhere', () => {
    const prose = text.replaceAll(/```[\s\S]*?```|`[^`\n]+`/g, '');
    for (const [, target] of prose.matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      expect(existsSync(new URL(target!, new URL(page, ROOT))), `${page}: ${target}`).toBe(true);
    }
  });
});

test('examples in the help run shipped scenarios and existing options', async () => {
  const shipped = new Set((await shippedScenarios()).map(({ name }) => name));
  for (const entry of COMMANDS) {
    const { command } = await entry.load();
    for (const [line] of command.examples) {
      expect(line.split(/\s/)[0], line).toBe(entry.name);
      for (const [word] of line.matchAll(/\b(?:k8s|lab|lvs|kube|moby)-[\w.-]+/g))
        expect(shipped, line).toContain(word);
      for (const [, option] of line.matchAll(/\s--([a-z][\w-]*)/g)) {
        expect(Object.keys({ ...command.options, ...GLOBAL_OPTIONS }), line).toContain(option);
      }
    }
  }
});

test('the README names every exit code', () => {
  const listed = /Exit codes: ([\s\S]*?)\n\n/.exec(read('README.md'))![1]!;
  for (const [code] of EXIT_MEANINGS) expect(listed).toMatch(new RegExp(`\\b${code} `));
});
