/** What is made of traces: text, ladders, packet captures. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, type TestContext } from 'vitest';
import type { TraceEvent, TracePacket } from '../../../src/measure/trace.ts';
import { ladderOf } from '../../../src/report/packets/ladder.ts';
import { renderLadder } from '../../../src/report/packets/ladder_text.ts';
import { renderPcapng } from '../../../src/report/packets/pcapng.ts';
import { renderTrace } from '../../../src/report/packets/trace_text.ts';
import { ladderSvg } from '../../../src/report/svg/svg_ladder.ts';
import { PLAIN, width } from '../../../src/report/text.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';
import { tracedRun } from '../../../src/trace_run.ts';
import { requireTool } from '../tool.ts';
import { lostSyn, refused, slowConnect } from '../trace_fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'ipvsim-trace-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('trace text', () => {
  it('has one line per packet, and says what became of it', async () => {
    await expect(renderTrace(slowConnect())).toMatchFileSnapshot('../golden/trace.txt');
  });

  it('shows decisions under their packets when asked', () => {
    const text = renderTrace(slowConnect(), { decisions: true, legend: false });
    expect(text).toContain(
      '  16.128000  SYN            10.0.0.1:32770 > 10.96.0.1:80  ✗ old_conntrack in ip_vs_in()\n' +
        '             · ip_vs_in(): drop (because=conn_reuse_mode,\n',
    );
  });

  it('tells refusals and losses apart', () => {
    expect(renderTrace(refused(), { legend: false })).toBe(
      '   0.000000  SYN                    10.0.0.1:32770 > 10.96.0.1:80  ✗ no_dest in ip_vs_leave()\n' +
        '   0.000100  ICMP port unreachable  10.96.0.1 > 10.0.0.1 about port 32770 to port 80  arrived\n',
    );
    expect(renderTrace(lostSyn(), { legend: false })).toContain('✗ link_loss in link()');
  });

  it('has IPv6 addresses in brackets where a port follows', () => {
    const lines = renderTrace(kinds(IPV6), { legend: false }).split('\n');
    expect([0, 5, 6].map((i) => lines[i])).toEqual([
      '   0.123457  SYN+ACK                  [2001:db8:0:1::1]:32770 > [fd00:96::10]:80  under way',
      '   5.123457  ICMPv6 port unreachable  fd00:96::10 > 2001:db8:0:1::1 about port 32770 to port 80  under way',
      '   6.123457  SYN                      [2001:db8:0:1::1]:32770 > [fd00:96::10]:80 (in IPv6 fd00:18::2 > fd00:244::5)  under way',
    ]);
  });

  it('of nothing is only its legend', () => {
    expect(renderTrace([])).toContain('time s');
  });
});

describe('the ladder', () => {
  it('joins the hops of a packet that nothing was decided about', () => {
    const { steps } = ladderOf(slowConnect());
    expect(
      steps.filter((step) => step.kind === 'arrow' && step.from === 0 && step.to === 2),
    ).not.toHaveLength(0);
    const syn = steps.findIndex((step) => step.kind === 'decision');
    expect(steps[syn - 1]).toMatchObject({ kind: 'arrow', from: 0, to: 1, label: 'SYN', lost: false });
    expect(steps[syn + 1]).toMatchObject({ kind: 'drop', column: 1, reason: 'old_conntrack' });
  });

  it('shows time in which nothing happens as a gap', () => {
    const gaps = ladderOf(slowConnect()).steps.filter((step) => step.kind === 'gap');
    expect(gaps.map(({ length_ns }) => Math.round(length_ns / 1e7))).toEqual([6, 1607, 100, 6]);
  });

  it('draws a lost packet as lost', () => {
    expect(ladderOf(lostSyn()).steps).toMatchObject([
      { kind: 'arrow', from: 0, to: 1, lost: true },
      { kind: 'drop', reason: 'link_loss' },
    ]);
  });

  it('is text in 80 columns', async () => {
    const text = renderLadder(slowConnect());
    for (const line of text.split('\n')) expect(width(line), line).toBeLessThanOrEqual(80);
    await expect(text).toMatchFileSnapshot('../golden/ladder.txt');
  });

  it('is a picture whose text is escaped', async () => {
    const events = slowConnect().map((event) =>
      event.kind === 'decision' ? { ...event, branch: '<script>alert(1)</script>' } : event,
    );
    const svg = ladderSvg(ladderOf(events), 'title <b>');
    expect(svg).not.toContain('<script>');
    expect(svg).toContain('aria-label="title &lt;b&gt;"');
    await expect(ladderSvg(ladderOf(slowConnect()), 'A slow connect')).toMatchFileSnapshot(
      '../golden/ladder.svg',
    );
  });

  it('says how much it leaves out', () => {
    expect(ladderSvg(ladderOf(slowConnect()), 'short', 5)).toMatch(/>\d+ more steps</);
  });
});

describe('what is shown', () => {
  const HOSTILE = '\u001b[2J\u0007';

  it('lets no control character through', () => {
    const events = slowConnect().map((event) =>
      event.kind === 'decision' ? { ...event, branch: HOSTILE } : event,
    );
    for (const text of [renderTrace(events, { decisions: true }), renderLadder(events)]) {
      expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    }
  });

  it('is ASCII where the terminal is', () => {
    const look = { ...PLAIN, unicode: false };
    for (const text of [renderTrace(slowConnect(), { look }), renderLadder(slowConnect(), look)]) {
      expect([...text].filter((character) => character.charCodeAt(0) > 126)).toEqual([]);
    }
  });
});

function capture(name: string, events: readonly TraceEvent[]): string {
  const path = join(folder, `${name}.pcapng`);
  writeFileSync(path, renderPcapng(events));
  return path;
}

function tshark(context: TestContext, path: string, ...fields: readonly string[]): string[][] {
  const program = requireTool(context, 'tshark', 'tshark');
  const names = ['tcp.check_checksum', 'udp.check_checksum', 'ip.check_checksum'].map(
    (name) => `${name}:TRUE`,
  );
  const check = [...names, 'sctp.checksum:crc-32c'].flatMap((option) => ['-o', option]);
  const list = fields.flatMap((field) => ['-e', field]);
  const separator = ['-E', 'separator=/t', '-E', 'occurrence=f'];
  const text = execFileSync(program, ['-r', path, ...check, '-T', 'fields', ...separator, ...list], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
}

const IPV4 = {
  source: '10.0.0.1',
  destination: '10.96.0.1',
  refusal: 0x33,
  outside: '10.0.0.254',
  inside: '10.244.1.5',
};
/** Port unreachable is 1/4 in ICMPv6. */
const IPV6 = {
  source: '2001:db8:0:1::1',
  destination: 'fd00:96::10',
  refusal: 0x14,
  outside: 'fd00:18::2',
  inside: 'fd00:244::5',
};

/** One packet of each kind, some of them in a tunnel. */
function kinds({ source, destination, refusal, outside, inside } = IPV4): TraceEvent[] {
  const packet = { ...slowConnect()[0]!.packet, source, destination };
  const changes: readonly Partial<TracePacket>[] = [
    { flags: 0x12, ack: 4294967295, seq: 4294967290 },
    { flags: 0x18, length: 613 },
    { flags: 0x04 },
    { protocol: 'udp', length: 5 },
    { protocol: 'udp', length: 0 },
    {
      protocol: 'icmp',
      source: packet.destination,
      destination: packet.source,
      flags: refusal,
      destinationPort: 80,
    },
    { tunnel: { source: outside, destination: inside } },
  ];
  return changes.map((change, index) => ({
    kind: 'packet',
    at_ns: index * 1e9 + 123_456_789,
    point: 'director-out',
    sending: true,
    packet: { ...packet, id: index + 1, ...change },
  }));
}

describe('pcapng', () => {
  it('opens in Wireshark with an interface per point and comments on dropped packets', (context) => {
    const rows = tshark(
      context,
      capture('slow', slowConnect()),
      'frame.interface_name',
      'frame.time_epoch',
      'tcp.flags.str',
      'frame.comment',
    );
    expect(rows).toHaveLength(slowConnect().filter(({ kind }) => kind === 'packet').length);
    expect(new Set(rows.map(([name]) => name))).toEqual(
      new Set(['client', 'director-in', 'director-out', 'real-server']),
    );
    expect(rows[0]!.slice(0, 2)).toEqual(['client', '0.001000000']);
    expect(rows.map(([, , , comment]) => comment).filter(Boolean)).toEqual([
      'ip_vs_in(): drop (because=conn_reuse_mode, server=10.244.1.5:8080, weight=1, state=TIME_WAIT, conn_reuse_mode=1, conntrack=in use)',
      'retransmission 1',
    ]);
  });

  it('has chunks of SCTP as tshark knows them, with the right checksum', (context) => {
    const { scenario } = parseScenario(`
kernel: 6.1
duration: 40s
service: { address: "[fd00::10]:3868", protocol: sctp, realServers: [{ address: "[fd00:2::5]:3868", serviceTime: 35s }] }
clients: [{ addresses: ["fd00:1::1"], concurrency: 1, requests: 1 }]
`);
    const { run, recorder } = tracedRun(scenario!, {});
    run.advance(Number.POSITIVE_INFINITY);
    const path = capture('sctp', recorder.events);
    const fields = [
      'frame.interface_name',
      'sctp.chunk_type',
      'sctp.checksum.status',
      'sctp.verification_tag',
    ];
    const rows = tshark(context, path, ...fields, 'sctp.data_b_bit', 'sctp.data_e_bit', '_ws.malformed');
    const atClient = rows.filter(([name]) => name!.startsWith('client'));
    expect(atClient.map(([, type]) => Number(type))).toEqual([
      // INIT, INIT-ACK, COOKIE-ECHO, COOKIE-ACK, DATA, SACK,
      1, 2, 10, 11, 0, 3,
      // the client's heartbeat and the server's,
      4, 5, 4, 5,
      // DATA, SACK, SHUTDOWN, SHUTDOWN-ACK, SHUTDOWN-COMPLETE.
      0, 3, 7, 8, 14,
    ]);
    expect(new Set(rows.map(([, , status]) => status))).toEqual(new Set(['1']));
    expect(rows.every((row) => (row[6] ?? '') === '')).toBe(true);
    expect(atClient.filter(([, type]) => type === '0').map((row) => row.slice(4, 6))).toEqual([
      ['1', '1'],
      ['1', '1'],
    ]);
    // INIT has none, and each end wants one tag.
    expect(new Set(rows.map(([, , , tag]) => tag)).size).toBe(3);
  });

  it('has the drop reason among the comments', (context) => {
    const program = requireTool(context, 'tshark', 'tshark');
    const found = execFileSync(
      program,
      [
        '-r',
        capture('drop', slowConnect()),
        '-Y',
        'frame.comment contains "DROP old_conntrack"',
        '-T',
        'fields',
        '-e',
        'frame.interface_name',
      ],
      { encoding: 'utf8', stdio: 'pipe' },
    );
    expect(found).toBe('director-in\n');
  });

  it('has right checksums for every kind of packet', (context) => {
    const rows = tshark(
      context,
      capture('kinds', kinds()),
      'ip.checksum.status',
      'tcp.checksum.status',
      'udp.checksum.status',
      'icmp.checksum.status',
      'frame.protocols',
    );
    expect(rows.map(([ip]) => ip)).toEqual(kinds().map(() => '1'));
    expect(rows.map(([, tcp, udp, icmp]) => icmp || udp || tcp)).toEqual(['1', '1', '1', '1', '1', '1', '1']);
    expect(rows.at(-1)!.at(-1)).toContain('ip:ip:tcp');
  });

  it('has right headers and checksums for every kind of IPv6 packet', (context) => {
    const rows = tshark(
      context,
      capture('kinds6', kinds(IPV6)),
      'ipv6.src',
      'ipv6.dst',
      'ipv6.plen',
      'tcp.checksum.status',
      'udp.checksum.status',
      'icmpv6.checksum.status',
      'icmpv6.type',
      'icmpv6.code',
      'frame.protocols',
    );
    const { source, destination, outside, inside } = IPV6;
    const there = [source, destination];
    expect(rows.map((row) => row.slice(0, 3))).toEqual([
      [...there, '20'],
      [...there, '633'],
      [...there, '20'],
      [...there, '13'],
      [...there, '8'],
      // Eight bytes of its own, a header and eight bytes of what it answers.
      [destination, source, '56'],
      // Around the packet that is carried: 40 and 20 bytes.
      [outside, inside, '60'],
    ]);
    expect(rows.map(([, , , tcp, udp, icmp]) => icmp || udp || tcp)).toEqual(Array(7).fill('1'));
    expect(rows[5]!.slice(6, 8)).toEqual(['1', '4']);
    expect(rows[0]!.at(-1)).toBe('ipv6:tcp');
    expect(rows.at(-1)!.at(-1)).toContain('ipv6:ipv6:tcp');
  });

  it('keeps nanoseconds and sequence numbers', (context) => {
    const rows = tshark(
      context,
      capture('exact', kinds()),
      'frame.time_epoch',
      'tcp.seq_raw',
      'tcp.ack_raw',
      'tcp.len',
    );
    expect(rows[0]).toEqual(['0.123456789', '4294967290', '4294967295', '0']);
    expect(rows[1]![3]).toBe('613');
  });

  it('opens in tcpdump', (context) => {
    const program = requireTool(context, 'tcpdump', 'tcpdump');
    const text = execFileSync(program, ['-nnvr', capture('tcpdump', [...slowConnect(3), ...kinds()])], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    expect(text).toContain('10.0.0.1.32770 > 10.96.0.1.80: Flags [S], cksum 0x1d46 (correct)');
    expect(text).not.toMatch(/incorrect|bad/);
    expect(text).toContain('ICMP 10.96.0.1 udp port 80 unreachable');
    const six = execFileSync(program, ['-nnvr', capture('tcpdump6', kinds(IPV6))], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    expect(six).toContain('2001:db8:0:1::1.32770 > fd00:96::10.80: Flags [S.]');
    expect(six).toContain(
      'fd00:96::10 > 2001:db8:0:1::1: [icmp6 sum ok] ICMP6, destination unreachable, unreachable port',
    );
    expect(six).not.toMatch(/incorrect|bad/);
  });

  it('is whole: every block begins and ends with its length', () => {
    const bytes = renderPcapng([...slowConnect(), ...refused()]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let offset = 0;
    while (offset < bytes.length) {
      const length = view.getUint32(offset + 4, true);
      expect(length % 4).toBe(0);
      expect(view.getUint32(offset + length - 4, true)).toBe(length);
      offset += length;
    }
    expect(offset).toBe(bytes.length);
  });
});
