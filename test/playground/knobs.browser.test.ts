/** Time and knobs in a real Chromium: every knob answers, a fork is a fresh run, two runs go in step, keys reach everything. */

import { execFileSync } from 'node:child_process';
import type { Browser, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ipvsim } from '../cli/spawn.ts';
import {
  complaints,
  computed,
  csvOf,
  enter,
  HAS_CHROMIUM,
  instant,
  open,
  picture,
  type Served,
  seek,
  shareChromium,
} from './page.ts';

let browser: Browser;
let served: Served;

const SHORT = '#scenario=k8s-cliff&set=duration%3D24s';

/** As a shell reads the line that is shown. */
async function typed(page: Page): Promise<string[]> {
  const line = (await page.locator('pre.command').textContent())!;
  const words = execFileSync('sh', ['-c', `set -- ${line}; printf '%s\\n' "$@"`], { encoding: 'utf8' });
  return words.trimEnd().split('\n').slice(1);
}

async function turn(page: Page, name: string, value: string): Promise<void> {
  const knob = page.locator('.knob', { has: page.getByText(name, { exact: true }) });
  await enter(knob.locator('input, select'), value);
}

/** Milliseconds between two of the page's own marks, the last of each. */
async function between(page: Page, from: string, to: string): Promise<number> {
  return await page.evaluate(
    ([first, last]) => {
      const at = (name: string) => performance.getEntriesByName(name).at(-1)?.startTime ?? Number.NaN;
      return at(last!) - at(first!);
    },
    [from, to],
  );
}

describe.skipIf(!HAS_CHROMIUM)('knobs in Chromium', () => {
  shareChromium((...both) => {
    [browser, served] = both;
  });

  test('a knob answers at once, and the seed case is there soon', async () => {
    const { page } = await open(browser, served.url);
    await computed(page);
    await turn(page, 'conn_reuse_mode', '0');
    await expect.poll(() => between(page, 'asked', 'painted')).toBeGreaterThan(0);
    // 300 ms and 3 s on an idle machine; a test machine has others to serve.
    expect(await between(page, 'asked', 'painted')).toBeLessThan(10_000);
    await expect
      .poll(() => between(page, 'asked', 'computed'), { timeout: 60_000 })
      .toBeGreaterThan(await between(page, 'asked', 'painted'));
    await page.close();
  });

  test('every knob changes what the command line says, and the page says the same', async () => {
    const { page, messages } = await open(browser, `${served.url}${SHORT}&set=kernel%3D5.15`);
    await computed(page);
    const turned = [
      ['conn_reuse_mode', '0'],
      ['expire_nodest_conn', '1'],
      ['conntrack', '0'],
      ['kernel of the node', '6.1'],
      ['data path', 'nftables'],
      ['masquerade', 'random-fully'],
      ['kernel of the client', '6.1'],
      ['concurrency', '70'],
      ['source ports', '20000-40000'],
      ['keep-alive', 'true'],
      ['client addresses', '10.0.0.1-10.0.0.3'],
    ] as const;
    for (const [name, value] of turned) {
      await turn(page, name, value);
      await expect.poll(() => typed(page)).toContainEqual(expect.stringMatching(`=${value}$`));
      expect(await page.getByRole('alert').count(), name).toBe(0);
    }
    await expect.poll(() => page.getByLabel('Whose ports are shown').count()).toBe(1);
    await page.getByLabel('Whose ports are shown').selectOption('2');
    await expect
      .poll(() => page.locator('[aria-label="Whose ports are shown"] :checked').textContent())
      .toContain('10.0.0.3');
    const same = await ipvsim([...(await typed(page)), '--format', 'csv']);
    // What the scenario expects is of the whole run.
    expect(same.code).toBe(1);
    await expect.poll(() => csvOf(page)).toBe(same.stdout);
    expect(messages).toEqual([]);
    await page.close();
  });

  test('a fork is what a fresh run is, and the future that was stays behind it', async () => {
    const { page } = await open(browser, `${served.url}${SHORT}`, { reducedMotion: 'reduce' });
    await computed(page);
    await seek(page, 17);
    await expect.poll(() => instant(page)).toBe(17);
    const before = await picture(page);
    await page.getByRole('radio', { name: 'from 17 s on' }).check();
    await turn(page, 'conn_reuse_mode', '0');
    await expect
      .poll(() => typed(page))
      .toContain('events.0={at: 17000ms, sysctl: {net.ipv4.vs.conn_reuse_mode: 0}}');
    await computed(page);
    expect(await picture(page)).toBe(before);
    expect(await page.getByText('without the change at 17 s').isVisible()).toBe(true);
    const fresh = await ipvsim([...(await typed(page)), '--format', 'csv']);
    await expect.poll(() => csvOf(page)).toBe(fresh.stdout);
    await page.getByRole('button', { name: 'Kill it here' }).click();
    await expect
      .poll(() => typed(page))
      .toContainEqual(expect.stringContaining('terminatePod: "10.244.1.5"'));
    await page.getByRole('button', { name: /^Take back: sysctl/ }).click();
    await expect.poll(() => typed(page)).toContainEqual(expect.stringMatching(/^events\.0=.*terminatePod/));
    expect((await ipvsim(await typed(page))).code).toBe(1);
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.close();
  });

  test('mode 0 beside mode 1, in step', async () => {
    const { page, messages } = await open(browser, `${served.url}${SHORT}`, { reducedMotion: 'reduce' });
    await page.getByRole('button', { name: 'Mode 0 beside mode 1' }).click();
    await computed(page);
    await seek(page, 20);
    const canvases = page.locator('canvas.ports');
    await expect
      .poll(() => canvases.evaluateAll((all) => all.map((one) => one.getAttribute('data-at'))))
      .toEqual(['20', '20']);
    const dropped = page.locator('tr[data-row=dropped] td');
    await expect.poll(() => dropped.allTextContents()).toEqual([expect.not.stringMatching(/^0$/), '0']);
    expect(await complaints(page, '.stage, .side:not([hidden])')).toEqual([]);
    await page.getByRole('button', { name: 'One run' }).click();
    expect(await canvases.count()).toBe(1);
    expect(messages).toEqual([]);
    await page.close();
  });

  test('steps by kind, on and back, and the list of keys', async () => {
    const { page } = await open(browser, `${served.url}#scenario=lab-5.4-drain-reuse1`, {
      reducedMotion: 'reduce',
    });
    await computed(page);
    for (const [on, back] of [
      ['.', ','],
      ['e', 'E'],
    ] as const) {
      await page.keyboard.press('Home');
      await expect.poll(() => instant(page)).toBe(0);
      await page.keyboard.press(on);
      const first = await instant(page);
      await page.keyboard.press(on);
      await page.keyboard.press(back);
      expect(await instant(page)).toBe(first);
    }
    // A button has the focus, and keys act all the same.
    await page.getByRole('button', { name: 'Step forward' }).click();
    await page.keyboard.press('Home');
    await expect.poll(() => instant(page)).toBe(0);
    await page.keyboard.press('?');
    const list = page.getByRole('dialog', { name: 'Keys' });
    await list.getByText('to the next dropped SYN').waitFor();
    expect(await complaints(page, 'dialog')).toEqual([]);
    await page.keyboard.press('Escape');
    await expect.poll(() => list.isVisible()).toBe(false);
    await page.close();
  });
});
