/** Which of some scenarios shows a topic: uses the key, sets the kernel setting, expects something of the metric. */
import { parse } from 'yaml';
import type { Topic } from './topic.ts';

export interface ScenarioText {
  readonly name: string;
  readonly text: string;
}

/** The shortest scenario that shows it: the fewer other things in it, the better it shows. Null when none does. */
export function shownBy(topic: Topic, scenarios: readonly ScenarioText[]): string | null {
  const showing = scenarios.filter(({ text }) => shows(topic, parse(text) as unknown));
  return showing.sort((a, b) => a.text.length - b.text.length)[0]?.name ?? null;
}

function shows(topic: Topic, scenario: unknown): boolean {
  switch (topic.kind) {
    case 'scenario key':
      return keysOf(scenario, '').has(topic.name);
    case 'sysctl':
      return [...keysOf(scenario, '')].some((key) => key.endsWith(`sysctl.${topic.name}`));
    case 'metric':
    case 'drop reason':
      return expectations(scenario).some((text) => new RegExp(`\\b${topic.name}\\b`, 'u').test(text));
    case 'exit code':
      return false;
    default:
      return topic.kind satisfies never;
  }
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
