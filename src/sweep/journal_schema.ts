/**
 * What a line of a journal must be. A checksum says that the line is as it was written, not who wrote it: a journal is
 * input like any other file.
 */
import * as z from 'zod';
import { MOST_RUNS } from './grid.ts';
import { MOST_SHARDS } from './shard.ts';

const LARGEST = Number.MAX_SAFE_INTEGER;
const text = () => z.string().max(100_000);
const whole = (least: number, most: number) => z.number().int().min(least).max(most);
const count = () => z.number().min(0).max(LARGEST);

const shard = z
  .strictObject({ index: whole(1, MOST_SHARDS), count: whole(1, MOST_SHARDS) })
  .refine(({ index, count: of }) => index <= of, 'is beyond the number of shards');

const dimension = z.strictObject({ key: text(), values: z.array(text()).min(1).max(MOST_RUNS) });

export const headSchema = z.looseObject({
  ipvsim: text(),
  scenario: text(),
  scenarioHash: text(),
  seed: text(),
  seeds: whole(1, MOST_RUNS),
  dimensions: z.array(dimension).max(100),
  shard: shard.nullable(),
});

export const recordSchema = z.looseObject({
  key: text(),
  values: z.array(text()).max(100),
  repetition: whole(0, MOST_RUNS),
  seed: text(),
  scenarioHash: text(),
  metrics: z.record(z.string(), z.number().min(-LARGEST).max(LARGEST).nullable()),
  drops: z.record(z.string(), count()),
  errors: z.record(z.string(), count()),
});

/** What is wrong with a value, or null. */
export function wrongIn(schema: z.ZodType, value: unknown): string | null {
  const checked = schema.safeParse(value);
  if (checked.success) return null;
  const [issue] = checked.error.issues;
  return `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'not as it should be'}`;
}
