/**
 * Values without a unit: whole numbers, numbers, truth values and choices among words. What YAML 1.2 reads
 * otherwise than people expect (`yes`, `1_000`) is named and put right in the hint.
 */
import { accept, type Reader, type Reading, reject } from './reading.ts';
import { suggest } from './text/suggest.ts';

/** A whole number between two limits, both included. */
export function wholeBetween(least: number, most: number): Reader<number> {
  const wanted =
    least === 0 && most === 1 ? 'must be 0 or 1' : `must be a whole number from ${least} to ${most}`;
  return (raw) => {
    if (typeof raw === 'number' && Number.isInteger(raw) && raw >= least && raw <= most) return accept(raw);
    return reject(wanted, numberMeant(raw, least, most));
  };
}

function numberMeant(raw: unknown, least: number, most: number): string | null {
  if (typeof raw === 'boolean' && least === 0 && most === 1) return `did you mean ${raw ? 1 : 0}?`;
  if (typeof raw !== 'string' || !/^-?\d[\d_,]*$/.test(raw)) return null;
  const plain = Number(raw.replace(/[_,]/g, ''));
  if (plain < least || plain > most) return null;
  return raw === String(plain)
    ? `write ${plain} without quotes`
    : `YAML reads ${raw} as text; write ${plain}`;
}

/** A number, whole or not, between two limits, both included. */
export function numberBetween(least: number, most: number): Reader<number> {
  return (raw) =>
    typeof raw === 'number' && raw >= least && raw <= most
      ? accept(raw)
      : reject(`must be a number from ${least} to ${most}`);
}

/** Words that YAML 1.1 took for truth values and YAML 1.2 takes for text. */
const FORMER_TRUTHS: Readonly<Record<string, boolean>> = {
  yes: true,
  on: true,
  y: true,
  no: false,
  off: false,
  n: false,
};

export const readBoolean: Reader<boolean> = (raw) => {
  if (typeof raw === 'boolean') return accept(raw);
  const wanted = 'must be true or false';
  if (raw === 0 || raw === 1) return reject(wanted, `did you mean ${raw === 1}?`);
  if (typeof raw !== 'string') return reject(wanted);
  const word = raw.toLowerCase();
  if (word === 'true' || word === 'false') return reject(wanted, `write ${word} without quotes`);
  const meant = Object.hasOwn(FORMER_TRUTHS, word) ? FORMER_TRUTHS[word] : undefined;
  return reject(wanted, meant === undefined ? null : `YAML reads ${raw} as text; write ${meant}`);
};

/** One of a few words. */
export function oneOf<const Choice extends string | number>(choices: readonly Choice[]): Reader<Choice> {
  return (raw): Reading<Choice> => {
    const found = choices.find((choice) => choice === raw);
    if (found !== undefined) return accept(found);
    const near = typeof raw === 'string' ? suggest(raw, choices.map(String)) : null;
    const last = choices.at(-1);
    const wanted = `must be ${choices.slice(0, -1).join(', ')} or ${last}`;
    return reject(wanted, near === null ? null : `did you mean ${near}?`);
  };
}
