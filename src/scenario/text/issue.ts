/** What zod finds wrong, as drafts of problems in our words. */
import { stringify } from 'yaml';
import type * as z from 'zod';
import { type Draft, keyText, type Path } from '../draft.ts';
import { mainKey, suggestKey } from '../schema/known_keys.ts';
import { scenarioSchema } from '../schema/schema.ts';
import type { ReadingParams } from '../schema/schema_parts.ts';
import { fullKey } from '../setting_key.ts';
import { SYSCTLS } from '../sysctl.ts';
import { sysctlElsewhere } from '../sysctl_elsewhere.ts';
import type { ProblemCode } from './problem.ts';
import { suggest } from './suggest.ts';

type Issue = z.core.$ZodIssue;

const MOST_UNKNOWN = 100;

const SYSCTL_NAMES = SYSCTLS.map(({ name }) => name);

/** Drafts for the issues of a whole file, or of the section at `base`; `raw` is the whole file's value. */
export function draftsOf(issues: readonly Issue[], raw: unknown, base: Path = []): Draft[] {
  return issues.flatMap((issue) => draftsOfIssue(issue, raw, base));
}

function draftsOfIssue(issue: Issue, raw: unknown, base: Path): Draft[] {
  const path: Path = [...base, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
  const value = valueAt(raw, path);
  // A file of another kind has thousands of them; guessing at each would take longer than it helps.
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MOST_UNKNOWN).map((key) => unknownKey(path, key));
  }
  if (value === undefined) {
    return [{ code: 'E_MISSING', path, onKey: true, message: `${keyText(path)} is missing`, hint: null }];
  }
  if (value === null) {
    const hint = issue.code === 'invalid_type' ? 'leave the key out where there is nothing to say' : null;
    return [{ code: 'E_VALUE', path, onKey: true, message: `${keyText(path)} has no value`, hint }];
  }
  if (issue.code === 'invalid_union') return draftsOf(closestBranch(issue.errors, value), raw, path);
  const { message, hint, part } = wordsOf(issue, value, path);
  // A marked part says more than the whole value would.
  const full = `${keyText(path)} ${message}${part === undefined ? got(value) : ''}`;
  const drawn: Draft = { code: codeOf(path), path, onKey: false, message: full, hint };
  return [part === undefined ? drawn : { ...drawn, part }];
}

function codeOf(path: Path): ProblemCode {
  if (path[0] === 'expect') return 'E_EXPECT';
  return path.at(-1) === 'kernel' ? 'E_KERNEL' : 'E_VALUE';
}

function unknownKey(path: Path, key: string): Draft {
  const at = [...path, key];
  const unknown: Draft = {
    code: 'E_UNKNOWN_KEY',
    path: at,
    onKey: true,
    message: `unknown key  ${key}`,
    hint: null,
  };
  if (path.at(-1) === 'sysctl') {
    const elsewhere = sysctlElsewhere(key);
    if (elsewhere !== null) {
      return { ...unknown, code: 'E_KERNEL', message: `${key} ${elsewhere.message}`, hint: elsewhere.hint };
    }
    const near = suggest(key, SYSCTL_NAMES);
    const hint =
      near === null ? 'ipvsim explain lists the settings' : `did you mean ${near}?\nipvsim explain ${near}`;
    return { ...unknown, hint };
  }
  const full = fullKey(key);
  if (full !== key) return { ...unknown, hint: `${full.replace(/^sysctl\./, '')} belongs under sysctl` };
  return { ...unknown, hint: suggestKey(scenarioSchema, path, key) };
}

/** Of the shapes a value may have, the one it was meant to have: its complaints are the useful ones. */
function closestBranch(branches: readonly (readonly Issue[])[], value: unknown): readonly Issue[] {
  const isCollection = typeof value === 'object';
  const collections = branches.filter((issues) => !issues.some(rejectsKind));
  const [branch = []] = isCollection && collections.length > 0 ? collections : branches;
  // "Either this or that is needed" says nothing new beside a misspelt this.
  const misspelt = branch.some(({ code }) => code === 'unrecognized_keys');
  return misspelt ? branch.filter(({ code }) => code !== 'custom') : branch;
}

/** Whether the value as a whole is of the wrong kind, so that nothing inside it was looked at. */
function rejectsKind(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  return issue.code === 'invalid_type' || (issue.code === 'custom' && issue.params !== undefined);
}

type Words = { readonly message: string } & ReadingParams;

function wordsOf(issue: Issue, value: unknown, path: Path): Words {
  switch (issue.code) {
    case 'custom': {
      const params = (issue.params ?? { hint: null }) as unknown as ReadingParams;
      return { ...params, message: issue.message };
    }
    case 'invalid_type': {
      if (issue.expected === 'array') return { message: 'must be a list', hint: listHint(value) };
      return { message: 'must be a map of keys and values', hint: mapHint(path, value) };
    }
    case 'too_small':
      return { message: `must have at least ${issue.minimum} item`, hint: null };
    case 'too_big':
      return { message: `must have at most ${issue.maximum} items`, hint: null };
    default:
      return { message: 'is not possible here', hint: null };
  }
}

/** A name or an address alone is mostly the value of the one key that has to be there. */
function mapHint(path: Path, value: unknown): string | null {
  const key = typeof value === 'object' ? null : mainKey(scenarioSchema, path);
  return key === null ? null : `write {${key}: ${stringify(value).trim()}}`;
}

function listHint(value: unknown): string {
  return typeof value === 'object' ? 'begin the item with "- "' : 'write it as an item: - ...';
}

const LONGEST_SHOWN = 40;

/** ` (got "60sec")`, as YAML writes it and cut where long; nothing for lists and maps, which the snippet shows. */
function got(value: unknown): string {
  if (typeof value === 'object') return '';
  const shown = typeof value === 'number' ? stringify(value).trimEnd() : JSON.stringify(value);
  return ` (got ${shown.length > LONGEST_SHOWN ? `${shown.slice(0, LONGEST_SHOWN)}…` : shown})`;
}

function valueAt(raw: unknown, path: Path): unknown {
  let value = raw;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
