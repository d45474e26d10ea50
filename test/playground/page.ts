/** `ipvsim playground` as its user starts it, and a real Chromium that looks at it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { MAIN } from '../cli/spawn.ts';

const CHROMIUM = '/usr/bin/chromium';
export const HAS_CHROMIUM = existsSync(CHROMIUM);

export async function launch(): Promise<Browser> {
  return await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
  });
}

export interface Served {
  /** The address that it has printed. */
  readonly url: string;
  readonly child: ChildProcess;
  /** Ctrl-C, and its exit code. */
  stop(): Promise<number | null>;
}

export async function serve(args: readonly string[] = [], stdin = ''): Promise<Served> {
  const child = spawn(process.execPath, [MAIN, 'playground', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin!.end(stdin);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => resolve(text.trim()));
    child.on('close', () => reject(new Error('it has ended without an address')));
  });
  const stop = () => {
    child.kill('SIGINT');
    return ended;
  };
  return { url, child, stop };
}

/** One browser and one served page for all tests of a file; Ctrl-C ends the server with 130. */
export function shareChromium(share: (browser: Browser, served: Served) => void): void {
  let both: readonly [Browser, Served];
  beforeAll(async () => {
    both = await Promise.all([launch(), serve()]);
    share(...both);
  });
  afterAll(async () => {
    await both[0].close();
    expect(await both[1].stop()).toBe(130);
  });
}

/** Sets what a label's control has, whatever kind of control it is. */
export async function enter(control: Locator, value: string): Promise<void> {
  if ((await control.evaluate((element) => element.nodeName)) === 'SELECT') await control.selectOption(value);
  else {
    await control.fill(value);
    await control.blur();
  }
}

export interface Opened {
  readonly page: Page;
  /** What the console and the page have to complain about. */
  readonly messages: string[];
  readonly requests: string[];
}

export async function open(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, ...options });
  const messages: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => messages.push(message.text()));
  page.on('pageerror', (error) => messages.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, messages, requests };
}

/** Seconds that the picture is at. */
export async function instant(page: Page): Promise<number> {
  return Number(await page.locator('canvas.ports').getAttribute('data-at'));
}

export async function computed(page: Page): Promise<void> {
  await page.locator('footer[data-computed=yes]').waitFor({ timeout: 50_000 });
}

export async function seek(page: Page, at_s: number): Promise<void> {
  await page.getByLabel('Time in the run').fill(String(at_s));
}

export async function pause(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: 'Pause' });
  if ((await button.count()) > 0) await button.click();
}

/** The canvas' own pixels, as one text. */
export async function picture(page: Page): Promise<string> {
  return await page
    .locator('canvas.ports')
    .evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());
}

/** What the page's button saves. */
export async function csvOf(page: Page): Promise<string> {
  await computed(page);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'series.csv' }).click();
  return readFileSync(await (await download).path(), 'utf8');
}

/** The words of the command line that it shows, without the program's name; none of them is quoted. */
export async function shownCommand(page: Page): Promise<string[]> {
  const line = await page.locator('pre.command').textContent();
  return (line ?? '').split(' ').slice(1);
}

/** What axe-core finds in a part of the page. */
export async function complaints(page: Page, part: string): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(part)})`)) as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`);
}
