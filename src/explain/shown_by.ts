/** Which of some scenarios shows a topic: uses the key, sets the kernel setting, expects something of the metric. */
import { parseDocument } from 'yaml';
import type { Topic } from './topic.ts';

export interface ScenarioText {
  readonly name: string;
  readonly text: string;
}

/**
 * The shortest scenario that shows it, for the fewer other things in it, the better it shows; laboratory
 * recordings come last, and so do scenarios that expect it not to happen. Null when none does.
 */
export function shownBy(topic: Topic, scenarios: readonly ScenarioText[]): string | null {
  const showing = scenarios.flatMap((scenario) => {
    const how = shows(topic, scenario.text);
    const rank = (how === 'absent' ? 2 : 0) + (scenario.name.startsWith('lab-') ? 1 : 0);
    return how === 'no' ? [] : [{ ...scenario, rank }];
  });
  return showing.sort((a, b) => a.rank - b.rank || a.text.length - b.text.length)[0]?.name ?? null;
}

/** `absent`: the scenario speaks of it only to say that it does not happen. */
type Showing = 'yes' | 'absent' | 'no';

function shows(topic: Topic, text: string): Showing {
  const scenario = parseDocument(text).toJS() as unknown;
  switch (topic.kind) {
    case 'scenario key':
      return keysOf(scenario, '').has(topic.name) ? 'yes' : 'no';
    case 'sysctl':
      return [...keysOf(scenario, '')].some((key) => key.endsWith(`sysctl.${topic.name}`)) ? 'yes' : 'no';
    case 'metric':
    case 'drop reason':
      return expects(topic.name, expectations(scenario));
    case 'cause':
      return text.includes(`\n# Cause: ${topic.name}\n`) ? 'yes' : 'no';
    case 'error':
      return expects(`error.${topic.name}`, expectations(scenario));
    case 'controller':
      return showsController(topic.name, scenario, text);
    case 'kernel function':
    case 'state':
    case 'exit code':
      return 'no';
    default:
      return topic.kind satisfies never;
  }
}

function showsController(name: string, scenario: unknown, text: string): Showing {
  const has = name === 'kube-proxy' ? keysOf(scenario, '').has('kubernetes') : text.includes(`kind: ${name}`);
  return has ? 'yes' : 'no';
}

function expects(name: string, expectations: readonly string[]): Showing {
  const plain = name.includes('[') ? name.slice(0, name.indexOf('[') + 1) : name;
  const about = expectations.filter((text) =>
    text.split(/(?<!\w)(?=[a-z])/u).some((part) => part.includes(plain)),
  );
  if (about.length === 0) return 'no';
  return about.every((text) => /== 0$/u.test(text)) ? 'absent' : 'yes';
}

/** Every key of a document with its path, lists left out of it. */
function keysOf(value: unknown, path: string): Set<string> {
  const keys = new Set<string>();
  if (Array.isArray(value)) for (const item of value) for (const key of keysOf(item, path)) keys.add(key);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, child] of Object.entries(value)) {
      const key = path === '' ? (name === 'services' ? 'service' : name) : `${path}.${name}`;
      keys.add(key);
      for (const below of keysOf(child, key)) keys.add(below);
    }
  }
  return keys;
}

function expectations(scenario: unknown): string[] {
  const { expect } = (scenario ?? {}) as { expect?: unknown };
  return Array.isArray(expect) ? expect.map(String) : [];
}
