/**
 * Results as JSON text: the same result gives the same bytes, whatever order its keys were made in. Lists of
 * numbers stand on one line, so that a difference between two files is a readable one.
 */
import type { Result } from '../../measure/result.ts';
import { harmlessJson } from '../../text/escape.ts';
import { columnNames } from '../series.ts';

const TOP_LEVEL: readonly (keyof Result)[] = [
  'schema',
  'ipvsim',
  'scenarioHash',
  'interrupted',
  'scenario',
  'end_s',
  'totals',
  'times_ms',
  'cliff',
  'refusals',
  'expectations',
  'drops',
  'errors',
  'realServers',
  'nodes',
  'connect_ms_histogram',
  'request_connect_ms_histogram',
  'total_ms_histogram',
  'series',
];

/** The text of result.json. Throws when a number is not finite: that is a bug, and `null` would hide it. */
export function renderJson(result: Result): string {
  const series = Object.fromEntries(
    columnNames(result).flatMap((name) =>
      Object.hasOwn(result.series, name) ? [[name, result.series[name]]] : [],
    ),
  );
  const sorted = { ...result, series, drops: sortKeys(result.drops), errors: sortKeys(result.errors) };
  const known = TOP_LEVEL.filter((key) => Object.hasOwn(sorted, key));
  const other = Object.keys(sorted).filter((key) => !(known as readonly string[]).includes(key));
  const ordered = [...known, ...other].map((key) => [key, (sorted as Record<string, unknown>)[key]] as const);
  return `${harmlessJson(write(Object.fromEntries(ordered), '', 'result'))}\n`;
}

function sortKeys<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  const entries = Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}

function write(value: unknown, indent: string, path: string): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${path} is ${value}`);
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    // Columns of series are most of a large result.
    if (value.every((item) => item === null || Number.isFinite(item)))
      return `[${value.map(String).join(', ')}]`;
    const items = value.map((item, index) => write(item, inner, `${path}[${index}]`));
    if (value.every((item) => item === null || typeof item !== 'object')) return `[${items.join(', ')}]`;
    return `[\n${inner}${items.join(`,\n${inner}`)}\n${indent}]`;
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (entries.length === 0) return '{}';
  const items = entries.map(
    ([key, item]) => `${JSON.stringify(key)}: ${write(item, inner, `${path}.${key}`)}`,
  );
  return `{\n${inner}${items.join(`,\n${inner}`)}\n${indent}}`;
}
