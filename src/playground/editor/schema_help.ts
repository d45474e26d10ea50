/** What the scenario's schema says of a place in a file: the keys that may stand there, the values, and what they mean. */
import schemaText from '../../../schema/scenario.schema.json?raw';
import type { Path } from './map_around.ts';

/** The parts of JSON Schema that the published schema uses. */
export interface Schema {
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

const SCHEMA = JSON.parse(schemaText) as Schema;

/** Every shape that a value may have there; empty where the schema has nothing. */
export function shapesAt(path: Path): readonly Schema[] {
  let shapes = shapesOf(SCHEMA);
  for (const step of path) shapes = shapes.flatMap((shape) => below(shape, step)).flatMap(shapesOf);
  return shapes;
}

export function keysAt(path: Path): readonly (readonly [key: string, meaning: Schema])[] {
  return shapesAt(path).flatMap(({ properties }) => Object.entries(properties ?? {}));
}

export function valuesAt(path: Path): readonly string[] {
  return shapesAt(path).flatMap(({ enum: values, type, examples }) =>
    (values ?? (type === 'boolean' ? [true, false] : (examples ?? []))).map(String),
  );
}

/** The key itself, before its shapes are looked at: the sentence stands there. */
export function meaningOf(path: Path): Schema | null {
  const key = path.at(-1);
  return keysAt(path.slice(0, -1)).find(([name]) => name === key)?.[1] ?? null;
}

export function sentenceOf({ description, default: usual }: Schema): string {
  const text = description ?? '';
  return usual === undefined || text.includes('efault') || typeof usual === 'object' || usual === ''
    ? text
    : `${text} Default: ${String(usual)}.`;
}

function shapesOf(schema: Schema): readonly Schema[] {
  const own = schema.properties !== undefined || schema.anyOf === undefined ? [schema] : [];
  return [...own, ...(schema.anyOf ?? []).flatMap(shapesOf)];
}

function below({ properties, additionalProperties, items }: Schema, step: string): readonly Schema[] {
  const named = properties?.[step];
  if (named !== undefined) return [named];
  if (items !== undefined && /^\d+$/u.test(step)) return [items];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}
