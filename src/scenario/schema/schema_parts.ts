/**
 * What schema.ts is built of: a zod type for every reader of this stage. The reader brings its own message;
 * `shape` is what the JSON Schema says of the same value, for editors.
 */
import * as z from 'zod';
import type { Distribution } from '../distribution.ts';
import { oneOf, readBoolean, wholeBetween } from '../plain_values.ts';
import { accept, type Reader, reject } from '../reading.ts';
import { DURATION_PATTERN, durationBetween } from '../units.ts';
import { LIMITS } from './limits.ts';

/** Travels in the `params` of a zod issue to issue.ts. */
export interface ReadingParams {
  readonly hint: string | null;
  readonly part?: { readonly offset: number; readonly length: number };
}

export function reads<T>(reader: Reader<T>, shape: Readonly<Record<string, unknown>>): z.ZodType<T, unknown> {
  return z
    .unknown()
    .meta(shape)
    .transform((raw, context): T => {
      const reading = reader(raw);
      if (reading.ok) return reading.value;
      const params: ReadingParams =
        reading.part === undefined ? { hint: reading.hint } : { hint: reading.hint, part: reading.part };
      context.addIssue({ code: 'custom', message: reading.message, params: { ...params } });
      return z.NEVER;
    });
}

export function whole(least: number, most: number): z.ZodType<number, unknown> {
  return reads(wholeBetween(least, most), { type: 'integer', minimum: least, maximum: most });
}

export function duration(least: string, most: string): z.ZodType<number, unknown> {
  return reads(durationBetween(least, most), { type: 'string', pattern: DURATION_PATTERN });
}

export function truth(): z.ZodType<boolean, unknown> {
  return reads(readBoolean, { type: 'boolean' });
}

/**
 * A list with limits. Not zod's own `min` and `max`: those look at the length of anything that has one, and a map
 * may have a key of that name (`clients: {length: {a: 1}}`).
 */
export function listOf<T extends z.ZodType>(element: T, least: number, most: number) {
  return z
    .array(element)
    .meta(least === 0 ? { maxItems: most } : { minItems: least, maxItems: most })
    .superRefine((list, context) => {
      const { length } = list;
      if (length < least)
        context.addIssue({
          code: 'too_small',
          origin: 'array',
          minimum: least,
          inclusive: true,
          input: list,
        });
      if (length > most)
        context.addIssue({ code: 'too_big', origin: 'array', maximum: most, inclusive: true, input: list });
    });
}

/** Text on one line; `type` is what an editor may accept for it. */
export function line(
  longest: number,
  type: string | readonly string[] = 'string',
): z.ZodType<string, unknown> {
  const wanted = `must be text of 1 to ${longest} characters on one line`;
  return reads(
    (raw) =>
      typeof raw === 'string' && raw.length >= 1 && raw.length <= longest && !/[\r\n]/.test(raw)
        ? accept(raw)
        : reject(wanted),
    { type, minLength: 1, maxLength: longest },
  );
}

export function paragraphs(longest: number): z.ZodType<string, unknown> {
  return reads(
    (raw) =>
      typeof raw === 'string' && raw.length <= longest
        ? accept(raw)
        : reject(`must be text of at most ${longest} characters`),
    { type: 'string', maxLength: longest },
  );
}

/** A name that can also be a file's or a folder's. */
const NAME = /^[A-Za-z0-9][-._A-Za-z0-9]{0,79}$/;

export function identifier(): z.ZodType<string, unknown> {
  return reads(
    (raw) =>
      typeof raw === 'string' && NAME.test(raw)
        ? accept(raw)
        : reject('must be a name of letters, digits, "-", "_" and ".", at most 80 of them'),
    { type: 'string', pattern: NAME.source },
  );
}

export function choice<const Choice extends string>(choices: readonly Choice[]): z.ZodType<Choice, unknown> {
  return reads(oneOf(choices), { type: 'string', enum: choices });
}

/** A duration, always the same or random. */
export function distribution(): z.ZodType<Distribution, unknown> {
  return z.union([
    duration('0s', '1h').transform((value_ns): Distribution => ({ kind: 'constant', value_ns })),
    z
      .strictObject({
        exponential: duration('0s', '1h').optional().describe('Mean of an exponential distribution.'),
        empirical: listOf(duration('0s', '1h'), 1, LIMITS.empiricalValues)
          .optional()
          .describe('Measured values, drawn with equal probability.'),
      })
      .transform(({ exponential, empirical }, context): Distribution => {
        if (exponential !== undefined && empirical === undefined) {
          return { kind: 'exponential', mean_ns: exponential };
        }
        if (exponential === undefined && empirical !== undefined) {
          return { kind: 'empirical', values_ns: empirical };
        }
        context.addIssue({ code: 'custom', message: 'must have either exponential or empirical' });
        return z.NEVER;
      }),
  ]);
}
