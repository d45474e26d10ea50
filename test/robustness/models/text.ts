/** Words and values that have broken programs before: names of JavaScript's own, controls, commands, extremes. */
import fc from 'fast-check';

export const NASTY_TEXT = fc.constantFrom(
  'constructor',
  '__proto__',
  'toString',
  'length',
  'hasOwnProperty',
  '\u001b[2J\u001b]0;x\u0007',
  'a\n::error::x',
  '  ::set-output name=x::y',
  '##[error]x',
  '##vso[task.complete]',
  '\u202eevil',
  '<script>alert(1)</script>',
  '=1+1',
  '`code` | [link](http://x) @somebody',
  '"\'\\{}',
  '\u0000',
  '\ud800',
  'x'.repeat(5000),
  '1'.repeat(60),
  '',
  ' ',
  '漢字',
  '..',
  '-1',
  'NaN',
  'null',
);

export const NASTY_NUMBER = fc.constantFrom(
  0,
  -0,
  1,
  -1,
  0.5,
  1e-9,
  65535,
  65536,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e15,
  1e308,
  -1e308,
);

export const NASTY: fc.Arbitrary<unknown> = fc.oneof(
  NASTY_TEXT,
  NASTY_NUMBER,
  fc.constantFrom(null, true, false, [], {}, [[]], { length: { a: 1 } }, [null], { a: { b: [] } }),
);

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A value with some places changed: to something nasty, away, twice, or to what stands elsewhere in it. */
export function mutated(value: unknown): fc.Arbitrary<unknown> {
  const places = pathsOf(value as Json);
  const change = fc.record({ path: fc.constantFrom(...places), how: fc.nat(9), put: NASTY });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    let result = structuredClone(value) as Json;
    for (const { path, how, put } of changes) result = changed(result, path, how, put as Json);
    return result;
  });
}

function pathsOf(value: Json, path: string[] = [], found: string[][] = []): string[][] {
  if (found.length > 5000) return found;
  found.push(path);
  if (typeof value === 'object' && value !== null) {
    // Long lists are alike: a few of their items do.
    for (const key of Object.keys(value).slice(0, 40)) {
      pathsOf((value as Record<string, Json>)[key]!, [...path, key], found);
    }
  }
  return found;
}

function changed(root: Json, path: readonly string[], how: number, put: Json): Json {
  if (path.length === 0) return how === 9 ? structuredClone(put) : root;
  if (typeof root !== 'object' || root === null) return root;
  let parent = root as Record<string, Json>;
  for (const step of path.slice(0, -1)) {
    const next = parent[step];
    if (typeof next !== 'object' || next === null) return root;
    parent = next as Record<string, Json>;
  }
  const last = path.at(-1)!;
  if (how === 0) delete parent[last];
  else if (how === 1 && !Array.isArray(parent))
    Object.defineProperty(
      parent,
      typeof put === 'string' ? put.slice(0, 50) : 'more',
      own(parent[last] ?? null),
    );
  else if (how === 2 && Array.isArray(parent)) parent.push(...parent.slice(0, 100));
  else parent[last] = structuredClone(put);
  return root;
}

function own(value: Json): PropertyDescriptor {
  return { value, enumerable: true, configurable: true, writable: true };
}
