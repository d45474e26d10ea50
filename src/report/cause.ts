/** Why requests became slow or failed, in a few sentences, from the saved result alone. */
import type { Finding } from '../causes/cause.ts';
import { findCauses } from '../causes/causes.ts';
import type { Remedy } from '../causes/remedies/remedy.ts';
import type { Result } from '../measure/result.ts';
import { count } from './numbers.ts';

/** Null when nothing failed and nothing was dropped. */
export function causeOf(result: Result): string | null {
  const [first, ...others] = troubles(result);
  if (first === undefined) return unexplained(result);
  const besides = others.map(({ cause }) => cause.title);
  return [told(first), ...(besides.length === 0 ? [] : [`Besides: ${besides.join('; ')}.`])].join(' ');
}

/** The cliff's sentences say what happens, with figures; the other causes' evidence is their story's beginning. */
export function told({ cause, text }: Finding): string {
  return cause.name === 'port-reuse' ? text : `${text} ${cause.story}`;
}

/** What the main cause's remedies are; empty when there is nothing to explain. */
export function remediesOf(result: Result): readonly Remedy[] {
  return troubles(result)[0]?.cause.remedies ?? [];
}

/** Where the main cause shows on a real node: a command, and what it shows. */
export function visibleOf(result: Result): readonly (readonly [command: string, shows: string])[] {
  return troubles(result)[0]?.cause.visible ?? [];
}

/** Requests that failed without a cause that is known. */
export function unexplained({ totals, errors }: Result): string | null {
  if (totals.failed === 0) return null;
  const names = Object.entries(errors).map(([name, times]) => `${name} ${count(times)} times`);
  return `${count(totals.failed)} requests failed: ${names.join(', ') || 'the client gave up'}.`;
}

function troubles(result: Result): readonly Finding[] {
  return findCauses(result).filter(({ concerned }) => concerned > 0);
}
