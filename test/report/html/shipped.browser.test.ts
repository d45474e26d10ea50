/**
 * The report of every shipped scenario's reference result in a real browser, at three widths: no label on another
 * one, none cut, nothing that scrolls sideways, everything readable.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../../src/report/html/html.ts';
import { renderHtmlSeveral } from '../../../src/report/html/html_several.ts';
import { readResult } from '../../../src/report/saved_result.ts';

const CHROMIUM = '/usr/bin/chromium';
const isInstalled = existsSync(CHROMIUM);
if (!isInstalled)
  console.warn(`SKIPPED test/report/html/shipped.browser.test.ts: ${CHROMIUM} is not installed`);

const RESULTS = new URL('../../../results/', import.meta.url);
const PAGE_CHECKS = readFileSync(new URL('page_checks.js', import.meta.url), 'utf8');

interface PageChecks {
  readonly lowestContrast: number;
  readonly overlaps: readonly string[];
  readonly clipped: readonly string[];
  readonly scrolls: boolean;
}

const saved = (name: string) =>
  readResult(readFileSync(new URL(`${name}/result.json`, RESULTS), 'utf8')).result!;

let browser: Browser;

describe.skipIf(!isInstalled)('reports of the shipped scenarios', () => {
  beforeAll(async () => {
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'];
    browser = await chromium.launch({ executablePath: CHROMIUM, args });
  });
  afterAll(() => browser.close());

  it.each([
    [1440, 'light'],
    [1024, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)('%i px, %s', { timeout: 240_000 }, async (width, colorScheme) => {
    const names = readdirSync(RESULTS).filter((name) => existsSync(new URL(`${name}/result.json`, RESULTS)));
    expect(names.length).toBeGreaterThan(70);
    const trio = ['k8s-cliff', 'k8s-cliff-mode0', 'k8s-cliff-keepalive'].map(saved);
    const pages = [
      ...names.map((name) => [name, () => renderHtml(saved(name))] as const),
      ['three side by side', () => renderHtmlSeveral(trio)] as const,
    ];
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
    for (const [name, render] of pages) {
      await page.setContent(render());
      const { lowestContrast, ...found } = await page.evaluate<PageChecks>(PAGE_CHECKS);
      expect({ name, ...found }).toEqual({ name, overlaps: [], clipped: [], scrolls: false });
      expect([name, lowestContrast >= 4.5]).toEqual([name, true]);
    }
    await page.close();
  });
});
