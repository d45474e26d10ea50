/**
 * Reading result.json again, as written by this version or an earlier one. A change of the form gets the next
 * number in measure/result.ts and a step here that brings the form before it up to it.
 */
import { RESULT_SCHEMA, type Result } from '../measure/result.ts';
import { checkResult } from './result_schema.ts';
import { fromForm1 } from './saved_form_1.ts';

type Plain = Readonly<Record<string, unknown>>;

/** From the form of that number to the next one. */
const UPGRADES: Readonly<Record<number, (old: Plain) => Plain>> = { 1: fromForm1 };

export type SavedResult =
  | { readonly result: Result; readonly trouble: null }
  | { readonly result: null; readonly trouble: string };

/** The text of a result.json as a result, or why it is none. Never throws for anything a text can hold. */
export function readResult(text: string): SavedResult {
  // A key that means something to JavaScript; no result has one.
  if (/"__proto__"\s*:/u.test(text)) return { result: null, trouble: 'it has a key __proto__' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { result: null, trouble: `it is not JSON (${(error as Error).message})` };
  }
  const number = isPlain(value) ? value.schema : undefined;
  if (!isPlain(value) || typeof number !== 'number' || !Number.isInteger(number) || number < 1) {
    return { result: null, trouble: 'it is not a result of ipvsim' };
  }
  if (number > RESULT_SCHEMA) {
    const trouble = `a later version of ipvsim wrote it (form ${number}, this one knows up to ${RESULT_SCHEMA})`;
    return { result: null, trouble };
  }
  let upgraded: Plain = value;
  for (let step = number; step < RESULT_SCHEMA; step++)
    upgraded = { ...UPGRADES[step]!(upgraded), schema: step + 1 };
  const checked = checkResult(upgraded);
  return 'trouble' in checked
    ? { result: null, trouble: `it is a damaged result: ${checked.trouble}` }
    : { result: checked, trouble: null };
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
