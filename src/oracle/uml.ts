/**
 * A user-mode Linux: a real kernel as an ordinary process. It has the host's files as its root, read-only, and one
 * folder of its own to read plans from and write logs to; it has no network, and ends with its recorder.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { access, copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { isAlive } from '../storage/processes.ts';
import { UserError } from '../storage/user_error.ts';

/** Debian's package puts its kernel and modules here. */
export const DEBIAN_KERNEL = '/usr/bin/linux.uml';
const MODULES = '/usr/lib/uml/modules';
const RECORDER = fileURLToPath(new URL('../../oracle/recorder.pl', import.meta.url));
/** What the recorder calls, and Debian's packages that have it. */
const TOOLS = {
  '/usr/bin/perl': 'perl-base',
  '/usr/sbin/ipvsadm': 'ipvsadm',
  '/usr/sbin/iptables-legacy': 'iptables',
  '/usr/sbin/modprobe': 'kmod',
  '/usr/sbin/ip': 'iproute2',
} as const;

/** Temporary folders begin so, followed by the number of the process. */
const FOLDER = 'ipvsim-oracle-';

const BOOT_S = 30;
const MEMORY = '512M';

/** The Debian packages that are missing for an oracle; empty when it can run. */
export async function missingPackages(kernel: string): Promise<string[]> {
  const wanted: [string, string][] = Object.entries(TOOLS);
  if (kernel === DEBIAN_KERNEL) wanted.unshift([DEBIAN_KERNEL, 'user-mode-linux']);
  const missing: string[] = [];
  for (const [path, debianPackage] of wanted) {
    const there = [path, path.replace('/usr/sbin/', '/usr/bin/'), path.replace('/usr/', '/')];
    const found = await Promise.all(
      there.map((each) =>
        access(each).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (!found.includes(true)) missing.push(debianPackage);
  }
  return missing;
}

/** Whether the kernel was built to let time pass in a jump (CONFIG_UML_TIME_TRAVEL_SUPPORT). */
export async function hasTimeTravel(kernel: string): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)(kernel, ['--showconfig'], { timeout: 10_000 });
    return stdout.includes('CONFIG_UML_TIME_TRAVEL_SUPPORT=y');
  } catch {
    return false;
  }
}

/** The release that the kernel says it is. Throws UserError where it says nothing. */
export async function kernelRelease(kernel: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(kernel, ['--version'], { timeout: 10_000 });
    return stdout.trim().split('\n').at(-1)!;
  } catch (error) {
    throw new UserError(`cannot run ${kernel}: ${(error as Error).message.split('\n')[0]}`);
  }
}

export interface GuestRun {
  /** As `uname -r` prints it in the guest. */
  readonly kernel: string;
  /** By name of the plan; missing where the guest never came to write one. */
  readonly logs: ReadonlyMap<string, string>;
}

/**
 * Boots the kernel, has it carry out all plans at the same time, and returns what it wrote. `longest_s`: what the
 * longest plan waits in all. Throws UserError where the kernel does not start.
 */
export async function runGuest(
  kernel: string,
  plans: ReadonlyMap<string, string>,
  options: { readonly longest_s: number; readonly timeTravel: boolean; readonly signal: AbortSignal },
): Promise<GuestRun> {
  await removeLeftFolders();
  const folder = await mkdtemp(join(tmpdir(), `${FOLDER}${process.pid}-`));
  try {
    await copyFile(RECORDER, join(folder, 'recorder.pl'));
    for (const [name, text] of plans) await writeFile(join(folder, `${name}.plan`), text);
    // Each plan takes some time of its own, and a busy machine takes all of it longer.
    const limit_s = BOOT_S + (options.timeTravel ? 0 : options.longest_s * 1.2) + plans.size * 3;
    const output = await boot(kernel, folder, options.timeTravel, limit_s, options.signal);
    const told = await readFile(join(folder, 'kernel.log'), 'utf8').catch(() => '');
    const release = /^release (\S+)/m.exec(told)?.[1];
    if (release === undefined && options.signal.aborted) return { kernel: '', logs: new Map() };
    if (release === undefined) {
      throw new UserError(`${kernel} did not start as user-mode Linux`, complaint(output));
    }
    const logs = new Map<string, string>();
    for (const name of plans.keys()) {
      const log = await readFile(join(folder, `${name}.log`), 'utf8').catch(() => null);
      if (log !== null) logs.set(name, log);
    }
    return { kernel: release, logs };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Folders of processes that were killed. */
async function removeLeftFolders(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = name.startsWith(FOLDER) ? Number(name.slice(FOLDER.length).split('-')[0]) : Number.NaN;
    if (owner > 0 && !isAlive(owner)) await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function boot(
  kernel: string,
  folder: string,
  timeTravel: boolean,
  limit_s: number,
  signal: AbortSignal,
): Promise<string> {
  const parameters = [
    'root=/dev/root',
    'rootfstype=hostfs',
    'rootflags=/',
    'ro',
    `mem=${MEMORY}`,
    'con=null',
    'con0=null,fd:1',
    'quiet',
    ...(timeTravel ? ['time-travel=inf-cpu'] : []),
    'init=/usr/bin/perl',
    '--',
    join(folder, 'recorder.pl'),
    folder,
    MODULES,
    String(Math.ceil(limit_s)),
  ];
  return new Promise((resolve, reject) => {
    // A group of its own: processes of the guest are processes of the host, and all have to go.
    const child = spawn(kernel, parameters, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: { TMPDIR: folder, HOME: folder },
    });
    let output = '';
    const hear = (bytes: Buffer) => void (output = (output + bytes.toString('utf8')).slice(-20_000));
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const timer = setTimeout(() => end(child), limit_s * 1000);
    const stop = () => end(child);
    signal.addEventListener('abort', stop);
    process.once('exit', stop);
    const over = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      process.removeListener('exit', stop);
    };
    child.on('error', (error) => {
      over();
      reject(new UserError(`cannot run ${kernel}: ${error.message}`));
    });
    child.on('close', () => {
      over();
      end(child);
      resolve(output);
    });
  });
}

function end(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/**
 * The line that says what went wrong, with the one before it (the kernel prints why, panics, and ends with a trace that tells
 * a user nothing); without a panic, the last lines.
 */
function complaint(output: string): string {
  const lines = output.trim().split('\n');
  const panic = lines.findIndex((line) => line.includes('Kernel panic'));
  const telling = panic >= 0 ? lines.slice(Math.max(0, panic - 1), panic + 1) : lines.slice(-3);
  const said = telling.join(' / ');
  return said === ''
    ? 'it printed nothing'
    : `it printed: ${said}; on some processors and in some sandboxes it cannot run: try another machine`;
}
