/** The report in a real browser: it renders, in both colour schemes and on paper, and nothing in it acts. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../../src/report/html/html.ts';
import { NARROW_WIDTH } from '../../../src/report/svg/svg_frame.ts';
import { healthy, hostile, result } from '../fixture.ts';
import { slowConnect } from '../trace_fixture.ts';

const CHROMIUM = '/usr/bin/chromium';
const isInstalled = existsSync(CHROMIUM);
if (!isInstalled)
  console.warn(
    `SKIPPED test/report/html.browser.test.ts: ${CHROMIUM} is not installed (Debian package chromium)`,
  );

const folder = mkdtempSync(join(tmpdir(), 'ipvsim-html-'));
const PAGE_CHECKS = readFileSync(new URL('page_checks.js', import.meta.url), 'utf8');
interface PageChecks {
  readonly lowestContrast: number;
  readonly overlaps: readonly string[];
}
let browser: Browser;

describe.skipIf(!isInstalled)('the HTML report in Chromium', () => {
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
    });
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  it.each(['light', 'dark'] as const)(
    'renders in %s without a message, a request or a scroll bar',
    async (colorScheme) => {
      const { page, messages, requests } = await open(renderHtml(result(), { trace: slowConnect() }), {
        colorScheme,
      });
      expect(messages).toEqual([]);
      expect(requests).toEqual([]);
      const shown = page.locator('figure svg:visible');
      expect(await shown.count()).toBe(7);
      for (const svg of await shown.all()) {
        const box = (await svg.boundingBox())!;
        expect(box.width).toBeGreaterThan(600);
        expect(box.height).toBeGreaterThan(60);
      }
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      await page.close();
    },
  );

  it('is dark on a dark desktop and light on paper', async () => {
    const { page } = await open(renderHtml(result()), { colorScheme: 'dark' });
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await background()).toBe('rgb(20, 24, 28)');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await background()).toBe('rgb(255, 255, 255)');
    await page.close();
  });

  it.each(['light', 'dark'] as const)(
    'is easy to read in %s: contrast, and no text over other text',
    async (colorScheme) => {
      const { page } = await open(renderHtml(result(), { trace: slowConnect() }), { colorScheme });
      const { lowestContrast, overlaps } = await page.evaluate<PageChecks>(PAGE_CHECKS);
      expect(lowestContrast).toBeGreaterThanOrEqual(4.5);
      expect(overlaps).toEqual([]);
      await page.close();
    },
  );

  it('does not run what is written into a scenario', async () => {
    const { page, messages, requests } = await open(renderHtml(hostile(), { trace: slowConnect() }), {
      colorScheme: 'light',
    });
    expect(await page.title()).not.toBe('owned');
    expect(await page.locator('script, img, iframe, object, a').count()).toBe(0);
    expect(requests).toEqual([]);
    expect(messages).toEqual([]);
    await page.close();
  });

  it('would not let a script run or anything be fetched even if markup got in', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const markup = `<script>document.title = "owned"</script><img src="http://127.0.0.1:${port}/x" onerror="document.title = 'owned'">`;
    const { page } = await open(renderHtml(healthy()).replace('<main>', `<main>${markup}`), {
      colorScheme: 'light',
    });
    expect(await page.locator('main > img').count()).toBe(1);
    expect(await page.title()).not.toBe('owned');
    expect(asked).toEqual([]);
    await page.close();
    server.close();
  });

  it('fits a narrow window', async () => {
    const { page } = await open(
      renderHtml(result(), { trace: slowConnect() }),
      { colorScheme: 'light' },
      390,
    );
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    // Every chart has a form for phones, whole and in letters of a size that one can read.
    const shown = await page.locator('.narrow svg:visible').all();
    expect(shown.length).toBe(6);
    for (const svg of shown) {
      const box = (await svg.boundingBox())!;
      expect(box.x + box.width).toBeLessThanOrEqual(390);
      expect(box.width / NARROW_WIDTH).toBeGreaterThan(0.95);
    }
    const { overlaps } = await page.evaluate<PageChecks>(PAGE_CHECKS);
    expect(overlaps).toEqual([]);
    await page.close();
  });

  it('shows the folded tables on paper, but not the raw data', async () => {
    const { page } = await open(renderHtml(result()), { colorScheme: 'light' });
    await page.emulateMedia({ media: 'print' });
    const heights = await page
      .locator('details:not(.data)')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
    for (const height of heights) expect(height).toBeGreaterThan(200);
    expect(await page.locator('details.data').isVisible()).toBe(false);
    expect(await page.locator('.narrow').first().isVisible()).toBe(false);
    expect((await page.pdf({ format: 'A4' })).byteLength).toBeGreaterThan(20_000);
    await page.close();
  });
});

async function open(
  text: string,
  context: { colorScheme: 'light' | 'dark' },
  width = 1100,
): Promise<{ page: Page; messages: string[]; requests: string[] }> {
  const path = join(folder, 'report.html');
  writeFileSync(path, text);
  const page = await browser.newPage({ ...context, viewport: { width, height: 900 } });
  const messages: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => messages.push(message.text()));
  page.on('pageerror', (error) => messages.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) requests.push(request.url());
  });
  await page.goto(pathToFileURL(path).href);
  return { page, messages, requests };
}
