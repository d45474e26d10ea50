/**
 * `--set KEY=VALUE`: one value put into the tree of a scenario file, as if it had been written there. The
 * key is dotted as in the file, list items by number, and a sysctl's own dots are part of its name, which
 * also stands for itself. The value null takes the key out.
 */
import { isKnownKey } from './schema/known_keys.ts';
import { scenarioSchema, TEXT_KEYS } from './schema/schema.ts';
import { fullKey } from './setting_key.ts';
import { type Located, readYaml } from './text/yaml_tree.ts';

/** The map or list that a step leads into. */
type Steps = readonly [string, ...string[]];

/** Applies one argument to the tree. Returns what is wrong with it, or null. */
export function applySet(root: Located, argument: string): string | null {
  const equals = argument.indexOf('=');
  const key = argument.slice(0, equals).trim();
  if (equals < 1 || key === '') return 'must be KEY=VALUE';
  const origin = `--set ${argument}`;
  const steps = stepsOf(fullKey(key), root);
  if (steps.includes('')) return `${key} has an empty part`;
  const text = argument.slice(equals + 1);
  // A misspelt key is not taken out but put in, for the schema to complain about.
  if (NULL.test(text) && isKnownKey(scenarioSchema, steps)) return takeOut(root, steps);
  return put(root, steps, 0, readArgument(text, steps.at(-1)!, origin), origin);
}

/** What YAML reads as null when it is written out. */
const NULL = /^\s*(?:null|Null|NULL|~)\s*$/;

/** Puts the seed of the option of that name into the tree. */
export function applySeed(root: Located, seed: string): void {
  const origin = `--seed ${seed}`;
  put(root, ['seed'], 0, { ...scalar(origin), value: seed, source: seed }, origin);
}

/** Maps whose keys have dots of their own. */
const DOTTED_KEYS = /^(sysctl|nodes\.\d+\.sysctl|events\.\d+\.(?:sysctl|weight))\.(.+)$/;

function stepsOf(key: string, root: Located): Steps {
  const dotted = DOTTED_KEYS.exec(key);
  const steps = dotted === null ? key.split('.') : [...dotted[1]!.split('.'), dotted[2]!];
  // A file with one service may call it either way; the option need not know which.
  const has = (name: string): boolean => root.value instanceof Map && root.value.has(name);
  if (steps[0] === 'service' && has('services') && !has('service')) steps.splice(0, 1, 'services', '0');
  else if (steps[0] === 'services' && steps[1] === '0' && has('service') && !has('services')) {
    steps.splice(0, 2, 'service');
  }
  return steps as unknown as Steps;
}

/** A key that is not there is out already. */
function takeOut(root: Located, steps: Steps): string | null {
  let parent: Located | undefined = root;
  for (const step of steps.slice(0, -1)) {
    const value: Located['value'] = parent.value;
    parent = value instanceof Map ? value.get(step) : Array.isArray(value) ? value[Number(step)] : undefined;
    if (parent === undefined) return null;
  }
  const last = steps.at(-1)!;
  if (parent.value instanceof Map) parent.value.delete(last);
  else if (Array.isArray(parent.value)) {
    const items = parent.value;
    const index = /^\d{1,6}$/.test(last) ? Number(last) : -1;
    if (index < 0 || index >= items.length) return noItem(steps.slice(0, -1).join('.'), items.length);
    items.splice(index, 1);
  }
  return null;
}

function noItem(place: string, length: number): string {
  return `${place} has ${length === 1 ? '1 item' : `${length} items`}, numbered from 0`;
}

function readArgument(text: string, lastKey: string, origin: string): Located {
  const asText = { ...scalar(origin), value: text, source: text };
  if (TEXT_KEYS.has(lastKey)) return asText;
  const { root, faults } = readYaml(text, origin);
  // What is no YAML is text: an expectation, for one, may hold ": ".
  if (faults.length > 0) return asText;
  return root ?? scalar(origin);
}

function scalar(origin: string): Located {
  return { value: null, source: null, start: 0, end: 0, keyStart: 0, keyEnd: 0, origin };
}

function put(parent: Located, steps: Steps, at: number, leaf: Located, origin: string): string | null {
  const step = steps[at]!;
  const isLast = at === steps.length - 1;
  const place = steps.slice(0, at).join('.');
  if (Array.isArray(parent.value)) {
    const items = parent.value;
    const index = /^\d{1,6}$/.test(step) ? Number(step) : -1;
    if (index < 0) return `${place} is a list: write ${place}.0.${step}`;
    if (index > items.length)
      return `${place} has ${items.length === 1 ? '1 item' : `${items.length} items`}: the next one is ${place}.${items.length}`;
    if (isLast) items[index] = leaf;
    else {
      items[index] ??= { ...scalar(origin), value: new Map() };
      return put(items[index], steps, at + 1, leaf, origin);
    }
    return null;
  }
  // A plain value gives way to a map: serviceTime: 60ms to serviceTime.exponential=60ms.
  if (!(parent.value instanceof Map)) parent.value = new Map();
  const map = parent.value;
  if (isLast) {
    map.set(step, leaf);
    return null;
  }
  let child = map.get(step);
  if (child === undefined || child.value === null) {
    child = { ...scalar(origin), value: steps[at + 1] === '0' ? [] : new Map() };
    map.set(step, child);
  }
  return put(child, steps, at + 1, leaf, origin);
}
