/** The scenario as text in a real Chromium: problems in the command line's words, completion, links, and hostile text. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { ipvsim } from '../cli/spawn.ts';
import {
  complaints,
  computed,
  csvOf,
  HAS_CHROMIUM,
  instant,
  open,
  type Served,
  shareChromium,
} from './page.ts';

const folder = mkdtempSync(join(tmpdir(), 'ipvsim-editor-'));
const own = join(folder, 'mine.yaml');
let browser: Browser;
let served: Served;

const SHORT = `duration: 3s
service:
  address: 10.96.0.1:80
  realServers:
    - address: 10.1.1.1:80
clients:
  - rate: 10/s
`;

const linkOf = (text: string, more = '') =>
  `${served.url}#scenario=mine.yaml&text=${deflateRawSync(text).toString('base64url')}${more}`;

async function edit(page: Page) {
  await page.getByText('The scenario as YAML', { exact: true }).click();
  const editor = page.getByRole('textbox', { name: 'The scenario as YAML' });
  await editor.waitFor();
  return editor;
}

/** What the command line says to that text, under the name that the page has for it. */
async function saidTo(text: string): Promise<string> {
  writeFileSync(own, text);
  const { code, stderr } = await ipvsim(['validate', own]);
  expect(code).toBe(2);
  return stderr.replaceAll(own, 'mine.yaml');
}

describe.skipIf(!HAS_CHROMIUM)('the editor in Chromium', () => {
  shareChromium((...both) => {
    [browser, served] = both;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('what is wrong stands in the gutter and beside the picture, in the command line’s words', async () => {
    const { page, messages } = await open(browser, linkOf(SHORT));
    await computed(page);
    const editor = await edit(page);
    await editor.press('Control+Home');
    await page.keyboard.type('durations: 5s\n');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    const shown = (await alert.textContent())!.trim();
    expect(await saidTo(`durations: 5s\n${SHORT}`)).toContain(shown.replace(/\n\n1 problem.*$/su, ''));
    await page.locator('.cm-lint-marker-error').hover();
    await page.locator('.cm-tooltip-lint').waitFor();
    expect(await page.locator('.cm-tooltip-lint').textContent()).toContain('unknown key  durations');
    expect(messages).toEqual([]);
    await page.close();
  });

  test('keys and values are offered, and explained, in the schema’s words', async () => {
    const { page, messages } = await open(browser, linkOf(SHORT));
    const editor = await edit(page);
    await editor.press('Control+End');
    await page.keyboard.type('    keepA');
    const offered = page.locator('.cm-tooltip-autocomplete li');
    await expect.poll(() => offered.first().textContent()).toBe('keepAlive');
    await page.locator('.cm-completionInfo').waitFor();
    await page.waitForTimeout(100);
    await page.keyboard.press('Enter');
    await expect.poll(() => editor.textContent()).toContain('keepAlive: ');
    await page.keyboard.press('Control+Space');
    await expect.poll(() => offered.allTextContents()).toEqual(['false', 'true']);
    await page.waitForTimeout(100);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByLabel('keep-alive').inputValue()).toBe('true');
    await page.getByText('realServers', { exact: true }).first().hover();
    await page.locator('.cm-explain').waitFor();
    expect(await complaints(page, 'details.editor')).toEqual([]);
    expect(messages).toEqual([]);
    await page.close();
  });

  test('a link holds text, seed and instant; the file that is saved gives the same series', async () => {
    const { page } = await open(browser, linkOf(SHORT, '&set=seed%3Dother&at=2.5'));
    await computed(page);
    await page.getByRole('button', { name: 'Copy a link to this instant' }).click();
    await expect.poll(() => page.url()).toContain('at=2.5');
    const again = await open(browser, page.url());
    await computed(again.page);
    await expect.poll(() => instant(again.page)).toBe(2.5);
    expect(await again.page.getByLabel('seed').inputValue()).toBe('other');
    const download = again.page.waitForEvent('download');
    await again.page.getByRole('button', { name: 'mine.yaml' }).click();
    const saved = readFileSync(await (await download).path(), 'utf8');
    expect(saved).toBe(SHORT);
    writeFileSync(own, saved);
    expect(await again.page.locator('pre.command').textContent()).toBe(
      'ipvsim run mine.yaml --set seed=other',
    );
    const same = await ipvsim(['run', own, '--set', 'seed=other', '--format', 'csv']);
    expect(await csvOf(again.page)).toBe(same.stdout);
    await page.close();
    await again.page.close();
  });

  test.each([
    ['a million ports', `${SHORT}    addresses: 10.0.0.1-10.15.255.255\n`],
    ['script as a title', `title: "<script>alert(1)</script><img src=x onerror=alert(1)>"\nduration: soon\n`],
    ['no YAML', '{'.repeat(5000)],
    ['a text beyond the limits', `# ${'x'.repeat(1024 * 1024 - 2)}`],
  ])('%s is refused in words', async (_what, text) => {
    const { page, messages } = await open(browser, linkOf(text));
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(((await alert.textContent()) ?? '').length).toBeGreaterThan(20);
    expect(await page.locator('img').count()).toBe(0);
    expect(messages).toEqual([]);
    await page.close();
  });

  test.each([
    ['no deflate', '#scenario=x&text=AAAA'],
    [
      'a huge text in a small link',
      `#scenario=x&text=${deflateRawSync(Buffer.alloc(50e6)).toString('base64url')}`,
    ],
    ['no such scenario', '#scenario=nobody'],
  ])('a link with %s opens the seed case', async (_what, hash) => {
    const { page, messages } = await open(browser, served.url + hash);
    await expect.poll(() => page.locator('h1').textContent()).toContain('A service falls');
    expect(messages).toEqual([]);
    await page.close();
  });

  test('the first load is below 400 KB, and the editor is no part of it', async () => {
    const { page, requests } = await open(browser, served.url);
    await computed(page);
    const files = requests.filter((url) => url.startsWith(served.url));
    const bytes = await Promise.all(
      files.map(async (url) => gzipSync(Buffer.from(await (await fetch(url)).arrayBuffer())).length),
    );
    expect(files.join()).not.toContain('code_editor');
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(400_000);
    await page.close();
  });
});
