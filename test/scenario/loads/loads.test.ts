/** Every kind of load: what it reads, writes and says, and a shipped scenario that has it. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../src/engine/random.ts';
import { makePacer } from '../../../src/network/pacers.ts';
import { ReplayNotes, replayedOf } from '../../../src/network/replayed.ts';
import { LOAD_FIELDS, LOAD_KINDS, type Load, loadKindOf } from '../../../src/scenario/loads/loads.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';

const FOLDER = new URL('../../../scenarios/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));
const SHIPPED = FILES.flatMap((file) => {
  const { scenario } = parseScenario(readFileSync(new URL(file, FOLDER), 'utf8'), { file });
  return scenario!.clients.map(({ load }) => load);
});

describe.each(LOAD_KINDS.map((kind) => [kind.key, kind] as const))('%s', (key, kind) => {
  const examples = SHIPPED.filter((load) => loadKindOf(load) === kind);

  it('is what some shipped scenario has', () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  it('begins with the key that asks for it', () => {
    expect(Object.keys(kind.fields)[0]).toBe(key);
  });

  it('writes what it has read', () => {
    for (const load of examples) {
      const client = kind.entry(load, (ns) => `${ns}ns`);
      const service = { address: '10.96.0.1:80', realServers: [{ address: '10.244.1.5:80' }] };
      const text = JSON.stringify({ duration: '24h', service, clients: [client] });
      const { scenario, problems } = parseScenario(text, { file: 'x.yaml' });
      expect(problems).toEqual([]);
      expect(scenario!.clients[0]!.load).toEqual(load);
    }
  });

  it('has a pacer whose first request is due at the start or after it', () => {
    for (const load of examples) {
      const replayed = replayedOf(load, new ReplayNotes());
      const due_ns = makePacer(load, 5e9, new RandomStream('seed', 'arrivals'), replayed).due_ns(0);
      expect(due_ns).toBeGreaterThanOrEqual(5e9);
      expect(kind.words(load, String)).not.toBe('');
    }
  });
});

describe('pacers', () => {
  const pacer = (load: Load) => makePacer(load, 1e9, new RandomStream('seed', 'arrivals'), null);

  it('closed: all workers are due at once, and go on when their requests have ended', () => {
    const closed = pacer({ kind: 'closed', concurrency: 2, think: { kind: 'constant', value_ns: 7 } });
    expect([0, 1, 2].map((count) => closed.due_ns(count))).toEqual([1e9, 1e9, Number.POSITIVE_INFINITY]);
    expect(closed.pause_ns(3e9, 0)).toBe(7);
  });

  it('open: counted from the start, so that no error adds up', () => {
    const open = pacer({ kind: 'open', rate_per_s: 3, arrivals: 'constant' });
    expect([0, 1, 2, 3].map((count) => open.due_ns(count))).toEqual([1e9, 1333333333, 1666666667, 2e9]);
    expect(open.pause_ns(3e9, 0)).toBe(Number.POSITIVE_INFINITY);
  });

  it('probe: at its own times, or at once where the last one took longer', () => {
    const probe = pacer({ kind: 'probe', port: 4000, every_ns: 1e9 });
    expect([0, 1].map((count) => probe.due_ns(count))).toEqual([1e9, Number.POSITIVE_INFINITY]);
    expect(probe.pause_ns(1.25e9, 0)).toBe(0.75e9);
    expect(probe.pause_ns(4e9, 0)).toBe(0);
    expect(probe.pause_ns(4.5e9, 0)).toBe(0.5e9);
  });
});

it('no two kinds share a key', () => {
  const keys = LOAD_KINDS.flatMap(({ fields }) => Object.keys(fields));
  expect(keys).toEqual(Object.keys(LOAD_FIELDS));
});
