import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { VERSION } from '../../src/version.ts';
import { ipvsim, MAIN } from './spawn.ts';

const execute = promisify(execFile);

describe('without a command', () => {
  test('--version', async () => {
    expect(await ipvsim(['--version'])).toMatchObject({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
  });

  test('--help goes to standard output, lists every command and the exit codes, and fits 80 columns', async () => {
    const { code, stdout, stderr } = await ipvsim(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const { name } of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    for (const exit of ['0', '1', '2', '3', '70', '130'])
      expect(stdout).toMatch(new RegExp(`^ +${exit}  `, 'm'));
    expect(widest(stdout)).toBeLessThanOrEqual(80);
  });

  test('nothing at all is a usage error: the help goes to standard error', async () => {
    const { code, stdout, stderr } = await ipvsim([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: ipvsim COMMAND');
  });
});

describe('usage errors', () => {
  test.each([
    [['rnu', 'x'], 'ipvsim: unknown command rnu\n        did you mean run?\n'],
    [['--sede'], 'ipvsim: unknown option --sede\n        ipvsim --help lists the commands\n'],
    [['examples', 'x'], 'ipvsim: examples: unexpected "x"\n        ipvsim examples --help shows the usage\n'],
    [['run', 'x', '--sede', '1'], 'ipvsim: run: unknown option --sede\n        did you mean --seed?\n'],
    [['run'], /^ipvsim: run needs SCENARIO: .*\n {8}ipvsim run --help shows the usage\n$/],
  ])('%j exits 2 on standard error', async (args, message) => {
    const { code, stdout, stderr } = await ipvsim(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    if (typeof message === 'string') expect(stderr).toBe(message);
    else expect(stderr).toMatch(message);
  });
});

test.each(COMMANDS.map(({ name }) => name))(
  '%s --help shows usage and examples in 80 columns',
  async (name) => {
    const { code, stdout, stderr } = await ipvsim([name, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: ipvsim ${name}`);
    expect(stdout).toContain(`Examples:\n  ipvsim ${name}`);
    expect(widest(stdout)).toBeLessThanOrEqual(80);
  },
);

test('help COMMAND is COMMAND --help', async () => {
  const [{ stdout: one }, { stdout: other }] = await Promise.all([
    ipvsim(['help', 'run']),
    ipvsim(['run', '--help']),
  ]);
  expect(one).toBe(other);
});

describe('completion', () => {
  const complete = async (...words: string[]) =>
    (await ipvsim(['--complete', ...words])).stdout.split('\n').filter((line) => line !== '');

  test.each([
    [['exam'], ['examples']],
    [
      ['run', '--se'],
      ['--set', '--seed'],
    ],
    [['run', 'k8s-cliff-m'], ['k8s-cliff-mode0']],
    [['run', 'k8s-cliff', '--format', 'op'], ['openmetrics']],
    [['run', '--quiet', 'k8s-cliff', '--format=op'], ['--format=openmetrics']],
    [['run', '--set', 'clients.0.conc'], ['clients.0.concurrency=']],
    [['run', '--set', 'clients.3.conc'], ['clients.3.concurrency=']],
    [
      ['run', '--set', 'service.forward='],
      ['masq', 'route', 'tunnel'].map((way) => `service.forward=${way}`),
    ],
    [
      ['sweep', 'k8s-cliff', '--vary', 'net.ipv4.vs.conntrack='],
      [0, 1].map((on) => `net.ipv4.vs.conntrack=${on}`),
    ],
    [['explain', 'old_con'], ['old_conntrack']],
    [['compare', 'k8s-cliff', 'k8s-cliff-m'], ['k8s-cliff-mode0']],
    [
      ['schema', ''],
      ['scenario', 'result', 'why', 'advise', 'trace', 'show', 'diagnose'],
    ],
    [['completion', 'f'], ['fish']],
    [
      ['help', 'comp'],
      ['compare', 'completion'],
    ],
    [['nonsense', ''], []],
    [['run', '--seed', 'k8s'], []],
  ])('%j', async (words, candidates) => {
    expect(await complete(...words)).toEqual(candidates);
  });

  test('every shell has a script; another one is a mistake', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      expect((await ipvsim(['completion', shell])).stdout).toContain('ipvsim --complete');
    }
    expect((await ipvsim(['completion'], { env: { SHELL: '/usr/bin/zsh' } })).stdout).toMatch(
      /^#compdef ipvsim/,
    );
    expect(await ipvsim(['completion', 'zhs'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean zsh?'),
    });
  });

  test.each([
    ['run --set clients.0.conc', ['clients.0.concurrency=']],
    ['run --set service.forward=ma', ['masq']],
    ['run k8s-cliff --format ab --view ', []],
  ])('bash completes: %s', async (line, replies) => {
    const { stdout: script } = await ipvsim(['completion', 'bash']);
    // What is asked goes to the built command; what is answered is cut where bash cuts words.
    const ask = `ipvsim() { "${process.execPath}" "${MAIN}" "$@"; }
${script}
COMP_LINE=${JSON.stringify(`ipvsim ${line}`)} COMP_POINT=${`ipvsim ${line}`.length}
_ipvsim; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await execute('bash', ['-c', ask]);
    const found = stdout.split('\n').filter((reply) => reply !== '');
    expect(found).toEqual(replies);
  });
});

test('a reader that stops reading is no error', async () => {
  const script = `"$0" "$1" --help | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve, reject) =>
    execFile('bash', ['-c', script, process.execPath, MAIN], (error, stdout, stderr) =>
      error === null ? resolve({ stdout, stderr }) : reject(error),
    ),
  );
  expect(stderr).toBe('');
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('0');
});

test('a full disk behind standard output is told in one line', async () => {
  const script = `"$0" "$1" --help > /dev/full`;
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) =>
    execFile('bash', ['-c', script, process.execPath, MAIN], (error, _stdout, stderr) =>
      resolve({ code: error?.code, stderr }),
    ),
  );
  expect(code).toBe(2);
  expect(stderr).toBe('ipvsim: cannot write to standard output: no space left on device\n');
});

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length));
}
