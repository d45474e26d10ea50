/** Runs by the real simulator: on this thread, as the library's sweep(), and in worker threads. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/parse.ts';
import { simulate } from '../../src/simulate.ts';
import { executeHere, executeRun, type Place, type RunTask } from '../../src/sweep/execute.ts';
import { workerPool } from '../../src/sweep/pool.ts';
import { figuresOf } from '../../src/sweep/record.ts';
import { runAll } from '../../src/sweep/run_all.ts';
import { sweep } from '../../src/sweep/sweep.ts';

const text = readFileSync(fileURLToPath(new URL('small.yaml', import.meta.url)), 'utf8');
const task: RunTask = { text, file: 'small.yaml', set: [], seed: null, maxEvents: null, whole: false };

const here: Place = { now_ms: () => performance.now() };

describe('executeRun', () => {
  test('gives the figures of simulate(), sliced or not', async () => {
    const { scenario } = parseScenario(text, { file: 'small.yaml' });
    const result = simulate(scenario!);
    const outcome = await executeRun(task, here);
    expect(outcome).toEqual({
      kind: 'done',
      figures: figuresOf(result),
      verdicts: result.expectations,
      result: null,
    });
    expect(await executeHere({ ...task, whole: true })).toMatchObject({ figures: figuresOf(result), result });
  });

  test('mistakes come back as problems', async () => {
    const outcome = await executeRun({ ...task, set: ['clients.0.concurrency=0'] }, here);
    expect(outcome.kind).toBe('invalid');
  });

  test('a run is given up at its limit of events, not later', async () => {
    const outcome = await executeRun({ ...task, maxEvents: 1000 }, here);
    if (outcome.kind !== 'given up') throw new Error(outcome.kind);
    const { givenUp } = outcome;
    expect(givenUp.why).toBe('events');
    expect(givenUp.events).toBeGreaterThan(1000);
    expect(givenUp.events).toBeLessThan(1100);
    expect(givenUp.at_ns).toBeLessThan(givenUp.end_ns);
  });

  test('a run is given up where the process holds more than it may', async () => {
    let looks = 0;
    const usedBytes = () => ++looks;
    const outcome = await executeRun(
      { ...task, set: ['duration=60s', 'clients.0.keepAlive=true'], maxMemory_bytes: 1 },
      { ...here, usedBytes },
    );
    expect(outcome).toMatchObject({ kind: 'given up', givenUp: { why: 'memory' } });
    expect(looks).toBe(2);
  });

  test('a thread gives the same, and its threads go away', async () => {
    const pool = workerPool(2);
    try {
      const [one, two] = await Promise.all([pool.execute(task), pool.execute({ ...task, seed: 'other' })]);
      expect(one).toEqual(await executeRun(task, here));
      expect(two).toEqual(await executeRun({ ...task, seed: 'other' }, here));
      expect(two).not.toEqual(one);
    } finally {
      await pool.close();
    }
  });
});

describe('sweep', () => {
  const options = { scenario: text, vary: ['clients.0.concurrency=5,10', 'kernel=4.19,5.10'], seeds: 2 };

  test('a table in the order of the grid, whoever computes it', async () => {
    const seen: number[] = [];
    const here = await sweep({ ...options, onRecord: (_, done, total) => seen.push(done / total) });
    expect(here.records.map(({ values, repetition }) => `${values.join()} ${repetition}`)).toEqual([
      '5,4.19 0',
      '5,4.19 1',
      '5,5.10 0',
      '5,5.10 1',
      '10,4.19 0',
      '10,4.19 1',
      '10,5.10 0',
      '10,5.10 1',
    ]);
    expect(seen).toHaveLength(8);
    const pool = workerPool(2);
    try {
      const threads = await sweep({ ...options, execute: pool.execute, jobs: 2 });
      expect(threads).toEqual(here);
    } finally {
      await pool.close();
    }
  });

  test('a shard is a part of the whole', async () => {
    const whole = await sweep(options);
    const parts = await Promise.all(
      [1, 2, 3].map((index) => sweep({ ...options, shard: { index, count: 3 } })),
    );
    const records = parts.flatMap((part) => part.records);
    expect(records).toHaveLength(8);
    expect(new Set(records)).toEqual(new Set(whole.records));
  });

  test('an abort leaves what was done', async () => {
    const controller = new AbortController();
    const table = await sweep({
      ...options,
      signal: controller.signal,
      onRecord: (_, done) => done === 3 && controller.abort(),
    });
    expect(table.interrupted).toBe(true);
    expect(table.records).toHaveLength(3);
  });

  test('mistakes are thrown with their places', async () => {
    await expect(sweep({ scenario: 'sede: 1', vary: ['hz=100,250'] })).rejects.toMatchObject({
      name: 'ScenarioProblems',
      problems: expect.arrayContaining([expect.objectContaining({ code: 'E_UNKNOWN_KEY', line: 1 })]),
    });
    await expect(sweep({ ...options, vary: ['hz=100,333'] })).rejects.toThrow('hz');
    await expect(sweep({ ...options, maxEvents: 500 })).rejects.toThrow('given up after');
  });
});

describe('runAll', () => {
  test('a failure stops nobody else, a throwing receiver stops all', async () => {
    const got: number[] = [];
    const options = {
      items: [1, 2, 3, 4],
      jobs: 2,
      signal: null,
      execute: (item: number) => (item === 2 ? Promise.reject(new Error('two')) : Promise.resolve(item)),
      onOutcome: (_: number, outcome: number) => void got.push(outcome),
    };
    expect(await runAll(options)).toEqual([{ item: 2, error: new Error('two') }]);
    expect(got.sort()).toEqual([1, 3, 4]);
    const full = () => {
      throw new Error('the disk is full');
    };
    await expect(runAll({ ...options, onOutcome: full })).rejects.toThrow('the disk is full');
  });
});
