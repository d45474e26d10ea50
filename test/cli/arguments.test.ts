import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../src/cli/arguments.ts';
import { defineCommand } from '../../src/cli/command.ts';

const command = defineCommand({
  positionals: { scenario: { describe: 'file', count: 'one' }, more: { describe: 'others', count: 'many' } },
  options: {
    seed: { type: 'text', describe: 'seed' },
    set: { type: 'list', describe: 'changes' },
    jobs: { type: 'count', describe: 'threads', minimum: 1, maximum: 64, default: 2 },
    at: { type: 'time', describe: 'instant' },
    format: { type: 'text', describe: 'form', choices: ['table', 'json'], default: 'table' },
    force: { type: 'flag', describe: 'do it', alias: 'f' },
  },
  examples: [],
  run: async () => 0,
});
const parse = (line: string[], env: Record<string, string> = {}) => parseArguments('run', command, line, env);
const valuesOf = async (line: string[], env: Record<string, string> = {}) => (await parse(line, env)).values;

describe('values', () => {
  test('text stays text, defaults fill in', async () => {
    const values = await valuesOf([
      '0012',
      '--seed',
      '0012',
      '--set=a=b=c',
      '--set',
      'k.l=1',
      '--at',
      '1.5s',
    ]);
    expect(values).toMatchObject({
      scenario: '0012',
      more: [],
      seed: '0012',
      set: ['a=b=c', 'k.l=1'],
      jobs: 2,
      at: 1_500_000_000,
      format: 'table',
      force: false,
    });
  });

  test('a list takes one value per mention, and positionals may follow it', async () => {
    expect(await valuesOf(['--set', 'a=1', 'x.yaml', 'y.yaml'])).toMatchObject({
      set: ['a=1'],
      scenario: 'x.yaml',
      more: ['y.yaml'],
    });
  });

  test('- is a scenario, and -- ends the options', async () => {
    expect(await valuesOf(['-'])).toMatchObject({ scenario: '-' });
    expect(await valuesOf(['x', '--seed', '-'])).toMatchObject({ scenario: 'x', seed: '-' });
    expect(await valuesOf(['--force', '-'])).toMatchObject({ scenario: '-', force: true });
    expect(await valuesOf(['--', '--seed'])).toMatchObject({ scenario: '--seed', seed: undefined });
  });

  test('the environment fills in what the line leaves out', async () => {
    const env = { IPVSIM_SEED: 'env', IPVSIM_JOBS: '3', IPVSIM_FORCE: '1', IPVSIM_SET: 'a=1\nb=2' };
    expect(await valuesOf(['x'], env)).toMatchObject({
      seed: 'env',
      jobs: 3,
      force: true,
      set: ['a=1', 'b=2'],
    });
    expect(await valuesOf(['x', '--seed', 'own'], env)).toMatchObject({ seed: 'own' });
  });
});

describe('refusals', () => {
  test.each([
    [['x', '--sede', '1'], 'run: unknown option --sede', 'did you mean --seed?'],
    [['x', '--zzzzzz'], 'run: unknown option --zzzzzz', 'ipvsim run --help lists the options'],
    [['x', '--jobs', 'abc'], '--jobs must be a whole number, 1 to 64 (got "abc")', null],
    [['x', '--jobs', '0'], '--jobs must be a whole number, 1 to 64 (got "0")', null],
    [['x', '--jobs', '1e1'], '--jobs must be a whole number, 1 to 64 (got "1e1")', null],
    [['x', '--jobs'], '--jobs needs a value', null],
    [['x', '--seed', '--force'], '--seed needs a value', null],
    [['x', '--seed='], '--seed needs a value', null],
    [['x', '--seed', '1', '--seed', '2'], '--seed is given 2 times; it takes one value', null],
    [['x', '--at', '31'], '--at must be a time with a unit, like 60s or 2m (got "31")', 'did you mean 31s?'],
    [['x', '--format', 'tabel'], '--format must be one of table, json (got "tabel")', 'did you mean table?'],
    [['x', '--force=maybe'], '--force takes no value (got "maybe")', null],
    [['x', '--no-force'], 'run: unknown option --no-force', 'did you mean --force?'],
    [['x', '-z'], 'run: unknown option -z', 'ipvsim run --help lists the options'],
    [[], 'run needs SCENARIO: file', 'ipvsim run --help shows the usage'],
  ])('%j', async (line, message, hint) => {
    await expect(parse(line)).rejects.toMatchObject({ message, ...(hint === null ? {} : { hint }) });
  });

  test('names the variable when the bad value comes from the environment', async () => {
    await expect(parse(['x'], { IPVSIM_JOBS: 'many' })).rejects.toThrow('IPVSIM_JOBS must be a whole number');
  });
});
