/** The page in a real Chromium: it opens, moves, and says what the command line says. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { ipvsim } from '../cli/spawn.ts';
import {
  computed,
  csvOf,
  HAS_CHROMIUM,
  instant,
  open,
  pause,
  picture,
  type Served,
  seek,
  serve,
  shareChromium,
  shownCommand,
} from './page.ts';

if (!HAS_CHROMIUM)
  console.warn('SKIPPED test/playground: /usr/bin/chromium is not installed (Debian package chromium)');

const folder = mkdtempSync(join(tmpdir(), 'ipvsim-page-'));
let browser: Browser;
let served: Served;

describe.skipIf(!HAS_CHROMIUM)('the playground in Chromium', () => {
  shareChromium((...both) => {
    [browser, served] = both;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(['light', 'dark'] as const)('opens on the seed case and moves, in %s', async (colorScheme) => {
    const { page, messages, requests } = await open(browser, served.url, { colorScheme });
    await expect.poll(() => instant(page)).toBeGreaterThan(0);
    const before = await picture(page);
    await expect.poll(() => picture(page)).not.toBe(before);
    expect(await page.locator('h1').textContent()).toBe(
      'A service falls from 2000 to 120 requests per second',
    );
    await computed(page);
    expect(messages).toEqual([]);
    expect(requests.length).toBeGreaterThan(2);
    expect(requests.filter((url) => !url.startsWith(served.url))).toEqual([]);
    // An idle machine takes a fifth of a second; a test machine has others to serve.
    const moving_ms = await page.evaluate(() => performance.getEntriesByName('moving')[0]?.startTime);
    expect(moving_ms).toBeLessThan(20_000);
    await page.close();
  });

  test('its series is that of the command line, and so is that of a turned knob', async () => {
    const { page } = await open(browser, served.url);
    const plain = await ipvsim(['run', 'k8s-cliff', '--format', 'csv']);
    expect(await csvOf(page)).toBe(plain.stdout);
    await page.getByLabel('conn_reuse_mode').selectOption('0');
    await page.getByLabel('concurrency').fill('60');
    await page.getByLabel('concurrency').blur();
    await expect.poll(() => shownCommand(page)).toContain('clients.0.concurrency=60');
    const turned = await ipvsim([...(await shownCommand(page)), '--format', 'csv']);
    expect(turned.stdout).not.toBe(plain.stdout);
    await expect.poll(() => csvOf(page)).toBe(turned.stdout);
    await page.close();
  });

  test('what is being typed stays while a run goes on, and every shipped scenario can be opened', async () => {
    const { page } = await open(browser, served.url);
    await page.getByLabel('source ports').fill('32768-6');
    await computed(page);
    expect(await page.getByLabel('source ports').inputValue()).toBe('32768-6');
    await page.getByLabel('scenario', { exact: true }).fill('k8s-cliff-keepalive');
    await page.getByLabel('scenario', { exact: true }).blur();
    await expect.poll(() => shownCommand(page)).toEqual(['run', 'k8s-cliff-keepalive']);
    await expect.poll(() => page.getByLabel('keep-alive').inputValue()).toBe('true');
    await page.getByLabel('scenario', { exact: true }).fill('k8s-clif');
    await page.getByLabel('scenario', { exact: true }).blur();
    await page.getByRole('button', { name: 'k8s-cliff?' }).click();
    await expect.poll(() => shownCommand(page)).toEqual(['run', 'k8s-cliff']);
    await page.close();
  });

  test('back gives what forward gave, and a link opens the same picture', async () => {
    const { page } = await open(browser, served.url);
    await pause(page);
    await computed(page);
    await seek(page, 20);
    await expect.poll(() => instant(page)).toBe(20);
    const at20 = await picture(page);
    await seek(page, 140);
    await expect.poll(() => picture(page)).not.toBe(at20);
    await seek(page, 20);
    await expect.poll(() => picture(page)).toBe(at20);
    await page.getByRole('button', { name: 'Copy a link' }).click();
    const link = page.url();
    expect(link).toContain('scenario=k8s-cliff');
    await page.close();
    const again = await open(browser, link);
    await computed(again.page);
    await expect.poll(() => picture(again.page)).toBe(at20);
    await again.page.close();
  });

  test('keys: play, a second, and from drop to drop', async () => {
    const { page } = await open(browser, served.url, { reducedMotion: 'reduce' });
    await computed(page);
    expect(await instant(page)).toBe(0);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => instant(page)).toBe(1);
    await page.keyboard.press('n');
    await expect.poll(() => instant(page)).toBeGreaterThan(16);
    const first = await instant(page);
    await page.keyboard.press('n');
    await expect.poll(() => instant(page)).toBeGreaterThan(first);
    await page.keyboard.press('p');
    await expect.poll(() => instant(page)).toBe(first);
    await page.keyboard.press('Home');
    await page.keyboard.press(' ');
    await expect.poll(() => instant(page)).toBeGreaterThan(0.5);
    await page.close();
  });

  test('a wrong value is told in the words of the command line, and the run before it stays', async () => {
    const { page, messages } = await open(browser, served.url);
    await computed(page);
    await page.getByLabel('kernel of the node').fill('9.9-<img src=x>');
    await page.getByLabel('kernel of the node').blur();
    const shown = await page.getByRole('alert').textContent();
    const said = await ipvsim(['run', 'k8s-cliff', '--set', 'kernel=9.9-<img src=x>']);
    expect(said.code).toBe(2);
    expect(said.stderr).toContain((shown ?? '').trim().split('\n')[0]);
    expect(await page.locator('img').count()).toBe(0);
    expect(messages).toEqual([]);
    await page.close();
  });

  test.each([1440, 1024, 390])('fits a window %i wide', async (width) => {
    const { page } = await open(browser, served.url, { viewport: { width, height: 844 } });
    await computed(page);
    expect(
      await page.locator('html').evaluate((html) => (html as unknown as { scrollWidth: number }).scrollWidth),
    ).toBeLessThanOrEqual(width);
    await page.close();
  });

  test('opens on a scenario of one’s own, whose text is text', async () => {
    const own = join(folder, 'own.yaml');
    const title = '</script><script>document.title="owned"</script> <!-- $& \u2028';
    const text = `title: ${JSON.stringify(title)}\nduration: 3s\nservice: {address: "10.96.0.1:80", realServers: [{address: "10.1.1.1:80"}]}\nclients: [{rate: 10/s}]\n`;
    writeFileSync(own, text);
    const mine = await serve([own]);
    const { page, messages } = await open(browser, mine.url);
    await computed(page);
    expect(await page.title()).toBe('ipvsim playground');
    expect(await page.locator('h1').textContent()).toContain('</script><script>');
    expect(await shownCommand(page)).toEqual(['run', own]);
    expect(await csvOf(page)).toBe((await ipvsim(['run', own, '--format', 'csv'])).stdout);
    expect(messages).toEqual([]);
    await page.close();
    expect(await mine.stop()).toBe(130);
  });
});
