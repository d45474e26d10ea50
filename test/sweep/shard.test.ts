/** Which runs a shard has, and where its number is read from. */
import { describe, expect, test } from 'vitest';
import { hashKey, runKey } from '../../src/sweep/run_key.ts';
import { parseShard, shardFromEnvironment, shardOf } from '../../src/sweep/shard.ts';

describe('run key', () => {
  test('does not depend on the order of the options', () => {
    const key = runKey(
      [
        ['kernel', '5.4'],
        ['a', '1'],
      ],
      'ipvsim',
    );
    expect(key).toBe('[["a","1"],["kernel","5.4"],["seed","ipvsim"]]');
    expect(
      runKey(
        [
          ['a', '1'],
          ['kernel', '5.4'],
        ],
        'ipvsim',
      ),
    ).toBe(key);
    expect(runKey([['a', '1"],["b']], 's')).not.toBe(
      runKey(
        [
          ['a', '1'],
          ['b', ''],
        ],
        's',
      ),
    );
  });

  test('the hash is part of the format: these values may never change', () => {
    expect([
      hashKey(''),
      hashKey('a'),
      hashKey('[["kernel","5.4"],["seed","ipvsim"]]'),
      hashKey('Größe'),
    ]).toEqual([2872998923, 444641715, 199843103, 4001769425]);
  });

  test('shards get even shares, and keep their runs when points are added', () => {
    const keys = Array.from({ length: 4000 }, (_, index) =>
      runKey([['clients.0.rate', `${index}/s`]], 'ipvsim'),
    );
    const sizes = [1, 2, 3, 4].map((index) => keys.filter((key) => shardOf(key, 4) === index).length);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(4000);
    for (const size of sizes) expect(Math.abs(size - 1000)).toBeLessThan(120);
  });
});

describe('--shard', () => {
  test('I/N', () => {
    expect(parseShard('2/4')).toEqual({ index: 2, count: 4 });
    for (const text of ['0/4', '5/4', '2', '2/0', 'a/b', '-1/4', '1/4/2', '1.5/4']) {
      expect(() => parseShard(text), text).toThrow('must be I/N');
    }
  });

  test.each([
    [
      { JOB_COMPLETION_INDEX: '0', JOB_COMPLETIONS: '4' },
      { index: 1, count: 4 },
    ],
    [
      {
        SLURM_ARRAY_TASK_ID: '3',
        SLURM_ARRAY_TASK_COUNT: '4',
        SLURM_ARRAY_TASK_MIN: '0',
        SLURM_ARRAY_TASK_MAX: '3',
      },
      { index: 4, count: 4 },
    ],
    [
      {
        SLURM_ARRAY_TASK_ID: '3',
        SLURM_ARRAY_TASK_COUNT: '4',
        SLURM_ARRAY_TASK_MIN: '1',
        SLURM_ARRAY_TASK_MAX: '4',
      },
      { index: 3, count: 4 },
    ],
    [
      { SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_COUNT: '4' },
      { index: 4, count: 4 },
    ],
    [
      {
        SLURM_ARRAY_TASK_ID: '2',
        SLURM_ARRAY_TASK_COUNT: '1',
        SLURM_ARRAY_TASK_MIN: '2',
        SLURM_ARRAY_TASK_MAX: '2',
        IPVSIM_SHARDS: '4',
      },
      { index: 3, count: 4 },
    ],
    [
      { STRATEGY_JOB_INDEX: '1', STRATEGY_JOB_TOTAL: '3' },
      { index: 2, count: 3 },
    ],
  ])('%o', (environment, shard) => {
    expect(shardFromEnvironment(environment)?.shard).toEqual(shard);
  });

  test('no engine, no shard', () => {
    expect(shardFromEnvironment({ PATH: '/bin', JOB_COMPLETION_INDEX: '' })).toBeNull();
  });

  test.each([
    [{ JOB_COMPLETION_INDEX: '0' }, 'JOB_COMPLETIONS is not'],
    [{ JOB_COMPLETION_INDEX: '4', JOB_COMPLETIONS: '4' }, 'outside the 4 shards'],
    [{ JOB_COMPLETION_INDEX: 'x', JOB_COMPLETIONS: '4' }, 'must be a whole number'],
    [
      {
        SLURM_ARRAY_TASK_ID: '2',
        SLURM_ARRAY_TASK_COUNT: '1',
        SLURM_ARRAY_TASK_MIN: '2',
        SLURM_ARRAY_TASK_MAX: '2',
      },
      'not a whole sweep',
    ],
    [
      {
        SLURM_ARRAY_TASK_ID: '4',
        SLURM_ARRAY_TASK_COUNT: '3',
        SLURM_ARRAY_TASK_MIN: '0',
        SLURM_ARRAY_TASK_MAX: '4',
      },
      'not a whole sweep',
    ],
    [
      { STRATEGY_JOB_INDEX: '1', STRATEGY_JOB_TOTAL: '2', JOB_COMPLETION_INDEX: '0', JOB_COMPLETIONS: '4' },
      'are both set',
    ],
  ])('%o is refused', (environment, message) => {
    expect(() => shardFromEnvironment(environment)).toThrow(message);
  });
});
