/** The name of a scenario is FNV-1a of 64 bits, here written out as its definition says. */
import { expect, test } from 'vitest';
import { scenarioHash } from '../../src/measure/scenario_hash.ts';
import { scenarioOf } from '../network/a_scenario.ts';

function fnv1a(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) % 2n ** 64n;
  }
  return hash.toString(16).padStart(16, '0');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
}

test.each(['one', 'größer', 'drei 三', '0'])('of a scenario with the title "%s"', (title) => {
  const scenario = scenarioOf(`
title: ${JSON.stringify(title)}
service: { address: "10.96.0.1:80", realServers: [{ address: "10.1.1.1:80" }] }
clients: [{ rate: 10/s }]
`);
  expect(scenarioHash(scenario)).toBe(fnv1a(JSON.stringify(sorted(scenario))).slice(0, 12));
});
