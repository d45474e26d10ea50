/**
 * YAML text as a tree in which every value knows its place. The tree is what --set changes, what schema.ts
 * checks (as plain values) and where a problem finds its line. Nothing a text says makes it grow without
 * bound: depth and size have limits, aliases are counted as they multiply.
 */
import {
  Alias,
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type YAMLError,
} from 'yaml';
import { TEXT_KEYS } from '../schema/schema.ts';
import { describeSyntaxError, type Fault } from './yaml_error.ts';
import { partsOf } from './yaml_parts.ts';

export interface Located {
  value: string | number | boolean | null | Located[] | Map<string, Located>;
  /** The text of a plain or quoted scalar, as it stands in the file. */
  readonly source: string | null;
  readonly start: number;
  readonly end: number;
  /** Place of the key; the value's own place where it has none. */
  readonly keyStart: number;
  readonly keyEnd: number;
  /** `--set KEY=VALUE` where the value comes from the command line. */
  readonly origin: string | null;
}

export interface YamlTree {
  /** Null where the text has faults that leave nothing to check. */
  readonly root: Located | null;
  readonly faults: readonly Fault[];
  readonly lines: LineCounter;
}

/** Faults that leave a tree worth checking; after others a part of it is missing. */
const HARMLESS: ReadonlySet<string> = new Set(['E_DUPLICATE_KEY', 'E_UNKNOWN_KEY']);

const DEEPEST = 32;
const MOST_VALUES = 1_000_000;
/** Values that aliases stand for: few lines of them can stand for any number. */
const MOST_COPIED = 100_000;
const MOST_FAULTS = 100;
/** Brackets that are open at one place, quoted ones included: where the library would run out of stack. */
const MOST_BRACKETS = 1000;

export function readYaml(written: string, origin: string | null = null): YamlTree {
  // A lone carriage return ends a line in YAML 1.2, but not for the library; every place stays where it was.
  const text = written.replace(/\r(?!\n)/g, '\n');
  const lines = lineStarts(text);
  const bracket = unclosedBracket(text);
  if (bracket !== null) return { root: null, faults: [tooDeep(bracket, bracket + 1)], lines };
  return readInParts(text, origin, lines) ?? readAsOne(text, origin, lines);
}

function lineStarts(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  return lines;
}

function readAsOne(text: string, origin: string | null, lines: LineCounter): YamlTree {
  const document = parse(text);
  if (document === null) return { root: null, faults: [tooDeep(0, 1)], lines };
  const errors = complaints(document).map((error) =>
    // The library turns its own overflow into an error of the document.
    error.message.includes('call stack') ? tooDeep(...error.pos) : describeSyntaxError(error, text),
  );
  if (document.directives.yaml.explicit && document.directives.yaml.version !== '1.2') {
    const message = `YAML ${document.directives.yaml.version} reads yes, no and 12:30 otherwise than this file should be read`;
    errors.push({ code: 'E_SYNTAX', start: 0, end: 1, message, hint: 'take the %YAML line out' });
  }
  if (errors.length > 0) return { root: null, faults: errors, lines };
  const walk = new Walk(origin);
  return treeOf(walk.document(document), walk, lines);
}

/** The same tree; null where the text is better read as one, or has anything in it that had better be told of the whole. */
function readInParts(text: string, origin: string | null, lines: LineCounter): YamlTree | null {
  const parts = partsOf(text);
  if (parts === null) return null;
  const read = (part: string) => {
    const document = parse(part);
    return document === null || complaints(document).length > 0 ? null : document;
  };
  const first = read(parts.first);
  if (first === null) return null;
  const walk = new Walk(origin, parts.place);
  const root: Mutable<Located> | null = walk.document(first);
  if (!(root?.value instanceof Map)) return null;
  for (const { key, listStart, start, end } of parts.items) {
    const list: Mutable<Located> | undefined = root.value.get(key);
    const document = read(text.slice(start, end));
    if (document === null || list === undefined || list.start < listStart || list.start > start) return null;
    walk.place = (at) => start + at;
    const items = walk.document(document, 1);
    if (!Array.isArray(list.value) || !Array.isArray(items?.value)) return null;
    list.value.push(...items.value);
    list.end = Math.max(list.end, items.end);
    root.end = root.keyEnd = Math.max(root.end, list.end);
  }
  // Others than the first may stand before what the first holds of a list.
  for (const { value } of root.value.values()) {
    if (Array.isArray(value)) value.sort((a, b) => a.start - b.start);
  }
  return treeOf(root, walk, lines);
}

function treeOf(root: Located | null, { faults }: Walk, lines: LineCounter): YamlTree {
  return { root: faults.every(({ code }) => HARMLESS.has(code)) ? root : null, faults, lines };
}

/** Null where the library has run out of stack. */
function parse(text: string): Document.Parsed | null {
  try {
    // Duplicate keys are found below: the library compares every key with every other.
    return parseDocument(text, { prettyErrors: false, uniqueKeys: false });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return null;
  }
}

function complaints({ errors, warnings }: Document.Parsed): readonly YAMLError[] {
  return [...errors, ...warnings].slice(0, MOST_FAULTS);
}

/** Where too many brackets are open at once; null where that is nowhere. */
function unclosedBracket(text: string): number | null {
  let open = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '[' || character === '{') {
      if (++open > MOST_BRACKETS) return at;
    } else if ((character === ']' || character === '}') && open > 0) open--;
  }
  return null;
}

/** A prototype without anything in it: V8 keeps objects that have none at all as hash tables, which are slow and large. */
const NOTHING: object = Object.freeze(Object.create(null));

/** Plain lists and maps, in which no key means anything to JavaScript. */
export function plainValue(located: Located): unknown {
  const { value } = located;
  if (Array.isArray(value)) return value.map(plainValue);
  if (!(value instanceof Map)) return value;
  const plain: Record<string, unknown> = Object.create(NOTHING);
  for (const [key, child] of value) plain[key] = plainValue(child);
  return plain;
}

function tooDeep(start: number, end: number): Fault {
  const message = `lists and maps are nested more than ${DEEPEST} deep`;
  return { code: 'E_TOO_BIG', start, end, message, hint: null };
}

interface KeyPlace {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

type AnyNode = { range?: [number, number, number] | null; anchor?: string } | null;

/** One pass over a document's nodes, in the order of the text. */
class Walk {
  readonly faults: Fault[] = [];
  #overflow = false;
  #values = 0;
  #copied = 0;
  readonly #origin: string | null;
  readonly #anchors = new Map<string, AnyNode>();
  /** The alias in the text whose value is being copied, however deep in others; null outside of any. */
  #copying: Alias | null = null;
  /** Nodes whose inside is being walked: an alias to one of them would never end. */
  readonly #open = new Set<AnyNode>();

  /** Where a place in the document at hand is in the text. */
  place: (at: number) => number;

  constructor(origin: string | null, place = (at: number) => at) {
    this.#origin = origin;
    this.place = place;
  }

  /** What a document says, whose values are that deep in the text. */
  document({ contents }: Document.Parsed, depth = 0): Located | null {
    return contents === null ? null : this.#node(contents, null, depth);
  }

  #node(node: AnyNode, key: KeyPlace | null, depth: number): Located | null {
    if (this.#overflow) return null;
    const [start, end] = this.#range(node, key?.end ?? 0, key?.end ?? 0);
    if (this.#copying === null && ++this.#values > MOST_VALUES) {
      const message = `the file holds more than ${MOST_VALUES} values`;
      return this.#stop({ code: 'E_TOO_BIG', start, end, message, hint: null });
    }
    if (this.#copying !== null && ++this.#copied > MOST_COPIED) {
      const message = `the aliases of the file stand for more than ${MOST_COPIED} values`;
      const [from, to] = this.#range(this.#copying, start, end);
      return this.#stop({ code: 'E_ALIAS', start: from, end: to, message, hint: null });
    }
    if (depth > DEEPEST) return this.#stop(tooDeep(start, end));
    if (node instanceof Alias) return this.#alias(node, key, depth);
    if (node?.anchor !== undefined) this.#anchors.set(node.anchor, node);
    // One object for each value: a file may hold a million.
    const located: Mutable<Located> = {
      start,
      end,
      keyStart: key === null ? start : key.start,
      keyEnd: key === null ? end : key.end,
      origin: this.#origin,
      value: null,
      source: null,
    };
    if (isScalar(node)) {
      located.value = scalarValue(node.value, node.source, key);
      located.source = node.source ?? null;
      return located;
    }
    this.#open.add(node);
    if (isMap(node)) located.value = this.#map(node.items as Pair[], depth);
    else if (isSeq(node)) located.value = this.#list(node.items as AnyNode[], depth);
    this.#open.delete(node);
    return located;
  }

  #list(items: readonly AnyNode[], depth: number): Located[] {
    const list: Located[] = [];
    for (const item of items) {
      const located = this.#node(item, null, depth + 1);
      if (located !== null) list.push(located);
    }
    return list;
  }

  #map(pairs: readonly Pair[], depth: number): Map<string, Located> {
    const map = new Map<string, Located>();
    for (const pair of pairs) {
      const key = this.#key(pair.key as AnyNode);
      if (key === null) continue;
      const located = this.#node(pair.value as AnyNode, key, depth + 1);
      if (located === null) continue;
      if (!map.has(key.text)) map.set(key.text, located);
      else if (this.faults.length < MOST_FAULTS) {
        const message = `${key.text} stands twice in this map`;
        this.faults.push({ code: 'E_DUPLICATE_KEY', ...key, message, hint: 'keep one of the two' });
      }
    }
    return map;
  }

  #key(key: AnyNode): KeyPlace | null {
    const [start, end] = this.#range(key, 0, 1);
    if (!isScalar(key)) {
      const message = 'a key must be plain text';
      this.faults.push({ code: 'E_SYNTAX', start, end, message, hint: null });
      return null;
    }
    const text = typeof key.value === 'string' ? key.value : (key.source ?? '');
    if (text === '<<' || text === '__proto__') {
      const message = `unknown key  ${text}`;
      const hint = text === '<<' ? 'YAML 1.2 has no merge keys: use the alias for a whole value' : null;
      this.faults.push({ code: 'E_UNKNOWN_KEY', start, end, message, hint });
      return null;
    }
    return { text, start, end };
  }

  #alias(alias: Alias, key: KeyPlace | null, depth: number): Located | null {
    const [start, end] = this.#range(alias, 0, 1);
    const target = this.#anchors.get(alias.source);
    if (target === undefined) {
      const message = `the alias *${alias.source} has no anchor before it`;
      this.faults.push({ code: 'E_ALIAS', start, end, message, hint: null });
      return null;
    }
    if (this.#open.has(target)) {
      const message = `the alias *${alias.source} stands inside the value it stands for`;
      this.faults.push({ code: 'E_ALIAS', start, end, message, hint: null });
      return null;
    }
    const isOutermost = this.#copying === null;
    if (isOutermost) this.#copying = alias;
    const copy = this.#node(target, key, depth);
    if (isOutermost) this.#copying = null;
    // A problem is shown where the alias stands, which is where the value is out of place.
    return copy === null
      ? null
      : { ...copy, start, end, keyStart: key?.start ?? start, keyEnd: key?.end ?? end };
  }

  /** Where it stands in the text; what has no place of its own stands where it is said. */
  #range(node: AnyNode, start: number, end: number): [start: number, end: number] {
    const range = node?.range;
    if (range == null) return [start, end];
    const from = this.place(range[0]);
    // Where the last character is: behind it may be the place of something that was left out.
    return [from, range[1] > range[0] ? this.place(range[1] - 1) + 1 : from];
  }

  #stop(fault: Fault): null {
    this.#overflow = true;
    this.faults.push(fault);
    return null;
  }
}

function scalarValue(
  value: unknown,
  source: string | undefined,
  key: KeyPlace | null,
): string | number | boolean | null {
  const asWritten = key !== null && TEXT_KEYS.has(key.text) && value !== null && source !== undefined;
  if (typeof value === 'string') return value;
  if (asWritten) return source;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return value === null || value === undefined ? null : String(value);
}
