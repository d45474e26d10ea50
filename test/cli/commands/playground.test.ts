/** The server of the playground: this machine only, its own files only, and nothing that a page could be talked into. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Served, serve } from '../../playground/page.ts';
import { ipvsim } from '../spawn.ts';

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(async () => {
  await served.stop();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

function ask(path: string, options: { method?: string; host?: string } = {}): Promise<Answer> {
  const { port } = new URL(served.url);
  const { method = 'GET', host = `127.0.0.1:${port}` } = options;
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers: { host } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    asked.on('error', reject).end();
  });
}

describe('what it answers', () => {
  test('the page, under a policy that lets nothing be fetched or written into it', async () => {
    const { status, headers, body } = await ask('/');
    expect(status).toBe(200);
    expect(body).toContain('<script type="application/json" id="start">null</script>');
    expect(body).toContain('http-equiv="Content-Security-Policy"');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(policy).not.toContain('connect-src');
  });

  test('first load is under 400 KB, not even compressed much', async () => {
    const { body } = await ask('/');
    const paths = [...body.matchAll(/(?:src|href)="\.(\/assets\/[^"]+)"/g)].map((match) => match[1]!);
    expect(paths.length).toBeGreaterThanOrEqual(2);
    const sizes = await Promise.all(paths.map(async (path) => (await ask(path)).body.length));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(400_000);
  });

  test.each([
    ['/../package.json', 404],
    ['/%2e%2e/%2e%2e/package.json', 404],
    ['//etc/passwd', 404],
    ['/assets', 404],
    ['/index.html', 404],
  ])('%s is no file of it', async (path, status) => {
    expect((await ask(path)).status).toBe(status);
  });

  test('nothing to another name for this machine, and nothing is taken', async () => {
    expect((await ask('/', { host: 'evil.example' })).status).toBe(421);
    expect((await ask('/', { method: 'POST' })).status).toBe(405);
    expect((await ask('/', { method: 'HEAD' })).body).toBe('');
  });
});

test('a port that is taken, and a scenario that is none, are said in words', async () => {
  const taken = await ipvsim(['playground', '--port', new URL(served.url).port]);
  expect([taken.code, taken.stdout]).toEqual([2, '']);
  expect(taken.stderr).toContain('is taken');
  const wrong = await ipvsim(['playground', '-'], { stdin: 'duration: 5 parsecs\n' });
  expect([wrong.code, wrong.stdout]).toEqual([2, '']);
  expect(wrong.stderr).toContain('duration');
});
