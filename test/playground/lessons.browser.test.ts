/** The lessons in a real Chromium: every puzzle solved, the keyboard alone, and nothing that axe-core complains of. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { lessonNames, shippedLesson } from '../../src/cli/files/lesson_source.ts';
import { handInLine } from '../../src/lessons/puzzle.ts';
import { ipvsim } from '../cli/spawn.ts';
import {
  complaints,
  enter,
  HAS_CHROMIUM,
  instant,
  open,
  picture,
  type Served,
  serve,
  shareChromium,
} from './page.ts';

const names = await lessonNames();
const folder = mkdtempSync(join(tmpdir(), 'ipvsim-lesson-'));
let browser: Browser;
let served: Served;

const panel = (page: Page) => page.getByRole('complementary', { name: 'Lessons' });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const status = (page: Page) => panel(page).getByRole('status').first();

/** What axe-core finds where lessons stand. */
const PARTS = '.side:not([hidden]), .veil, header';

async function change(page: Page, setting: string): Promise<void> {
  const [key, value] = setting.split(/=(.*)/su);
  await enter(page.locator(`[id="puzzle-${key}"]`), value!);
}

describe.skipIf(!HAS_CHROMIUM)('lessons in Chromium', () => {
  shareChromium((...both) => {
    [browser, served] = both;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(names)('%s: from its link to the line that is handed in', async (name) => {
    const { predict, steps, puzzle } = await shippedLesson(name);
    const { page, messages } = await open(browser, `${served.url}#lesson=${name}`, {
      reducedMotion: 'reduce',
    });
    await button(page, 'Next').click();
    expect(await button(page, 'Run it').isDisabled()).toBe(true);
    expect(await page.locator('canvas.ports').isVisible()).toBe(false);
    expect(await page.locator('footer').textContent()).toBe('');
    await page.getByRole('radio').first().check();
    await button(page, 'Run it').click();
    for (const { at_ns } of steps) {
      await expect.poll(() => instant(page)).toBeCloseTo(at_ns / 1e9, 1);
      await button(page, 'Next').click();
    }
    await panel(page).locator('.outcome li.pass').waitFor();
    expect(await panel(page).locator('.outcome li.fail').count()).toBe(predict.answers.length - 1);
    await button(page, 'Next').click();
    await expect.poll(() => status(page).textContent()).toContain('Not yet');
    for (const setting of puzzle.solutions[0]!) await change(page, setting);
    await expect.poll(() => status(page).textContent()).toContain('Solved');
    expect(await panel(page).locator('.hand-in pre').textContent()).toBe(
      handInLine(name, puzzle.solutions[0]!),
    );
    expect(messages).toEqual([]);
    await page.close();
  });

  test('keyboard alone, from the page to a solved puzzle, and what it hands in passes', async () => {
    const { page } = await open(browser, served.url);
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const focused = () => page.evaluate<string>('document.activeElement.textContent');
    const tabTo = async (words: string) => {
      for (let presses = 0; (await focused()) !== words; presses++) {
        expect(presses, words).toBeLessThan(30);
        await press('Tab');
      }
    };
    await tabTo('Lessons');
    await press('Enter');
    await tabTo('The SYN that is dropped');
    await press('Enter');
    await expect.poll(focused).toBe('The SYN that is dropped');
    await tabTo('Next');
    await press('Enter');
    // The question does not let anybody past it.
    await press(']');
    expect(await button(page, 'Run it').isVisible()).toBe(true);
    await press('Tab', 'Space');
    await tabTo('Run it');
    await press('Enter');
    const before = await picture(page);
    await expect.poll(() => picture(page)).not.toBe(before);
    await expect.poll(() => instant(page)).toBe(8);
    await expect.poll(focused).toBe('The SYN that is dropped');
    await press(']', ']', ']', ']', '[', ']', ']');
    await panel(page).locator('.puzzle-knobs').waitFor();
    await press('Tab', 'ArrowUp');
    await expect.poll(() => status(page).textContent()).toContain('Solved: all 3');
    const line = (await panel(page).locator('.hand-in pre').textContent())!;
    const judged = await ipvsim(line.split(' ').slice(1));
    expect(judged.code).toBe(0);
    await page.close();
  });

  test('a link with settings opens the puzzle; traps are answered, mistakes told, and the way out is open', async () => {
    const link = `${served.url}#lesson=3-dropped-syn&set=clients.0.concurrency%3D100&set=expect%3Dnull`;
    const { page } = await open(browser, link, { reducedMotion: 'reduce' });
    await expect.poll(() => status(page).textContent()).toContain('More workers');
    await change(page, 'clients.0.concurrency=many');
    await panel(page).getByRole('alert').waitFor();
    expect(await panel(page).getByRole('alert').textContent()).toContain('must be a whole number');
    expect(await status(page).textContent()).toBe('');
    expect(await panel(page).locator('.hand-in').count()).toBe(0);
    await button(page, 'As it was').click();
    await expect.poll(() => status(page).textContent()).toContain('Not yet: 0 of 3');
    await button(page, 'Leave the lessons').click();
    await page.getByLabel('scenario', { exact: true }).waitFor();
    await expect.poll(() => page.locator('h1').textContent()).toContain('A service falls');
    await page.close();
  });

  test('a lesson of one’s own is opened by its file', async () => {
    const file = join(folder, 'own.yaml');
    const shipped = readFileSync(new URL('../../lessons/2-ports-come-round.yaml', import.meta.url), 'utf8');
    writeFileSync(file, shipped.replace(/^title: .*$/mu, 'title: "</script><b>Mine"'));
    const mine = await serve([`lesson:${file}`]);
    const { page, messages } = await open(browser, mine.url, { reducedMotion: 'reduce' });
    expect(await panel(page).getByRole('heading').first().textContent()).toBe('</script><b>Mine');
    expect(await page.content()).not.toContain('clients.0.rate=8/s');
    for (const key of [']', ']']) await page.keyboard.press(key);
    await page.getByRole('radio').first().check();
    await button(page, 'Run it').click();
    for (let presses = 0; presses < 5; presses++) await button(page, 'Next').click();
    await change(page, 'clients.0.rate=8/s');
    await expect.poll(() => status(page).textContent()).toContain('Solved');
    const line = (await panel(page).locator('.hand-in pre').textContent())!;
    expect(line).toBe(`ipvsim check lesson:${file} --set clients.0.rate=8/s`);
    expect((await ipvsim(line.split(' ').slice(1))).code).toBe(0);
    expect(messages).toEqual([]);
    await page.close();
    await mine.stop();
  });

  test.each([
    ['light', 1440],
    ['dark', 390],
  ] as const)('axe-core finds nothing in %s, %i wide, and nothing is cut', async (colorScheme, width) => {
    const viewport = { width, height: 844 };
    const { page } = await open(browser, `${served.url}#lessons`, {
      colorScheme,
      viewport,
      reducedMotion: 'reduce',
    });
    const isCut = () => page.evaluate('document.documentElement.scrollWidth > innerWidth');
    expect(await complaints(page, PARTS)).toEqual([]);
    await page.getByRole('link', { name: 'What 5.9 changed' }).click();
    await button(page, 'Next').click();
    expect(await complaints(page, PARTS)).toEqual([]);
    await page.getByRole('radio').last().check();
    await button(page, 'Run it').click();
    expect(await complaints(page, PARTS)).toEqual([]);
    expect(await isCut()).toBe(false);
    for (let presses = 0; presses < 5; presses++) await button(page, 'Next').click();
    await change(page, 'service.path=nftables');
    await expect.poll(() => status(page).textContent()).toContain('Solved');
    await page.getByText('The scenario', { exact: true }).click();
    expect(await complaints(page, PARTS)).toEqual([]);
    expect(await isCut()).toBe(false);
    await page.close();
  });
});
