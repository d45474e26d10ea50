/**
 * The Slurm script, run by a real Slurm on this machine: a controller and a node of its own in a private folder,
 * with a private munge, ended at the end. Skipped, saying so, where Debian's slurm-wlm is not installed.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOCS, expectSameFolders, makePlace, succeed } from './a_cluster.ts';

const PROGRAMS = ['sbatch', 'squeue', 'sinfo', 'slurmctld', 'slurmd', 'munged'];
const missing = PROGRAMS.filter((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0);
const reason =
  missing.length > 0
    ? `${missing.join(', ')} not installed (Debian: slurm-wlm, munge)`
    : process.getuid?.() !== 0
      ? 'slurmd runs jobs as root only'
      : null;
if (reason !== null) console.warn(`\n!!! The Slurm script is NOT tested: ${reason} !!!\n`);

const place = makePlace('slurm');
const own = (name: string) => join(place.folder, name);
const daemons: ChildProcess[] = [];
let env: Record<string, string> = {};

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** In the foreground, so that ending the child ends the daemon. */
function daemon(command: string, args: readonly string[]): void {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let talk = '';
  child.stderr?.on('data', (text) => (talk += text));
  child.on('exit', (code) => code !== 0 && code !== null && writeFileSync(own(`${command}.failed`), talk));
  daemons.push(child);
}

async function eventually(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (holds()) return;
    await sleep(150);
  }
  const logs = ['slurmctld.log', 'slurmd.log', 'munged.failed'].filter((name) => existsSync(own(name)));
  throw new Error(
    `${what} did not happen\n${logs.map((name) => readFileSync(own(name), 'utf8').slice(-1500)).join('\n')}`,
  );
}

const slurm = (command: string, ...args: string[]) =>
  spawnSync(command, args, { cwd: place.folder, env: { ...place.env, ...env }, encoding: 'utf8' });

beforeAll(async () => {
  if (reason !== null) return;
  const [controller, node] = await freePorts(2);
  for (const name of ['state', 'spool', 'munge']) mkdirSync(own(name), { mode: 0o755 });
  chmodSync(place.folder, 0o755);
  writeFileSync(own('munge.key'), randomBytes(1024), { mode: 0o400 });
  const socket = own('munge/socket');
  writeFileSync(
    own('slurm.conf'),
    [
      'ClusterName=ipvsim',
      `SlurmctldHost=${hostname()}(127.0.0.1)`,
      `SlurmctldPort=${controller}`,
      `SlurmdPort=${node}`,
      'SlurmUser=root',
      'SlurmdUser=root',
      'AuthType=auth/munge',
      `AuthInfo=socket=${socket}`,
      `StateSaveLocation=${own('state')}`,
      `SlurmdSpoolDir=${own('spool')}`,
      `SlurmctldPidFile=${own('slurmctld.pid')}`,
      `SlurmdPidFile=${own('slurmd.pid')}`,
      `SlurmctldLogFile=${own('slurmctld.log')}`,
      `SlurmdLogFile=${own('slurmd.log')}`,
      'ProctrackType=proctrack/pgid',
      'TaskPlugin=task/none',
      'SelectType=select/cons_tres',
      'ReturnToService=2',
      `NodeName=${hostname()} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN`,
      'PartitionName=p Nodes=ALL Default=YES MaxTime=INFINITE State=UP',
      '',
    ].join('\n'),
  );
  env = { SLURM_CONF: own('slurm.conf') };
  const files = ['key-file', 'log-file', 'pid-file', 'seed-file'].map((kind) => {
    const name = {
      'key-file': 'munge.key',
      'log-file': 'munge/log',
      'pid-file': 'munge/pid',
      'seed-file': 'munge/seed',
    }[kind];
    return `--${kind}=${own(name!)}`;
  });
  daemon('munged', ['--foreground', '--force', `--socket=${socket}`, ...files]);
  await eventually('munge', () => existsSync(socket));
  daemon('slurmctld', ['-D']);
  daemon('slurmd', ['-D', '-N', hostname()]);
  await eventually('an idle node', () => /idle/.test(slurm('sinfo', '--noheader', '--format=%T').stdout));
}, 60_000);

afterAll(async () => {
  for (const child of daemons.toReversed()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await Promise.race([ended, sleep(5000).then(() => child.kill('SIGKILL'))]);
  }
  place.remove();
});

const QUESTION = [
  '--vary',
  'clients.0.concurrency=5..20:5',
  '--vary',
  'sysctl.net.ipv4.vs.conn_reuse_mode=0,1',
  '--seeds',
  '2',
];

async function submit(options: readonly string[], shards?: string): Promise<void> {
  const extra = shards === undefined ? [] : [`--export=ALL,IPVSIM_SHARDS=${shards}`];
  const words = [
    '--parsable',
    '--output=log-%a',
    ...options,
    ...extra,
    join(DOCS, 'slurm_array.sh'),
    'scenario.yaml',
    'out',
  ];
  const { status, stdout, stderr } = slurm('sbatch', ...words, ...QUESTION);
  expect(status, stderr).toBe(0);
  const job = stdout.trim();
  await eventually(
    `the end of job ${job}`,
    () => slurm('squeue', '--noheader', `--job=${job}`).stdout.trim() === '',
  );
}

describe.skipIf(reason !== null)('a job array', () => {
  test('makes the shards of a sweep; a lost one is made again alone', async () => {
    await submit([]);
    const logs = [0, 1, 2, 3].map((task) => readFileSync(own(`log-${task}`), 'utf8'));
    for (const [task, log] of logs.entries()) {
      expect(log).toContain(`shard ${task + 1}/4 (Slurm job array: SLURM_ARRAY_TASK_ID)`);
      expect(log).toContain('wrote sweep.csv');
    }
    rmSync(own('out/shards/2'), { recursive: true });
    const lost = spawnSync('ipvsim', ['merge', 'out/shards', '--out', 'out/whole'], {
      cwd: place.folder,
      env: place.env,
      encoding: 'utf8',
    });
    expect(lost.status).toBe(2);
    expect(lost.stderr).toContain('lost: shard 3/4');
    await submit(['--array=2'], '4');
    expect(readFileSync(own('log-2'), 'utf8')).toContain('shard 3/4');
    succeed(place, ['ipvsim', 'merge', 'out/shards', '--out', 'out/whole']);
    succeed(place, ['ipvsim', 'sweep', 'scenario.yaml', ...QUESTION, '--out', 'one']);
    expectSameFolders(own('one'), own('out/whole'));
  }, 180_000);

  test('a part of an array without the number of the whole is refused', async () => {
    await submit(['--array=2']);
    expect(readFileSync(own('log-2'), 'utf8')).toContain('SLURM_ARRAY_TASK_ID=2 is outside the 1 shards');
  });
});
