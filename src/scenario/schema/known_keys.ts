/** Which keys a map may have, found in the schema, and where else a misplaced key would belong. */
import type * as z from 'zod';
import { suggest } from '../text/suggest.ts';

type AnySchema = z.core.$ZodType;

/** Loosely, what zod keeps of a type; only the fields that are followed here. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, AnySchema>>;
  readonly element?: AnySchema;
  readonly innerType?: AnySchema;
  readonly in?: AnySchema;
  readonly options?: readonly AnySchema[];
  readonly valueType?: AnySchema;
}

/** Sees through defaults, options and transformations: the types that a value can have in the file. */
function plainTypes(schema: AnySchema): Definition[] {
  const definition = schema._zod.def as unknown as Definition;
  const inner = definition.innerType ?? (definition.type === 'pipe' ? definition.in : undefined);
  if (inner !== undefined) return plainTypes(inner);
  if (definition.options !== undefined) return definition.options.flatMap(plainTypes);
  return [definition];
}

function fieldsOf(definitions: readonly Definition[]): [string, AnySchema][] {
  return definitions.flatMap(({ shape }) => (shape === undefined ? [] : Object.entries(shape)));
}

/** The types at a path of keys and indexes; empty where the schema has nothing there. */
function typesAt(schema: AnySchema, path: readonly PropertyKey[]): Definition[] {
  let types = plainTypes(schema);
  for (const step of path) {
    types = types.flatMap((type): Definition[] => {
      if (type.shape !== undefined)
        return Object.hasOwn(type.shape, step) ? plainTypes(type.shape[String(step)]!) : [];
      const inner = type.element ?? type.valueType;
      return inner === undefined ? [] : plainTypes(inner);
    });
  }
  return types;
}

function keysAt(schema: AnySchema, path: readonly PropertyKey[]): string[] {
  return fieldsOf(typesAt(schema, path)).map(([key]) => key);
}

/** The key that a map at `path` is mostly about: the first that it must have; null where it may be empty. */
export function mainKey(schema: AnySchema, path: readonly PropertyKey[]): string | null {
  const main = fieldsOf(typesAt(schema, path)).find(([, field]) => field._zod.optin === undefined);
  return main?.[0] ?? null;
}

/** Whether the schema has something at a path of keys and indexes, below lists and maps with free keys too. */
export function isKnownKey(schema: AnySchema, path: readonly string[]): boolean {
  return typesAt(schema, path).length > 0;
}

/** What an unknown key in the map at `path` most likely means; null when nothing is near. */
export function suggestKey(schema: AnySchema, path: readonly PropertyKey[], key: string): string | null {
  const here = fieldsOf(typesAt(schema, path));
  const near = suggest(
    key,
    here.map(([name]) => name),
  );
  if (near !== null) return `did you mean ${near}?`;
  for (const [parent, field] of here) {
    const below = suggest(key, keysBelow(field));
    if (below !== null) return `${below} belongs under ${parent}`;
  }
  const up = path.findLastIndex((step) => typeof step === 'string');
  if (up < 0) return null;
  const above = suggest(key, keysAt(schema, path.slice(0, up)));
  if (above === null) return null;
  return up === 0 ? `${above} belongs at the top of the file` : `${above} belongs one level up`;
}

/** Keys of a map, or of the maps in a list. */
function keysBelow(schema: AnySchema): string[] {
  return plainTypes(schema).flatMap((type) => {
    const types = type.element === undefined ? [type] : plainTypes(type.element);
    return fieldsOf(types).map(([key]) => key);
  });
}
