/** The whole page in a real Chromium: axe-core, tables for what is drawn, memory over a long run, and pictures for the docs. */

import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { complaints, computed, HAS_CHROMIUM, open, type Served, seek, shareChromium } from './page.ts';

let browser: Browser;
let served: Served;

const LONG = `duration: 1200s
interval: 10s
service: { address: "10.96.0.1:80", realServers: [{ address: "10.1.1.1:80" }] }
clients: [{ rate: 50/s, ports: 30000-39999 }]
`;

/** Bytes of the page's objects once what nobody needs is gone. */
async function heap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

describe.skipIf(!HAS_CHROMIUM)('the whole page in Chromium', () => {
  shareChromium((...both) => {
    [browser, served] = both;
  });

  test.each([
    ['light', 1440],
    ['dark', 1024],
    ['dark', 390],
  ] as const)('axe-core finds nothing in %s, %i wide', async (colorScheme, width) => {
    const { page, messages } = await open(
      browser,
      `${served.url}#scenario=k8s-cliff&set=duration%3D20s&at=17`,
      {
        colorScheme,
        viewport: { width, height: 844 },
      },
    );
    await computed(page);
    await page.getByText('The charts as a table', { exact: true }).click();
    await page.getByText('The picture as a table', { exact: true }).click();
    const [ports, series] = [page.locator('.figures-table').first(), page.locator('.figures-table').last()];
    await expect.poll(() => ports.locator('tbody tr').count()).toBe(16);
    await expect.poll(() => series.locator('tbody tr').count()).toBe(20);
    expect(await series.locator('tbody tr').nth(4).textContent()).toMatch(/^52 0\d\d/u);
    expect(await complaints(page, 'body')).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(messages).toEqual([]);
    await page.close();
  });

  // IPVSIM_PICTURES=1 writes those of the docs anew.
  test.each([
    ['playground', 'light', '#scenario=k8s-cliff&at=24'],
    ['playground-compared', 'dark', '#scenario=k8s-cliff&set=duration%3D60s&at=30'],
  ] as const)('the picture docs/%s.png', async (name, colorScheme, hash) => {
    const { page } = await open(browser, served.url + hash, {
      colorScheme,
      viewport: { width: 1280, height: 860 },
    });
    if (name === 'playground-compared')
      await page.getByRole('button', { name: 'Mode 0 beside mode 1' }).click();
    await computed(page);
    const drawn = await page.screenshot();
    const file = fileURLToPath(new URL(`../../docs/${name}.png`, import.meta.url));
    if (process.env.IPVSIM_PICTURES === '1') writeFileSync(file, drawn);
    // Fonts and processors differ; what is asked for is that there is one, of a page that has not come out empty.
    expect(existsSync(file)).toBe(true);
    expect(drawn.length).toBeGreaterThan(30_000);
    await page.close();
  });

  test('twenty minutes played again and again take no more memory', async () => {
    const hash = `#scenario=long.yaml&text=${deflateRawSync(LONG).toString('base64url')}`;
    const { page } = await open(browser, served.url + hash, { reducedMotion: 'reduce' });
    await computed(page);
    await page.getByLabel('speed').fill('1');
    const play = async () => {
      await seek(page, 0);
      await page.getByRole('button', { name: 'Play' }).click();
      await page.getByRole('button', { name: 'Play' }).waitFor();
    };
    await play();
    const before = await heap(page);
    for (let times = 0; times < 3; times++) await play();
    expect((await heap(page)) - before).toBeLessThan(2e6);
    await page.close();
  });
});
