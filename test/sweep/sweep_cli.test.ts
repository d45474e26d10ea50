/** `ipvsim sweep` and `merge` as a user calls them: real processes, killed and continued, whole and in shards. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readJournal } from '../../src/sweep/journal_format.ts';
import { ipvsim, MAIN, outcomeOf } from '../cli/spawn.ts';

const SMALL = fileURLToPath(new URL('small.yaml', import.meta.url));
const GRID = [
  'sweep',
  SMALL,
  '--vary',
  'clients.0.concurrency=5..20:5',
  '--vary',
  'sysctl.net.ipv4.vs.conn_reuse_mode=0,1',
  '--seeds',
  '3',
];

let base: string;
const at = (name: string) => join(base, name);
const files = (folder: string) => readdirSync(folder).sort();

function sameFolder(one: string, other: string): void {
  expect(files(other)).toEqual(files(one));
  for (const name of files(one)) {
    expect(readFileSync(join(other, name)).equals(readFileSync(join(one, name))), name).toBe(true);
  }
}

function journal(folder: string) {
  const path = join(folder, 'journal.ndjson');
  return existsSync(path) ? readJournal(readFileSync(path), path) : { records: new Map(), head: null };
}

/** Of all whole lines, as often as they stand there. */
function keysIn(folder: string): string[] {
  const path = join(folder, 'journal.ndjson');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const lines = text.split('\n').slice(1, -1);
  return lines.map((line) => JSON.parse(line.slice(9)).key);
}

function seededRandom(): () => number {
  let state = 12345;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'ipvsim-sweep-'));
  const { code, stderr } = await ipvsim([...GRID, '--jobs', '1', '--out', at('whole')]);
  expect(stderr).toMatch(/^ipvsim \d.* · small · 8 points × 3 seeds\n/);
  expect(stderr).toContain(`wrote sweep.csv, sweep.parquet, heat_map.svg to ${at('whole')}\n`);
  expect(stderr).not.toContain('\r');
  // An expectation of the scenario fails at some points.
  expect(code).toBe(1);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

describe('one process', () => {
  test('eight jobs write the bytes of one', async () => {
    expect((await ipvsim([...GRID, '--jobs', '8', '--out', at('eight')])).code).toBe(1);
    sameFolder(at('whole'), at('eight'));
    expect(files(at('whole'))).toEqual(['heat_map.svg', 'journal.ndjson', 'sweep.csv', 'sweep.parquet']);
  });

  test('the table says what the runs say', async () => {
    const [header, ...rows] = readFileSync(join(at('whole'), 'sweep.csv'), 'utf8')
      .trimEnd()
      .split('\n');
    const names = header!.split(',');
    expect(rows).toHaveLength(24);
    const row = rows.find((line) => line.startsWith('10,1,ipvsim,'))!.split(',');
    const run = await ipvsim([
      'run',
      SMALL,
      '--set',
      'sysctl.net.ipv4.vs.conn_reuse_mode=1',
      '--format',
      'json',
    ]);
    const result = JSON.parse(run.stdout);
    for (const metric of ['complete', 'syn_dropped', 'packets'] as const) {
      expect(Number(row[names.indexOf(metric)]), metric).toBe(result.totals[metric]);
    }
    expect(Number(row[names.indexOf('cliff_first_drop_s')])).toBe(result.cliff.first_drop_s);
    expect(row[names.indexOf('scenario_hash')]).toBe(result.scenarioHash);
    const bytes = readFileSync(join(at('whole'), 'sweep.parquet'));
    const parquet = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
    expect(parquet.map(({ complete }) => Number(complete))).toEqual(
      rows.map((line) => Number(line.split(',')[names.indexOf('complete')])),
    );
  });

  test('paired seeds: every point has the same three, and they differ', () => {
    const { records } = journal(at('whole'));
    const seeds = new Set([...records.values()].map(({ seed }) => seed));
    expect([...seeds]).toEqual(['ipvsim', 'ipvsim/2', 'ipvsim/3']);
    const packets = [...records.values()].slice(0, 3).map(({ metrics }) => metrics.packets);
    expect(new Set(packets).size).toBe(3);
  });

  test('a folder with a sweep is not overwritten, and a finished one resumes to itself', async () => {
    const refused = await ipvsim([...GRID, '--out', at('eight')]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('already holds a sweep');
    const resumed = await ipvsim([...GRID, '--out', at('eight'), '--resume']);
    expect(resumed.code).toBe(1);
    expect(resumed.stderr).toContain('24 of 24 runs are there already');
    sameFolder(at('whole'), at('eight'));
  });

  test('a folder whose disk is full keeps its journal', ({ skip }) => {
    // A file system of its own, too small for the result, where the machine allows to make one.
    const full = at('full');
    const script = `set -e; mkdir -p ${full}; mount -t tmpfs -o size=16k tmpfs ${full}; trap 'umount ${full}' EXIT
      set +e; ${process.execPath} ${MAIN} ${GRID.map((word) => `'${word}'`).join(' ')} --out ${full}/out; echo "code $?"
      head -c 60 ${full}/out/journal.ndjson; echo; ls ${full}/out`;
    const run = spawnSync('unshare', ['--mount', 'sh', '-c', script], { encoding: 'utf8' });
    if (!run.stdout.includes('code ')) skip('no mount namespace here: the full disk is NOT tested');
    expect(run.stderr).toMatch(/cannot write .*: no space left on device/);
    expect(run.stdout).toContain('code 2');
    expect(run.stdout).toMatch(/^[0-9a-f]{8} \{"schema":1/m);
    expect(run.stdout).not.toMatch(/sweep\.csv|\.part/);
  });
});

describe('killed and continued', () => {
  test('SIGKILL at random moments: nothing is lost, nothing is computed twice', async () => {
    const out = at('killed');
    const random = seededRandom();
    let kept = 0;
    let kills = 0;
    for (;;) {
      const child = spawn(process.execPath, [MAIN, ...GRID, '--jobs', '2', '--out', out, '--resume'], {
        stdio: 'pipe',
      });
      const ended = outcomeOf(child);
      // Now and then before anything is written, else some runs later, at any point of the next one.
      const wanted = kills % 4 === 0 ? 0 : kept + Math.floor(random() * 7);
      while (child.exitCode === null && journal(out).records.size < wanted) await sleep(1);
      await Promise.race([ended, sleep(random() * 60)]);
      if (child.exitCode === null && child.kill('SIGKILL')) kills++;
      const { code } = await ended;
      const keys = keysIn(out);
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys.length).toBeGreaterThanOrEqual(kept);
      kept = keys.length;
      if (code === 1) break;
      expect(code).toBeNull();
    }
    expect(kills).toBeGreaterThan(3);
    sameFolder(at('whole'), out);
  }, 180_000);

  test('Ctrl-C ends with 130 and leaves a journal to continue', async () => {
    const out = at('interrupted');
    const child = spawn(process.execPath, [MAIN, ...GRID, '--jobs', '1', '--out', out], { stdio: 'pipe' });
    const ended = outcomeOf(child);
    while (journal(out).records.size < 3) await sleep(2);
    child.kill('SIGINT');
    const { code, stderr, stdout } = await ended;
    expect(code).toBe(130);
    expect(stdout).toBe('');
    const { size } = journal(out).records;
    expect(stderr).toContain(`interrupted; ${size} of 24 runs are kept in ${out}`);
    expect(files(out)).toEqual(['journal.ndjson']);
    const resumed = await ipvsim([...GRID, '--out', out, '--resume']);
    expect(resumed.stderr).toContain(`${size} of 24 runs are there already`);
    expect(resumed.code).toBe(1);
    sameFolder(at('whole'), out);
  });

  test('two processes do not write into one folder', async () => {
    const out = at('locked');
    const child = spawn(process.execPath, [MAIN, ...GRID, '--jobs', '1', '--out', out], { stdio: 'pipe' });
    const ended = outcomeOf(child);
    while (journal(out).records.size < 1) await sleep(2);
    // Held still, so that it cannot be through before the second has begun.
    child.kill('SIGSTOP');
    const second = await ipvsim([...GRID, '--out', out, '--resume']);
    child.kill('SIGKILL');
    await ended;
    expect(second.code).toBe(2);
    expect(second.stderr).toContain(`is being written by process ${child.pid}`);
  });
});

describe('shards', () => {
  test('merged is unsharded, byte for byte, whatever says which shard it is', async () => {
    const shards: [name: string, args: string[], env: Record<string, string>][] = [
      ['s1', ['--shard', '1/4'], {}],
      ['s2', [], { JOB_COMPLETION_INDEX: '1', JOB_COMPLETIONS: '4' }],
      [
        's3',
        [],
        {
          SLURM_ARRAY_TASK_ID: '2',
          SLURM_ARRAY_TASK_COUNT: '4',
          SLURM_ARRAY_TASK_MIN: '0',
          SLURM_ARRAY_TASK_MAX: '3',
        },
      ],
      ['s4', ['--jobs', '2'], { STRATEGY_JOB_INDEX: '3', STRATEGY_JOB_TOTAL: '4' }],
    ];
    for (const [name, args, env] of shards) {
      const { code, stderr } = await ipvsim([...GRID, ...args, '--out', join(at('shards'), name)], { env });
      expect(code, stderr).toBe(0);
      expect(stderr).toContain(`shard ${name.slice(1)}/4`);
    }
    const merged = await ipvsim(['merge', at('shards'), '--out', at('merged')]);
    expect(merged.code, merged.stderr).toBe(1);
    sameFolder(at('whole'), at('merged'));
    const whole = await ipvsim(['sweep', ...GRID.slice(1), '--resume', '--out', at('whole'), '--quiet']);
    expect(merged.stdout).toBe(whole.stdout);
  });

  test('a lost and a duplicate shard are named; nothing is written', async () => {
    const [one, two] = [join(at('shards'), 's1'), join(at('shards'), 's2')];
    const { code, stderr } = await ipvsim(['merge', one, two, two, '--out', at('nothing')]);
    expect(code).toBe(2);
    expect(stderr).toContain(`duplicate: shard 2/4 is in ${two} and ${two}`);
    expect(stderr).toContain('lost: shards 3/4, 4/4: no folder holds them');
    expect(existsSync(at('nothing'))).toBe(false);
  });

  test('--shard 1/1 is the whole whatever the environment says', async () => {
    const env = { JOB_COMPLETION_INDEX: '1', JOB_COMPLETIONS: '4' };
    const { code } = await ipvsim([...GRID, '--shard', '1/1', '--resume', '--out', at('eight')], { env });
    expect(code).toBe(1);
    sameFolder(at('whole'), at('eight'));
  });
});

describe('questions that are wrong', () => {
  test.each([
    [['sweep', SMALL], 'sweep needs something to vary'],
    [['sweep', SMALL, '--vary', 'clients.0.concurrency=1,2'], 'sweep needs --out DIR'],
    [['sweep', SMALL, '--vary', 'clients.0.concurency=1,2', '--out', 'X'], 'did you mean concurrency?'],
    [['sweep', SMALL, '--vary', 'clients.0.concurrency=0,2', '--out', 'X'], '--set clients.0.concurrency=0'],
    [['sweep', SMALL, '--vary', 'clients.0.concurrency=1..5', '--out', 'X'], 'has no step'],
    [['sweep', SMALL, '--seeds', '2', '--metric', 'rsp', '--out', 'X'], 'did you mean rps?'],
    [['sweep', SMALL, '--seeds', '2', '--shard', '3/2', '--out', 'X'], 'must be I/N'],
    [['sweep', SMALL, '--seeds', '2', '--max-events', '1000', '--out', 'X'], 'would take about'],
    [['sweep', SMALL, '--seeds', '2', '--max-memory', '10MB', '--out', 'X'], 'would need about'],
    [['sweep', SMALL, '--seeds', '2', '--max-memory', 'lots', '--out', 'X'], '--max-memory must be a size'],
    [
      ['sweep', SMALL, '--seeds', '2', '--seed', 'a', '--vary', 'seed=a,b', '--out', 'X'],
      'both set the seed',
    ],
    [
      ['sweep', SMALL, '--set', 'hz=100', '--vary', 'hz=100,250', '--out', 'X'],
      '--set and --vary both give hz',
    ],
    [['merge', '/nowhere', '--out', 'X'], 'cannot read /nowhere'],
    [['merge', 'X'], 'merge needs --out DIR'],
  ])('%o', async (args, message) => {
    const out = at('wrong');
    const { code, stderr, stdout } = await ipvsim(args.map((word) => (word === 'X' ? out : word)));
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toContain('    at ');
    expect(existsSync(out)).toBe(false);
  });

  test('a run that goes beyond --max-events is given up; the others are kept', async () => {
    // The estimate of this one is a little low, which leaves room between it and the truth.
    const args = ['sweep', 'kube-router-544-spaced', '--vary', 'duration=500s,620s', '--max-events', '1000'];
    const { code, stderr } = await ipvsim([...args, '--out', at('given-up')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/duration=620s seed=\S+: given up after 10\d\d events, at \d+\.\d s of 620 s/);
    expect(stderr).toContain('1 of 2 runs could not be computed; the others are kept');
    expect([...journal(at('given-up')).records.values()].map(({ values }) => values)).toEqual([['500s']]);
    const more = await ipvsim([...args.slice(0, -2), '--resume', '--out', at('given-up')]);
    expect(more.code, more.stderr).toBe(0);
  });

  test('an --out that is a file', async () => {
    writeFileSync(at('file'), '');
    const { code, stderr } = await ipvsim([...GRID, '--out', at('file')]);
    expect(code).toBe(2);
    expect(stderr).toContain('cannot create the folder');
  });
});

describe('progress', () => {
  test('a live line on a terminal, with rate and time left, and nothing of it without', async ({ skip }) => {
    const long = [
      '--vary',
      'clients.0.concurrency=10..18:2',
      '--set',
      'duration=60s',
      '--set',
      'sysctl.net.ipv4.vs.conn_reuse_mode=0',
    ];
    const words = [process.execPath, MAIN, 'sweep', SMALL, ...long, '--jobs', '1', '--out', at('live')].map(
      (word) => `'${word}'`,
    );
    const run = spawnSync('script', ['-qec', words.join(' '), '/dev/null'], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, TERM: 'xterm' },
    });
    if (run.error !== undefined)
      skip('script is not installed (Debian: bsdutils): the live line is NOT tested');
    expect(run.status).toBe(1);
    expect(run.stdout).toMatch(/\d of 5 runs · [\d.]+\/s {2}\d+ s left/);
  });
});
