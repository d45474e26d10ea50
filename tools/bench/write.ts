/** Writes results/bench.json, with no more digits than mean something. */
import { writeFileSync } from 'node:fs';

export function write(report: object): void {
  const rounded = (_key: string, value: unknown) =>
    typeof value === 'number' && !Number.isSafeInteger(value) ? Number(value.toPrecision(4)) : value;
  const file = new URL('../../results/bench.json', import.meta.url);
  writeFileSync(file, `${JSON.stringify(report, rounded, 2)}\n`);
}
