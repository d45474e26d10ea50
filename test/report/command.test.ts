/** The commands that reports tell people to type do what was asked for, in any shell. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../src/report/command.ts';

const words = async (line: string) => {
  const { stdout } = await promisify(execFile)('sh', ['-c', `printf '%s\\n' ${line}`]);
  return stdout.trimEnd().split('\n');
};

describe('a command to type', () => {
  it('keeps --set, --until and the seed', () => {
    const asked = { source: 'k8s-cliff', set: ['net.ipv4.vs.conn_reuse_mode=0'], seed: '7', until_ns: 2.5e9 };
    expect(commandLine('run', asked)).toBe(
      'ipvsim run k8s-cliff --seed 7 --set net.ipv4.vs.conn_reuse_mode=0 --until 2500ms',
    );
    expect(commandLine('why', { ...asked, seed: undefined, until_ns: undefined })).toBe(
      'ipvsim why k8s-cliff --set net.ipv4.vs.conn_reuse_mode=0',
    );
  });

  it('comes through a shell as it was', async () => {
    const set = [
      'title=a $b `c` "d" \'e\'',
      'expect=[p99(connect) < 10ms]',
      'clients.0.addresses=[10.0.0.1-10.0.0.9]',
    ];
    const line = commandLine('run', { source: 'my file.yaml', set, seed: '-5 *' });
    expect(await words(line)).toEqual([
      'ipvsim',
      'run',
      'my file.yaml',
      '--seed=-5 *',
      ...set.flatMap((one) => ['--set', one]),
    ]);
  });
});
