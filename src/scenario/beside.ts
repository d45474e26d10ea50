/**
 * Files that a scenario names and that stand beside it: the rows of a replay. Whoever has files reads them
 * (cli/files), and hands them to parseScenario() with the scenario's text.
 */
import { isFileName } from './loads/replay.ts';
import { type Located, readYaml } from './text/yaml_tree.ts';

/** Contents by name, as the scenario writes it. */
export type Beside = Readonly<Record<string, string>>;

/** The files that a scenario's text names. */
export function filesNamed(text: string): string[] {
  const { root } = readYaml(text);
  return root === null ? [] : [...new Set(named(root).map(({ value }) => value as string))];
}

/** Puts their contents where the names stand; a name whose file is not at hand stays for the schema to refuse. */
export function putBeside(root: Located, beside: Beside): void {
  for (const node of named(root)) {
    const name = node.value as string;
    if (Object.hasOwn(beside, name)) node.value = beside[name]!;
  }
}

function named(root: Located): Located[] {
  if (!(root.value instanceof Map)) return [];
  const clients = root.value.get('clients')?.value;
  if (!Array.isArray(clients)) return [];
  return clients.flatMap(({ value }) => {
    const replay = value instanceof Map ? value.get('replay') : undefined;
    return replay !== undefined && isFileName(replay.value) ? [replay] : [];
  });
}
