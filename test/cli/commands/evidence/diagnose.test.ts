/** ipvsim diagnose, from the command line: what the simulator shows of a node is evidence like any other. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, test } from 'vitest';
import { ipvsim } from '../../spawn.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ipvsim-diagnose-'));
  const run = ['lab-5.4-reuse1', '--set', 'expect=[]'];
  for (const view of ['ipvsadm-ln', 'ipvsadm-lnc', 'ip_vs_conn'])
    await put(`${view}.txt`, (await ipvsim(['show', ...run, '--view', view])).stdout);
  await put('ab.txt', (await ipvsim(['run', ...run, '--format', 'ab'])).stdout);
  await put(
    'sysctl.txt',
    'net.ipv4.vs.conn_reuse_mode = 1\nnet.ipv4.vs.conntrack = 1\nkernel.osrelease = 5.4.0\n',
  );
});

async function put(name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), text);
}

const files = (...names: readonly string[]) => names.map((name) => join(folder, name));

describe('diagnose', () => {
  test('finds the cliff, and reproduces it', async () => {
    const all = files('ab.txt', 'sysctl.txt', 'ipvsadm-ln.txt', 'ipvsadm-lnc.txt');
    const { code, stdout } = await ipvsim(['diagnose', ...all, '--format', 'json']);
    expect(code).toBe(1);
    const answer = JSON.parse(stdout) as { reproduction: unknown; judgements: { name: string }[] };
    const schema = new URL('../../../../schema/diagnose.schema.json', import.meta.url);
    const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
      JSON.parse(await readFile(schema, 'utf8')) as object,
    );
    expect(validate(answer), JSON.stringify(validate.errors)).toBe(true);
    expect(answer).toMatchObject({
      verdict: 'found',
      reproduction: {
        shows: true,
        beside: [{ what: 'requests/s' }, { what: 'connects of 1 s and more' }, {}],
      },
    });
    expect(answer.judgements[0]!.name).toBe('port-reuse');
  });

  test('writes the scenario that it ran', async () => {
    const [out] = files('mine.yaml');
    const { code } = await ipvsim(['diagnose', ...files('sysctl.txt', 'ipvsadm-ln.txt'), '--out', out!]);
    expect([1, 3]).toContain(code);
    expect((await ipvsim(['validate', out!])).code).toBe(0);
  });

  test('reads what PowerShell redirected, and names a kernel that it does not know', async () => {
    const text = 'Linux lb1 2.6.32-754.el6.x86_64 #1 SMP x86_64 GNU/Linux\r\nTCP  10.96.7.1:80 rr\r\n';
    const [file] = files('utf16.txt');
    await writeFile(file!, Buffer.from(`\ufeff${text}`, 'utf16le'));
    const { stdout } = await ipvsim(['diagnose', file!]);
    expect(stdout).toContain('Verdict: no-endpoints, very likely');
    expect(stdout).toContain('utf16.txt:1  the kernel must be a kernel that the model knows');
  });

  test('cannot say from a table alone, and names what is missing', async () => {
    const { code, stdout } = await ipvsim(['diagnose', ...files('ip_vs_conn.txt')]);
    expect(code).toBe(3);
    expect(stdout).toContain('/proc/net/ip_vs_conn');
    expect(stdout).toContain('Missing (these commands change nothing)\n  sysctl net.ipv4.vs.conn_reuse_mode');
  });

  test('names what it cannot place, and a file that is not there', async () => {
    await put('letter.txt', 'Dear support, it is slow\n');
    const { code, stdout } = await ipvsim(['diagnose', ...files('letter.txt')]);
    expect(code).toBe(3);
    expect(stdout).toContain('letter.txt:1  no output that is known begins anywhere in it');
    const none = await ipvsim(['diagnose', ...files('none.txt')]);
    expect(none.code).toBe(2);
  });
});
