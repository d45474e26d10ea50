/**
 * Objects of Kubernetes as kubectl prints them: YAML with several documents, a list of items, or JSON. Each is read by
 * itself, so that one that is damaged or large hurts no other, and only the kinds that matter here are read at all.
 */
import { plainValue, readYaml } from '../scenario/text/yaml_tree.ts';

export interface KubernetesObject {
  readonly kind: string;
  /** Line on which it begins, from 1. */
  readonly line: number;
  readonly value: unknown;
}

export interface KubernetesObjects {
  readonly objects: readonly KubernetesObject[];
  readonly ignored: readonly string[];
}

const KINDS: ReadonlySet<string> = new Set([
  'Service',
  'EndpointSlice',
  'Endpoints',
  'Pod',
  'Node',
  'ConfigMap',
  'DaemonSet',
  'KubeProxyConfiguration',
]);
const LISTS = /^(?:List|\w+List)$/u;
/** Nothing that a cluster has in one object comes near. */
const LONGEST_OBJECT = 1_000_000;
const MOST_OBJECTS = 20_000;

export function isKubernetes(text: string): boolean {
  const start = text.slice(0, 20_000);
  return (
    /^(?:- )?(?:apiVersion|kind): ?\S/mu.test(start) ||
    (/^\s*[{[]/u.test(start) && /"(?:apiVersion|kind)":\s*"/u.test(start))
  );
}

export function readObjects(text: string): KubernetesObjects {
  const ignored: string[] = [];
  const objects = /^\s*[{[]/u.test(text) ? fromJson(text, ignored) : fromYaml(text, ignored);
  return { objects: objects.slice(0, MOST_OBJECTS), ignored };
}

function fromJson(text: string, ignored: string[]): KubernetesObject[] {
  const line = text.slice(0, text.search(/\S/u)).split('\n').length;
  try {
    return unpacked({ kind: '', line, value: JSON.parse(text) });
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    ignored.push(`line ${line}: no JSON: cut off, or something stands before or behind it`);
    return [];
  }
}

/** A list is its items. */
function unpacked(object: KubernetesObject): KubernetesObject[] {
  const { line, value } = object;
  if (Array.isArray(value)) return value.flatMap((item) => unpacked({ kind: '', line, value: item }));
  const kind = textAt(value, 'kind') ?? '';
  if (LISTS.test(kind)) return unpacked({ kind, line, value: listAt(value, 'items') });
  return KINDS.has(kind) ? [{ kind, line, value }] : [];
}

interface Chunk {
  readonly line: number;
  readonly lines: string[];
}

/** Where endpoints are there, of the pods only kube-proxy's matters, and those that take their time to end. */
const ENDPOINTS = /^ {0,2}kind: (?:EndpointSlice|Endpoints)\s*$/mu;
const TELLING_POD = /kube-proxy|terminationGracePeriodSeconds: (?!30\b)/u;

function fromYaml(text: string, ignored: string[]): KubernetesObject[] {
  const hasEndpoints = ENDPOINTS.test(text);
  return chunksOf(text).flatMap(({ line, lines }) => {
    const own = lines.join('\n');
    const kind = /^kind: *"?(\w+)"?\s*$/mu.exec(own)?.[1] ?? '';
    if (!KINDS.has(kind) && !LISTS.test(kind)) return [];
    if (kind === 'Pod' && hasEndpoints && !TELLING_POD.test(own)) return [];
    if (own.length > LONGEST_OBJECT) {
      ignored.push(`line ${line}: ${kind}: longer than ${LONGEST_OBJECT} characters`);
      return [];
    }
    const { root, faults, lines: places } = readYaml(own);
    if (root !== null) return unpacked({ kind, line, value: plainValue(root) });
    const [fault] = faults;
    const at = line + (fault === undefined ? 0 : places.linePos(fault.start).line - 1);
    ignored.push(`line ${at}: ${kind}: ${fault?.message ?? 'empty'}`);
    return [];
  });
}

/**
 * Documents, and of kubectl's lists the items, which begin in the first column there; so do the endpoints and ports of
 * a slice that kubectl prints alone, and those belong to it.
 */
function chunksOf(text: string): Chunk[] {
  const chunks: Chunk[] = [];
  let chunk: Chunk | null = null;
  let isItem = false;
  let key: string | null = null;
  text.split(/\r?\n/u).forEach((raw, index) => {
    if (/^---(?:\s|$)/u.test(raw)) {
      chunk = null;
      isItem = false;
      key = null;
      return;
    }
    key = /^"?([A-Za-z]\w*)"?:/u.exec(raw)?.[1] ?? key;
    const begins = /^- (?=\S)/u.test(raw) && (key === null || key === 'items');
    // Behind the items a list has a kind and metadata of its own.
    const ends = isItem && /^[a-z]/u.test(raw);
    if (chunk === null || begins || ends) {
      isItem = begins;
      chunk = { line: index + 1, lines: [] };
      chunks.push(chunk);
    }
    chunk.lines.push(isItem ? raw.slice(2) : raw);
  });
  return chunks;
}

/** What stands at that path; undefined where it leads nowhere. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (at === null || typeof at !== 'object' || Array.isArray(at) || !Object.hasOwn(at, key))
      return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
}

export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = Number(textAt(value, ...path));
  return Number.isSafeInteger(found) ? found : undefined;
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function textsAt(value: unknown, ...path: readonly string[]): readonly string[] {
  return listAt(value, ...path).filter((each): each is string => typeof each === 'string');
}

/** Labels, annotations, selectors: text by name. */
export function mapAt(value: unknown, ...path: readonly string[]): ReadonlyMap<string, string> {
  const found = valueAt(value, ...path);
  if (found === null || typeof found !== 'object' || Array.isArray(found)) return new Map();
  return new Map(Object.entries(found).map(([key, each]) => [key, String(each)]));
}
