/** Why one request was slow or failed, in words: of hand-made traces. */
import { describe, expect, it } from 'vitest';
import type { TraceEvent } from '../../src/measure/trace.ts';
import { PLAIN, width } from '../../src/report/text.ts';
import { lostSyn, refused, slowConnect, whyText } from './trace_fixture.ts';

const REFUSED = { start_ns: 0, end_ns: 200_000, errno: 'ECONNREFUSED' };
const LOST = { start_ns: 0, end_ns: null };

describe('why', () => {
  it('explains a connect of one second, in 80 columns', async () => {
    const text = whyText(slowConnect(), {}, undefined, { commands: ['ipvsim advise k8s-cliff'] });
    for (const line of text.split('\n')) expect(width(line), line).toBeLessThanOrEqual(80);
    await expect(text).toMatchFileSnapshot('golden/why-1s.txt');
  });

  it('explains the late timer behind three and seven seconds', async () => {
    const text = whyText(slowConnect(3, 120.5e9), { start_ns: 120.5e9 });
    expect(text).toMatch(/took 7\.06\d* s\s+\(4\s+SYNs\)/);
    expect(text).toContain('Late timer: ');
    await expect(text).toMatchFileSnapshot('golden/why-7s.txt');
  });

  it('does not blame the late timer for an entry whose time is not over', () => {
    expect(whyText(slowConnect(1))).not.toContain('Late timer');
  });

  it('explains a refused connect', async () => {
    await expect(whyText(refused(), REFUSED)).toMatchFileSnapshot('golden/why-refused.txt');
  });

  it('explains the request that it is asked about, and where the time of a good one went', () => {
    const text = whyText(slowConnect(), { start_ns: 1e6, end_ns: 62e6 });
    expect(text).toContain('No packet of it was dropped: 0.4 ms to connect, 61 ms until');
  });

  it('says so when a connect is never answered, and names the lost packet', () => {
    const text = whyText(lostSyn(), LOST);
    expect(text).toMatch(/^The request from .* has no\s+answer\s+yet\s+\(one\s+SYN\)\./);
    expect(text).toContain('Why: A link lost a packet of it.');
  });

  it('has something to say where no packet was sent', () => {
    const text = whyText([], { start_ns: 5e9, end_ns: 5e9, errno: 'EADDRNOTAVAIL' });
    expect(text).toMatch(/failed at\s+once:\s+EADDRNOTAVAIL/);
    expect(text).toContain('__inet_hash_connect()');
  });

  it('never says that there is nothing to explain, whatever failed', () => {
    const text = whyText([], { start_ns: 5e9, end_ns: 5e9, errno: 'ENETUNREACH' });
    expect(text).toContain('No cause that is known fits it');
  });

  it('shows a few of many packets like each other', () => {
    const events = Array.from({ length: 20 }, (_, index): TraceEvent[] => {
      const [sent, lost] = lostSyn();
      const at_ns = index * 1e9;
      const packet = { ...sent!.packet, id: index, retransmission: index };
      return [{ ...sent!, at_ns, packet } as TraceEvent, { ...lost!, at_ns, packet } as TraceEvent];
    }).flat();
    const text = whyText(events, LOST);
    expect(text).toContain('12 more packets like it');
    expect(text.match(/SYN again/g)).toHaveLength(7);
  });

  it('lets no control character through', () => {
    const events = slowConnect().map((event) =>
      event.kind === 'decision' ? { ...event, branch: '\u001b[2J\u0007' } : event,
    );
    expect(whyText(events).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('is ASCII where the terminal is', () => {
    const text = whyText(slowConnect(), {}, undefined, { look: { ...PLAIN, unicode: false } });
    expect([...text].filter((character) => character.charCodeAt(0) > 126)).toEqual([]);
  });
});
