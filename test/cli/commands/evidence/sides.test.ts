/** The same run, as it is captured by the client, by the node, and with `tcpdump -i any`: the packets of a known cause. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { diagnose } from '../../../../src/diagnose/diagnose.ts';
import { captureEvidence } from '../../../../src/evidence/capture/capture_facts.ts';
import { FlowTable } from '../../../../src/evidence/capture/flows.ts';
import { CaptureReader } from '../../../../src/evidence/capture/packet_file.ts';
import { AddressBook } from '../../../../src/text/address_book.ts';
import { ipvsim } from '../../spawn.ts';

const folder = mkdtempSync(join(tmpdir(), 'ipvsim-sides-'));
const CLIENT = [0];
const NODE = [1, 2];
const ALL = [0, 1, 2, 3];

/** `isAny`: all of them as one interface, so that packets are there several times. */
function judged(file: string, interfaces: readonly number[], isAny = false) {
  const book = new AddressBook();
  const table = new FlowTable(book);
  const reader = new CaptureReader(book, (packet) => {
    if (!interfaces.includes(packet.interface)) return;
    table.add(isAny ? { ...packet, interface: 0 } : packet);
  });
  reader.push(readFileSync(join(folder, `${file}.pcapng`)));
  const { recognised } = captureEvidence({
    file,
    flows: table.flows,
    sent: table.sent,
    summary: reader.end(),
  });
  const { judgements, verdict } = diagnose(recognised.flatMap(({ facts }) => facts));
  return {
    verdict,
    first: `${judgements[0]!.name}: ${judgements[0]!.certainty}`,
    of: (name: string) => judgements.find((judgement) => judgement.name === name)!,
  };
}

async function traced(file: string, ...args: readonly string[]): Promise<void> {
  const limits = ['--set', 'expect=[]', '--limit', '2000000'];
  await ipvsim(['trace', ...args, ...limits, '--pcapng', join(folder, `${file}.pcapng`)]);
}

beforeAll(async () => {
  await traced('cliff', 'forward-masq', '--set', 'duration=8s');
  await traced('loss', 'link-loss');
  await traced('backlog', 'full-backlog');
  await traced('conntrack', 'full-conntrack', '--set', 'duration=12s');
}, 120_000);

describe.each([
  ['the client', CLIENT, false],
  ['the node', NODE, false],
  ['both', ALL, false],
  ['the node with -i any', NODE, true],
  ['all of it on one interface', ALL, true],
])('captured by %s', (_who, interfaces, isAny) => {
  test('the cliff', () => {
    const { first, of } = judged('cliff', interfaces, isAny);
    expect(first).toBe('port-reuse: very likely');
    expect(of('link-loss').certainty).toBe('excluded');
  });

  test('loss is no port reuse', () => {
    const { first, of } = judged('loss', interfaces, isAny);
    expect(of('port-reuse').certainty).not.toMatch(/likely/u);
    if (!isAny) expect(first).toBe('link-loss: very likely');
  });
});

describe('what came to the node and was not sent on', () => {
  test('is counted, with the first packet of it', () => {
    const [said] = judged('cliff', NODE).of('conntrack-full').observations;
    expect(said!.text).toMatch(/^of [\d ]+ SYNs that came to the node [\d ]+ were not sent on$/u);
    expect(said!.at.line).toBeGreaterThan(1000);
  });

  test('is nothing where the real server is to blame, which is seen', () => {
    const { first, of } = judged('backlog', NODE);
    expect(first).toBe('backlog-full: very likely');
    expect(of('port-reuse').certainty).toBe('excluded');
    // A client sees that handshakes are forgotten, and no more.
    expect(judged('backlog', CLIENT).first).toBe('backlog-full: likely');
  });

  test('may have several causes, which packets do not tell', () => {
    const { verdict, of } = judged('conntrack', NODE);
    expect(verdict).toBe('unknown');
    expect(of('conntrack-full').certainty).toBe('possible');
    expect(of('link-loss').certainty).toBe('excluded');
    expect(of('backlog-full').certainty).toBe('no sign of it');
  });
});
