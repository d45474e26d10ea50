/** A click on a cell in a real Chromium: what happened to its port, in the very text of `ipvsim why`. */
import type { Browser, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ipvsim } from '../cli/spawn.ts';
import { complaints, computed, HAS_CHROMIUM, instant, open, type Served, shareChromium } from './page.ts';

let browser: Browser;
let served: Served;

const CLIFF = '#scenario=k8s-cliff&set=duration%3D20s&at=17.2';

/** The cell of a port of 1024 to 65534, every second one. */
async function clickCell(page: Page, port: number): Promise<void> {
  const canvas = page.locator('canvas.ports');
  const [columns, rows] = await canvas.evaluate((element) => {
    const { width, height } = element as unknown as { width: number; height: number };
    return [width, height] as const;
  });
  const { width, height } = (await canvas.boundingBox())!;
  const cell = (port - 1024) / 2;
  const x = (((cell % columns) + 0.5) / columns) * width;
  const y = ((Math.floor(cell / columns) + 0.5) / rows) * height;
  await canvas.click({ position: { x, y } });
}

const said = (page: Page) => page.locator('.why').textContent();

describe.skipIf(!HAS_CHROMIUM)('the inspector in Chromium', () => {
  shareChromium((...both) => {
    [browser, served] = both;
  });

  test('a dropped SYN: its life, the conditions, and the text of the command line', async () => {
    const { page, messages } = await open(browser, `${served.url}${CLIFF}`);
    await computed(page);
    await clickCell(page, 51132);
    const inspector = page.getByRole('region', { name: 'Inspector' });
    await expect.poll(() => said(page)).toContain('10.0.0.1:51132');
    const command = (await inspector.locator('code.asked').textContent())!;
    expect(command).toBe('ipvsim why k8s-cliff --set duration=20s --request 32257');
    expect(await said(page)).toBe((await ipvsim(command.split(' ').slice(1))).stdout);
    expect(await inspector.locator('.lived').textContent()).toContain('its SYN is dropped');
    const dropped = inspector.locator('.walk', { hasText: 'NF_DROP' });
    expect(await dropped.locator('.taken > .asks').allTextContents()).toEqual([
      expect.stringContaining('conn_reuse_mode != 0conn_reuse_mode=1'),
      expect.stringContaining('dest->weight == 0weight=1'),
      expect.stringContaining('is_new_conn_expected(): TIME_WAIT or CLOSEstate=TIME_WAIT'),
      expect.stringContaining('conntrack=in use'),
    ]);
    expect(await inspector.locator('svg.ladder').textContent()).toContain('dropped: SYN on an old entry');
    expect(await complaints(page, '.inspector')).toEqual([]);
    await inspector.getByRole('button', { name: /^16\.101440/ }).click();
    await expect.poll(() => instant(page)).toBe(16.1);
    expect(messages).toEqual([]);
    await page.close();
  });

  test('a dropped packet and a connect time, by a click in their charts', async () => {
    const { page, messages } = await open(browser, `${served.url}${CLIFF}`);
    await computed(page);
    const click = async (chart: string, share: number) => {
      const over = page.locator(`[data-chart=${chart}] .u-over`);
      const { width, height } = (await over.boundingBox())!;
      await over.click({ position: { x: share * width, y: height / 2 } });
    };
    await click('drops', 0.5);
    await expect.poll(() => said(page)).toContain('10.0.0.1:51132');
    // Ten seconds of twenty: the nearest drop is the first.
    expect(await instant(page)).toBeCloseTo(10, 0);
    await click('connect', 0.9);
    await expect.poll(() => said(page)).not.toContain('10.0.0.1:51132');
    const command = (await page.locator('code.asked').textContent())!;
    expect(command).toMatch(/^ipvsim why k8s-cliff --set duration=20s --(at 1[78]|request \d)/);
    const words = (text: string | null) => (text ?? '').replace(/\s+/gu, ' ');
    const printed = await ipvsim(command.split(' ').slice(1));
    expect(words(await said(page))).toBe(words(printed.stdout));
    expect(messages).toEqual([]);
    await page.close();
  });

  test('by the keyboard: a port by its number, the slowest request of an instant, the worst of the run', async () => {
    const { page } = await open(browser, `${served.url}${CLIFF}`, {
      viewport: { width: 390, height: 844 },
      colorScheme: 'dark',
    });
    await computed(page);
    await page.getByRole('textbox', { name: 'port', exact: true }).fill('1026');
    await page.keyboard.press('Enter');
    await expect.poll(() => said(page)).toContain('10.0.0.1:1026');
    for (const [name, args] of [
      ['The slowest request at this instant', ['--at', '17.2s']],
      ['The worst of the run', []],
    ] as const) {
      await page.getByRole('button', { name }).focus();
      await page.keyboard.press('Enter');
      const printed = await ipvsim(['why', 'k8s-cliff', '--set', 'duration=20s', ...args]);
      const words = (text: string | null) => (text ?? '').replace(/\s+/gu, ' ');
      await expect.poll(async () => words(await said(page))).toBe(words(printed.stdout));
    }
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBe(390);
    expect(await complaints(page, '.inspector')).toEqual([]);
    await page.close();
  });
});
