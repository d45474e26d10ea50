/** Scenario keys as topics: a walk through the published JSON Schema, whose descriptions they share. */
import type { Topic } from './topic.ts';

/** As much of JSON Schema as the scenario's uses. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

/** Described elsewhere: kernel settings have topics of their own, and real servers and services are described once. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  sysctl: 'the full names of kernel settings',
  'events.sysctl': 'the full names of kernel settings',
  'events.add': 'those of service.realServers',
  services: 'those of service',
};

export function keyTopics(schema: JsonSchema): readonly Topic[] {
  const topics = new Map<string, Topic>();
  const visit = (node: JsonSchema, path: string): void => {
    for (const part of parts(node, schema)) {
      for (const [key, child] of Object.entries(part.properties ?? {})) {
        const name = path === '' ? key : `${path}.${key}`;
        const needed = part.required?.includes(key) === true;
        if (!topics.has(name)) topics.set(name, keyTopic(name, child, needed, schema));
        if (!Object.hasOwn(ELSEWHERE, name)) visit(child, name);
      }
      if (part.items !== undefined) visit(part.items, path);
    }
  };
  visit(schema, '');
  return [...topics.values()];
}

export interface SettableKey {
  /** As `--set` takes it: dotted, the first item of a list as 0. */
  readonly key: string;
  /** The values it may have, where those are few; else empty. */
  readonly choices: readonly string[];
}

/** The keys that have a value of their own: those without keys below them, for the shell's completion. */
export function settableKeys(schema: JsonSchema): readonly SettableKey[] {
  const found = new Map<string, SettableKey>();
  const visit = (node: JsonSchema, path: string): void => {
    const all = parts(node, schema);
    for (const { properties = {}, items } of all) {
      for (const [key, child] of Object.entries(properties)) {
        visit(child, path === '' ? key : `${path}.${key}`);
      }
      if (items !== undefined) visit(items, `${path}.0`);
    }
    const isPlain = all.some(
      (part) => part.type !== undefined && part.type !== 'object' && part.type !== 'array',
    );
    if (isPlain && !found.has(path)) found.set(path, { key: path, choices: all.flatMap(choicesOf) });
  };
  visit(schema, '');
  return [...found.values()];
}

function choicesOf({ enum: choices, type, minimum, maximum }: JsonSchema): string[] {
  if (choices !== undefined) return choices.map(String);
  if (type === 'boolean') return ['true', 'false'];
  if (minimum === undefined || maximum === undefined || maximum - minimum > 3) return [];
  if (type !== 'integer') return [];
  return Array.from({ length: maximum - minimum + 1 }, (_, index) => String(minimum + index));
}

/** A schema and whatever it is composed of, references followed. */
function parts(node: JsonSchema, root: JsonSchema): JsonSchema[] {
  const own = node.$ref === undefined ? node : { ...resolve(node.$ref, root), ...node, $ref: undefined };
  const branches = [...(own.anyOf ?? []), ...(own.oneOf ?? []), ...(own.allOf ?? [])];
  return [own as JsonSchema, ...branches.flatMap((branch) => parts(branch, root))];
}

function resolve(reference: string, root: JsonSchema): JsonSchema {
  const name = reference.slice(reference.lastIndexOf('/') + 1);
  return root.definitions?.[name] ?? root.$defs?.[name] ?? {};
}

function keyTopic(name: string, node: JsonSchema, needed: boolean, root: JsonSchema): Topic {
  const all = parts(node, root);
  const first = <K extends keyof JsonSchema>(key: K) => all.find((part) => part[key] !== undefined)?.[key];
  const facts: [string, string][] = [];
  const fallback = defaultText(first('default'));
  if (needed) facts.push(['Default', 'none: it must be there']);
  else if (fallback !== null) facts.push(['Default', fallback]);
  const choices = first('enum');
  if (choices !== undefined) facts.push(['Choices', choices.join(', ')]);
  const [minimum, maximum] = [first('minimum'), first('maximum')];
  if (minimum !== undefined && maximum !== undefined) facts.push(['Range', `${minimum} to ${maximum}`]);
  const examples = first('examples');
  if (examples !== undefined) facts.push(['Examples', examples.join(', ')]);
  const below = new Set(all.flatMap((part) => Object.keys(part.properties ?? part.items?.properties ?? {})));
  const keys = ELSEWHERE[name] ?? [...below].join(', ');
  if (keys !== '') facts.push(['Keys', keys]);
  return { name, kind: 'scenario key', meaning: first('description') ?? '', facts };
}

/** Empty text, lists and maps are what one expects of a key that is not there. */
function defaultText(value: unknown): string | null {
  if (value === undefined || value === '') return null;
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
