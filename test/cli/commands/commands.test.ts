import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { SMALL_CLIFF } from '../scenarios.ts';
import { ipvsim } from '../spawn.ts';

let folder: string;
let small: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ipvsim-commands-'));
  small = join(folder, 'small.yaml');
  await writeFile(small, SMALL_CLIFF);
  await ipvsim(['run', small, '--out', join(folder, 'out')]);
});

describe('show', () => {
  test('the table at an instant, as ipvsadm prints it', async () => {
    const { code, stdout } = await ipvsim(['show', small, '--at', '600ms']);
    expect(code).toBe(0);
    expect(stdout).toBe(`IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.96.0.1:80 rr
  -> 10.244.1.5:8080              Masq    1      0          8         
`);
  });

  test('what conntrack says besides goes to standard error', async () => {
    const { stdout, stderr } = await ipvsim(['show', small, '--at', '600ms', '--view', 'conntrack-l']);
    expect(stdout.trimEnd().split('\n')).toHaveLength(8);
    expect(stderr).toBe('conntrack v1.4.7 (conntrack-tools): 8 flow entries have been shown.\n');
  });

  test('of several nodes it says which one it is', async () => {
    const two = ['show', small, '--at', '600ms', '--set', 'nodes=[{name: a}, {name: b}]'];
    expect((await ipvsim(two)).stderr).toBe('This is a, the first of 2 nodes; see --node b\n');
    expect((await ipvsim([...two, '--node', 'b'])).stderr).toBe('');
  });

  test('of a node that is down, or without its cable, it says so, whatever the view', async () => {
    const two = ['show', small, '--set', 'nodes=[{name: a}, {name: b}]', '--node', 'b', '--set'];
    const reboots = [...two, 'events=[{at: 500ms, rebootNode: b, bootTime: 200ms}]', '--at'];
    const said = 'b is down since 500ms: it reboots until 700ms\n';
    expect((await ipvsim([...reboots, '400ms'])).stderr).toBe('');
    expect((await ipvsim([...reboots, '600ms'])).stderr).toBe(said);
    expect((await ipvsim([...reboots, '600ms', '--view', 'ip_vs_conn'])).stderr).toBe(said);
    expect((await ipvsim([...reboots, '600ms', '--format', 'json'])).stderr).toBe(said);
    expect((await ipvsim([...reboots, '800ms'])).stderr).toBe('');
    const cable = [...two, 'events=[{at: 500ms, unplugNode: b}, {at: 700ms, plugNode: b}]', '--at'];
    expect((await ipvsim([...cable, '600ms'])).stderr).toBe(
      'b is without its cable since 500ms: no packet reaches it\n',
    );
    expect((await ipvsim([...cable, '800ms'])).stderr).toBe('');
  });

  test('an instant after the end, and an unknown view', async () => {
    expect(await ipvsim(['show', small, '--at', '6s'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--at 6s lies after the end of the run, which lasts 5s'),
    });
    expect((await ipvsim(['show', small, '--view', 'ipvsadm'])).code).toBe(2);
  });
});

describe('why', () => {
  test.each([
    ['--at', '1s'],
    ['--request', '11'],
    ['--port', '40000'],
  ])('%s %s', async (...query) => {
    const { code, stdout } = await ipvsim(['why', small, ...query]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/took\s+1\.\d+\s+s\s+\(2\s+SYNs\)/);
    expect(stdout).toContain('dropped by ip_vs_in()');
    expect(stdout).toContain('What helps:');
    expect(stdout).toContain(`ipvsim advise ${small}`);
  });

  test('without a question it is the slowest request, or the one that failed', async () => {
    const [slow, failed] = await Promise.all([
      ipvsim(['why', small]),
      ipvsim(['why', small, '--set', 'service.realServers.0.weight=0', '--set', 'expect=[]']),
    ]);
    expect(slow).toMatchObject({ code: 0, stdout: expect.stringMatching(/\(the\s+slowest\s+of\s+\d+\)/) });
    expect(failed!.stdout).toMatch(/\(the first of\s+[\d ]+\s+that\s+failed/);
    expect(failed!.stdout).toContain('ECONNREFUSED');
    expect(failed!.stdout).toContain('give a real server weight');
  });

  test('takes one question, and one that the run answers', async () => {
    const [two, late] = await Promise.all([
      ipvsim(['why', small, '--at', '1s', '--port', '40000']),
      ipvsim(['why', small, '--request', '100000']),
    ]);
    for (const { code } of [two, late]) expect(code).toBe(2);
    expect(two!.stderr).toContain('why takes one of --at, --request and --port, not several');
    expect(late!.stderr).toContain('there is no such request in this run');
  });
});

describe('trace', () => {
  test('one end up to its first drop', async () => {
    const { code, stdout } = await ipvsim(['trace', small, '--follow', '10.0.0.1:40000', '--until', 'drop']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/SYN +10\.0\.0\.1:40000 > 10\.96\.0\.1:80 +✗ old_conntrack in ip_vs_in\(\)/);
    expect(stdout).not.toContain('40002');
  });

  test('a capture that tcpdump reads', async (context) => {
    const file = join(folder, 'trace.pcapng');
    expect(await ipvsim(['trace', small, '--to', '1s', '--pcapng', file])).toMatchObject({
      code: 0,
      stdout: '',
    });
    const piped = await promisify(execFile)('tcpdump', ['-nr', file]).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        return null;
      },
    );
    if (piped === null) return context.skip('tcpdump is not installed');
    expect(piped.stdout).toContain('10.0.0.1.40000 > 10.96.0.1.80: Flags [S]');
  });

  test('who names a span gets the whole of it, and a part is never passed off as that', async () => {
    const whole = await ipvsim(['trace', small, '--from', '500ms', '--to', '4s', '--decisions']);
    expect(whole).toMatchObject({ code: 0, stderr: '' });
    const part = await ipvsim(['trace', small, '--to', '4s', '--limit', '20', '--quiet']);
    expect(part.stderr).toMatch(
      /^ipvsim: not whole: more than 20 events, what comes after \S+ s is left out\n/,
    );
    expect(await ipvsim(['trace', small, '--from', '2s', '--to', '1s'])).toMatchObject({ code: 2 });
  });

  test('a bad end, a full disk', async () => {
    expect(await ipvsim(['trace', small, '--follow', '10.0.0.1'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--follow must be an address and a port'),
    });
    expect(await ipvsim(['trace', small, '--pcapng', '/dev/full'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot write /dev/full: no space left on device'),
    });
  });
});

describe('report', () => {
  const saved = () => join(folder, 'out');

  test('a saved result gives the bytes that the run gave', async () => {
    for (const format of ['ab', 'csv', 'json', 'openmetrics']) {
      const [now, then] = await Promise.all([
        ipvsim(['run', small, '--format', format]),
        ipvsim(['report', saved(), '--format', format]),
      ]);
      expect(then, format).toMatchObject({ code: 0, stdout: now!.stdout });
    }
  });

  test('several side by side, and into a file', async () => {
    const file = join(folder, 'report.html');
    const [table, html] = await Promise.all([
      ipvsim(['report', saved(), saved()]),
      ipvsim(['report', saved(), '--format', 'html', '--out', file]),
    ]);
    expect(table!.stdout).toContain('requests per second');
    expect(html).toMatchObject({ code: 0, stdout: '' });
    expect(await readFile(file, 'utf8')).toMatch(/^<!doctype html>/);
  });

  test('finds results below a folder, and says when there are none', async () => {
    const deep = join(folder, 'deep');
    await ipvsim([
      'run',
      small,
      '--set',
      'net.ipv4.vs.conn_reuse_mode=0',
      '--out',
      join(deep, 'b', 'mode 0'),
    ]);
    await ipvsim(['run', small, '--until', '2s', '--out', join(deep, 'a')]);
    const { code, stdout } = await ipvsim(['report', deep]);
    expect(code).toBe(0);
    expect(stdout).toContain('requests per second');
    expect(stdout.match(/^small/gm)!.length).toBeGreaterThanOrEqual(4);
    const one = await ipvsim(['report', join(deep, 'b')]);
    // What the command line changed is kept where the run left it.
    expect(one.stdout).toContain('Repeat: ipvsim run ' + small + ' --seed');
    expect(one.stdout).toContain('--set net.ipv4.vs.conn_reuse_mode=0');
    expect(await ipvsim(['report', deep, '--format', 'csv'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('csv holds one result, not 2'),
    });
    const empty = await mkdtemp(join(folder, 'empty-'));
    expect(await ipvsim(['report', empty])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no result.json in'),
    });
  });

  test.each([
    ['a file that is no JSON', 'hello', 'it is not JSON'],
    ['JSON that is no result', '{}', 'it is not a result of ipvsim'],
    ['a later form', '{"schema": 99}', 'a later version of ipvsim wrote it'],
    ['a damaged result', '{"schema": 1}', 'it is a damaged result'],
  ])('%s', async (_what, text, message) => {
    const { code, stdout, stderr } = await ipvsim(['report', '-'], { stdin: text });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`cannot use standard input: ${message}`);
  });
});

describe('init', () => {
  test('- is standard output, and what it prints runs', async () => {
    const { code, stdout, stderr } = await ipvsim(['init', '-'], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await ipvsim(['validate', '-'], { stdin: stdout })).toMatchObject({ code: 0 });
  });
});

describe('compare', () => {
  test('a saved result with its scenario: the same, exit 0', async () => {
    const { code, stdout } = await ipvsim(['compare', join(folder, 'out'), small]);
    expect(code).toBe(0);
    expect(stdout).toContain('nothing is beyond its tolerance');
  });

  test('a change beyond the tolerance: exit 1, with the spread over paired seeds', async () => {
    const args = ['compare', small, '--set-after', 'kernel=5.10', '--seeds', '2', '--tolerance', '1%'];
    const { code, stdout } = await ipvsim(args);
    expect(code).toBe(1);
    expect(stdout).toContain('2 pairs of runs with the same seed');
    expect(stdout).toMatch(/^syn_dropped .* ✗ better$/m);
  });

  test.each([
    [['compare', 'X'], 'compare needs AFTER'],
    [['compare', 'OUT', 'X', '--seeds', '2'], 'is one saved run'],
    [['compare', 'OUT', 'X', '--set', 'kernel=5.4'], '--set cannot change it'],
    [['compare', 'X', 'nowhere'], 'no file and no shipped scenario is called nowhere'],
  ])('%j', async (args, message) => {
    const names: Record<string, string> = { X: small, OUT: join(folder, 'out') };
    const { code, stdout, stderr } = await ipvsim(args.map((arg) => names[arg] ?? arg));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

describe('explain', () => {
  test.each([
    [
      'net.ipv4.vs.conn_reuse_mode',
      ['(sysctl)', 'Default        1', 'ip_vs_in_hook()', 'Shown by       ipvsim run '],
    ],
    ['conn_reuse_mode', ['net.ipv4.vs.conn_reuse_mode  (sysctl)']],
    ['clients.0.concurrency', ['clients.concurrency  (scenario key)', 'Range          1 to 100000']],
    ['weight', ['service.realServers.weight  (scenario key)', 'events.weight  (scenario key)']],
    ['drop.old_conntrack', ['old_conntrack  (drop reason)', 'ipvsim explain port-reuse']],
    ['p99(connect)', ['connect  (metric)', 'Unit           ms']],
    ['inact_conn[10.0.0.1:80]', ['inact_conn', '(metric)']],
    ['130', ['130  (exit code)']],
  ])('%s', async (key, lines) => {
    const { code, stdout } = await ipvsim(['explain', key]);
    expect(code).toBe(0);
    for (const line of lines) expect(stdout).toContain(line);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('an unknown word gets a suggestion', async () => {
    expect(await ipvsim(['explain', 'conn_reuze_mode'])).toMatchObject({
      code: 2,
      stderr: 'ipvsim: nothing is called conn_reuze_mode\n        did you mean conn_reuse_mode?\n',
    });
  });
});

describe('init and validate', () => {
  test('the new scenario is valid, and is never overwritten', async () => {
    const { code, stdout } = await ipvsim(['init', 'mine'], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'mine.yaml\n' });
    const text = await readFile(join(folder, 'mine.yaml'), 'utf8');
    expect(text).toMatch(/^# yaml-language-server: \$schema=\S+scenario\.schema\.json\n/);
    expect(await ipvsim(['validate', 'mine.yaml'], { cwd: folder })).toMatchObject({
      code: 0,
      stdout: 'mine.yaml: ok\n',
    });
    expect(await ipvsim(['init', 'mine.yaml'], { cwd: folder })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('mine.yaml exists already'),
    });
    expect(await readFile(join(folder, 'mine.yaml'), 'utf8')).toBe(text);
  });

  test('problems of several files, as text and as data', async () => {
    const bad = join(folder, 'bad.yaml');
    await writeFile(bad, SMALL_CLIFF.replace('duration: 5s', 'duraton: 5s'));
    const [text, data] = await Promise.all([
      ipvsim(['validate', bad, join(folder, 'none.yaml'), small]),
      ipvsim(['validate', bad, '--format', 'json']),
    ]);
    expect(text).toMatchObject({ code: 2, stdout: `${small}: ok\n` });
    expect(text!.stderr).toContain('did you mean duration?');
    expect(text!.stderr).toContain('no file and no shipped scenario is called');
    expect(data!.code).toBe(2);
    expect(JSON.parse(data!.stdout)).toMatchObject([
      { code: 'E_UNKNOWN_KEY', file: bad, line: 3, column: 1 },
    ]);
  });
});

describe('import', () => {
  const LISTING = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.96.0.10:80 rr
  -> 10.244.1.5:8080              Masq    1      0          14116
FWM  1 rr
`;

  test('a listing becomes a scenario that runs; what was left out is told', async () => {
    const args = [
      'import',
      '--ipvsadm',
      '-',
      '--kernel',
      '3.10.0-1127.el7',
      '--ip_local_port_range',
      '1024 65535',
    ];
    const { code, stdout, stderr } = await ipvsim(args, { stdin: LISTING });
    expect(code).toBe(0);
    expect(stderr).toContain('1 other services: 10.96.0.10:80 was kept');
    expect(stdout).toContain('ports: 1024-65535');
    const run = await ipvsim(['run', '-', '--until', '2s', '-q'], { stdin: stdout });
    expect(run.code).toBe(0);
  });

  test.each([
    [['import'], '', 'import needs a file'],
    [['import', '--ipvsadm', '-'], 'nothing\n', 'no TCP or UDP service in -'],
    [['import', '--ipvsadm', '-', '--service', '10.0.0.1:1'], LISTING, 'no service 10.0.0.1:1'],
    [['import', '--ipvsadm', '/nowhere'], '', 'cannot read /nowhere: no such file or directory'],
  ])('%j', async (args, stdin, message) => {
    const { code, stdout, stderr } = await ipvsim(args, { stdin });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

test('examples: every shipped scenario with its title', async () => {
  const { code, stdout } = await ipvsim(['examples']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^k8s-cliff +A service falls from 2000/m);
});

test('schema: both, as published', async () => {
  for (const name of ['scenario', 'result']) {
    const { code, stdout } = await ipvsim(['schema', name]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ title: `ipvsim ${name}` });
  }
  expect((await ipvsim(['schema', 'results'])).stderr).toContain('did you mean result?');
});

test('advise: every remedy with its effect and price, in 80 columns', async () => {
  const { code, stdout } = await ipvsim(['advise', small, '--jobs', '2']);
  expect(code).toBe(0);
  for (const name of ['as it is', 'mode 0', 'kernel 5.9+', 'conntrack 0', 'keep-alive', 'wider ports']) {
    expect(stdout).toMatch(new RegExp(`^${name.replace('+', '\\+')} +\\d`, 'm'));
  }
  expect(stdout).toContain('--set sysctl.net.ipv4.vs.conn_reuse_mode=0');
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('advise on a scenario without a cliff says so', async () => {
  const { code, stdout } = await ipvsim(['advise', small, '--set', 'kernel=5.10']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^small: all [\d ]+ requests were answered, the slowest after/);
});

test('advise never says that there is nothing to remedy while requests failed', async () => {
  const set = ['--set', 'service.realServers.0.weight=0', '--set', 'expect=[]'];
  const { code, stdout } = await ipvsim(['advise', small, ...set]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^Why: [\d ]+ packets found no real server\. All of 10\.96\.0\.1:80 have weight 0\./,
  );
  expect(stdout).toMatch(/^give weight +[1-9]/m);
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});
