/** In which keys effective scenarios differ: what a comparison of their results is about. */
import type { Scenario } from '../../scenario/scenario.ts';
import { duration } from '../numbers.ts';

export interface Differences {
  readonly rows: readonly { readonly key: string; readonly values: readonly string[] }[];
  /** Differing keys that are not listed. */
  readonly more: number;
}

const MOST_ROWS = 30;

/** What says nothing about what was simulated. */
const SAYS_NOTHING = /^(name|title|description|sysctlOrigin|expect)(\.|$)/;

export function differences(scenarios: readonly Scenario[]): Differences {
  const leaves = scenarios.map((scenario) => new Map(leavesOf(scenario, '')));
  const keys = [...new Set(leaves.flatMap((one) => [...one.keys()]))].filter(
    (key) => !SAYS_NOTHING.test(key),
  );
  const differing = keys
    .map((key) => ({ key, values: leaves.map((one) => one.get(key) ?? '–') }))
    .filter(({ values }) => new Set(values).size > 1);
  const rows = differing
    .slice(0, MOST_ROWS)
    .map(({ key, values }) => ({ key: key.replace(/_ns$/, ''), values }));
  return { rows, more: differing.length - rows.length };
}

function leavesOf(value: unknown, path: string): (readonly [string, string])[] {
  if (value === null || typeof value !== 'object') return [[path, text(path, value)]];
  // Addresses and ports are one thing; lists of services and clients are not.
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object'))
    return [[path, value.join(', ')]];
  return Object.entries(value).flatMap(([key, child]) =>
    leavesOf(child, path === '' ? key : `${path}.${key}`),
  );
}

function text(path: string, value: unknown): string {
  return path.endsWith('_ns') && typeof value === 'number' ? duration(value) : String(value);
}
