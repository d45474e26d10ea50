/**
 * What comes of reading one value of a scenario file: the value in the model's units, or what the value
 * must be instead. The message completes a sentence that begins with the key ("duration must be ...").
 */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly message: string;
      readonly hint: string | null;
      /** The part of the text that is meant; absent where it is the whole. */
      readonly part?: Part;
    };

/** A stretch of a text, in UTF-16 units. */
export interface Part {
  readonly offset: number;
  readonly length: number;
}

/** Reads a value as YAML gave it: text, number, boolean, null, list or map. */
export type Reader<T> = (raw: unknown) => Reading<T>;

export function accept<T>(value: T): Reading<T> {
  return { ok: true, value };
}

export function reject(message: string, hint: string | null = null, part?: Part): Reading<never> {
  return part === undefined ? { ok: false, message, hint } : { ok: false, message, hint, part };
}

/** The value of a text that has been checked before: a failure is a mistake of the caller. */
export function expectReading<T>(reading: Reading<T>, text: string): T {
  if (!reading.ok) throw new RangeError(`${JSON.stringify(text)} ${reading.message}`);
  return reading.value;
}
