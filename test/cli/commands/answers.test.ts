/** --format json: what why, advise, trace and show print is valid by the published schemas, and says the same. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, test } from 'vitest';
import { SMALL_CLIFF } from '../scenarios.ts';
import { ipvsim } from '../spawn.ts';

let small: string;
beforeAll(async () => {
  small = join(await mkdtemp(join(tmpdir(), 'ipvsim-answers-')), 'small.yaml');
  await writeFile(small, SMALL_CLIFF);
});

const REFUSED = ['--set', 'service.realServers.0.weight=0', '--set', 'expect=[]'];

async function answer(command: string, args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout } = await ipvsim([command, small, '--format', 'json', ...args]);
  expect(code).toBe(0);
  const parsed = JSON.parse(stdout) as Record<string, unknown>;
  const schema = new URL(`../../../schema/${command}.schema.json`, import.meta.url);
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
    JSON.parse(await readFile(schema, 'utf8')) as object,
  );
  expect(validate(parsed), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...parsed, schema: 99 })).toBe(false);
  expect(parsed).toMatchObject({ schema: 1, scenario: 'small' });
  return parsed;
}

describe('answers as JSON', () => {
  test('why', async () => {
    expect(await answer('why', ['--port', '40000'])).toMatchObject({
      request: { source: '10.0.0.1:40000', syns: 2, error: null },
      causes: [{ name: 'port-reuse' }],
    });
    expect(await answer('why', REFUSED)).toMatchObject({
      request: { error: 'ECONNREFUSED' },
      causes: [{ name: 'no-endpoints' }],
    });
  });

  test('advise, with and without a cause', async () => {
    const bad = await answer('advise', [...REFUSED, '--jobs', '2']);
    expect(bad).toMatchObject({
      causes: [{ name: 'no-endpoints' }],
      rows: [{ remedy: { name: 'as it is' } }, { remedy: { name: 'give weight' }, effect: { failed: 0 } }],
    });
    expect(await answer('advise', ['--set', 'kernel=5.10'])).toMatchObject({
      failed: 0,
      causes: [],
      rows: [],
    });
  });

  test('trace', async () => {
    const { events, truncated } = await answer('trace', ['--follow', '10.0.0.1:40000', '--until', 'drop']);
    expect(truncated).toBe(false);
    expect((events as { kind: string }[]).at(-1)).toMatchObject({ kind: 'drop', reason: 'old_conntrack' });
    const both = await ipvsim(['trace', small, '--format', 'json', '--pcapng', '-']);
    expect(both).toMatchObject({ code: 2, stdout: '' });
  });

  test('show', async () => {
    const { connections, services } = await answer('show', ['--at', '600ms']);
    expect(connections).toHaveLength(8);
    expect(services).toMatchObject([{ address: '10.96.0.1', destinations: [{ inActConn: 8 }] }]);
  });
});
