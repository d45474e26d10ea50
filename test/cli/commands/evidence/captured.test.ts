/** A run's capture, imported and replayed, is the run again. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ipvsim } from '../../spawn.ts';

const folder = mkdtempSync(join(tmpdir(), 'ipvsim-capture-'));

async function result(args: readonly string[]) {
  const { stdout } = await ipvsim(['run', ...args, '--format', 'json'], { cwd: folder });
  return JSON.parse(stdout) as { drops: object; connect_ms_histogram: object; totals: { complete: number } };
}

/** What only the node's administrator could tell, and the capture does not. */
const NODE = ['kernel=5.4', 'net.ipv4.vs.conn_reuse_mode=1', 'net.ipv4.vs.conntrack=1'];
const FORWARDING = ['net.ipv4.vs.conn_reuse_mode=1', 'net.ipv4.vs.conntrack=1', 'kernel=5.4', 'expect=[]'];

describe.each([
  [
    'the ports come round',
    'forward-masq',
    ['duration=8s', ...FORWARDING],
    ['service.realServers.0.weight=1'],
  ],
  [
    'the ports come round over IPv6',
    'forward-masq',
    [
      'duration=8s',
      'service.address="[fd00:96::10]:80"',
      'service.realServers.0.address="[fd00:244::1]:8080"',
      ...FORWARDING,
    ],
    ['service.realServers.0.weight=1'],
  ],
  ['keep-alive', 'client-replay', ['duration=110s', ...FORWARDING], []],
  ['a poisson load', 'forward-masq', ['duration=7s', 'clients.0.arrivals=poisson', ...FORWARDING], []],
])('%s', (name, scenario, set, also) => {
  const changes = set.flatMap((change) => ['--set', change]);

  test('drops and connect times', async () => {
    const capture = join(folder, `${name.replaceAll(' ', '-')}.pcapng`);
    const traced = await ipvsim(['trace', scenario, ...changes, '--limit', '2000000', '--pcapng', capture]);
    expect(traced.stderr).not.toContain('not whole');
    const { code, stderr } = await ipvsim(['import', capture, '--kernel', '5.4', '--out', 'mine.yaml'], {
      cwd: folder,
    });
    expect([code, stderr]).toEqual([0, expect.stringContaining('are replayed')]);
    const here = [...NODE, ...also, set[0]!].flatMap((change) => ['--set', change]);
    const [was, is] = [await result([scenario, ...changes]), await result(['mine.yaml', ...here])];
    expect(is.drops).toEqual(was.drops);
    expect(is.connect_ms_histogram).toEqual(was.connect_ms_histogram);
    expect(is.totals.complete).toBe(was.totals.complete);
    expect(was.totals.complete).toBeGreaterThan(8);
    // What that traffic would have seen.
    const other = await result(['mine.yaml', ...here, '--set', 'net.ipv4.vs.conn_reuse_mode=0']);
    expect(other.drops).toEqual({});
    if (scenario === 'forward-masq') expect(was.drops).toHaveProperty('old_conntrack');
  });
});

test('compressed, from a pipe, cut off; other files beside it tell the rest', async () => {
  const capture = readFileSync(join(folder, 'keep-alive.pcapng'));
  writeFileSync(join(folder, 'c.pcapng.gz'), gzipSync(capture));
  writeFileSync(join(folder, 'cut.pcapng'), capture.subarray(0, capture.length - 7));
  const table =
    'IP Virtual Server version 1.2.1 (size=4096)\nTCP  10.96.0.10:80 wrr\n  -> 10.244.9.9:8080 Masq 3 0 0\n';
  writeFileSync(join(folder, 'ln.txt'), table);
  const plain = await ipvsim(['import', 'keep-alive.pcapng'], { cwd: folder });
  const packed = await ipvsim(['import', 'c.pcapng.gz'], { cwd: folder });
  expect(packed.stdout.replaceAll('c.pcapng.gz', 'keep-alive.pcapng')).toBe(plain.stdout);
  const packedWhole = gzipSync(capture);
  writeFileSync(join(folder, 'cut.gz'), packedWhole.subarray(0, packedWhole.length >> 1));
  expect((await ipvsim(['diagnose', 'cut.gz'], { cwd: folder })).stdout).toMatch(
    /cut\.gz:\d+ {2}read as far as here: \w/u,
  );
  const cut = await ipvsim(['import', 'cut.pcapng', 'ln.txt'], { cwd: folder });
  expect(cut.stderr).toMatch(/cut\.pcapng:\d+: read as far as here: the file ends within packet \d+/u);
  expect(cut.stdout).toContain('- address: 10.244.9.9:8080');
  expect(cut.stdout).toContain('scheduler: wrr');
});

describe('diagnose of what was captured on both sides', () => {
  test.each([
    ['the cliff', 'forward-masq', [], /^Verdict: port-reuse, very likely/mu],
    [
      'a port that is used again without harm',
      'forward-masq',
      ['conn_reuse_mode=0'],
      /^Verdict: cannot say/mu,
    ],
    ['loss', 'link-loss', [], /^Verdict: link-loss, (very )?likely/mu],
    ['an entry that has run out', 'kube-router-521', [], /^Verdict: idle-entry, likely/mu],
    ['a full accept queue', 'full-backlog', [], /^Verdict: backlog-full, (very )?likely/mu],
  ])('%s', async (_what, scenario, changes, verdict) => {
    const set = [...changes.map((change) => `net.ipv4.vs.${change}`), 'expect=[]'];
    const asked = [scenario, ...set.flatMap((change) => ['--set', change]), '--limit', '2000000'];
    const file = join(folder, `${scenario}-${changes.length}.pcapng`);
    await ipvsim(['trace', ...asked, '--pcapng', file]);
    expect((await ipvsim(['diagnose', file])).stdout).toMatch(verdict);
  });
});

test("a proxy's log is replayed, too, to the upstream that it names", async () => {
  const line = (index: number) =>
    `msec=17601045${36 + index}.500 "GET / HTTP/1.1" 200 612 rt=0.012 uct=0.001 urt=0.012`;
  const log = Array.from({ length: 20 }, (_, index) => line(index));
  writeFileSync(join(folder, 'log'), log.map((each) => `${each} upstream_addr=10.96.0.30:80\n`).join(''));
  writeFileSync(join(folder, 'bare'), log.join('\n'));
  const { code, stderr } = await ipvsim(['import', 'log', '--out', 'logged.yaml'], { cwd: folder });
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining('20 connections to 10.96.0.30:80 in log are replayed'),
  ]);
  const { totals } = await result(['logged.yaml']);
  expect(totals.complete).toBe(20);
  const named = await ipvsim(['import', 'bare', '--service', '10.96.0.7:80'], { cwd: folder });
  expect(named.stdout).toContain('address: 10.96.0.7:80');
  const elsewhere = await ipvsim(['import', 'log', 'ln.txt'], { cwd: folder });
  expect(elsewhere.stderr).toContain(
    'went to 10.96.0.30:80, which is no service here: no connection is replayed',
  );
});

test('a load that is asked for takes the place of the connections', async () => {
  const asked = ['import', 'keep-alive.pcapng', '--rate', '5/s', '--out', 'rate.yaml'];
  const { code, stderr } = await ipvsim(asked, { cwd: folder });
  expect([code, stderr]).toEqual([0, expect.stringContaining('no connection is replayed')]);
  expect(stderr).not.toContain('are replayed');
  expect(readFileSync(join(folder, 'rate.yaml'), 'utf8')).toContain('rate: 5/s');
});
