/** Where the published JSON Schemas lie, as an editor's modeline wants to know it. */
import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../schema/', import.meta.url));

export const SCHEMAS = ['scenario', 'result', 'why', 'advise', 'trace', 'show', 'diagnose'] as const;
export type SchemaName = (typeof SCHEMAS)[number];

export async function readSchema(name: SchemaName): Promise<string> {
  return await readFile(schemaPath(name), 'utf8');
}

function schemaPath(name: SchemaName): string {
  return resolve(FOLDER, `${name}.schema.json`);
}

/** The schema as seen from a folder: a relative path where both belong to one project, else a file URL. */
export function schemaReference(name: SchemaName, from: string): string {
  const path = schemaPath(name);
  const way = relative(resolve(from), path).replaceAll('\\', '/');
  const near = !way.startsWith('../../../') && !/^[a-z]:/i.test(way);
  if (!near) return pathToFileURL(path).href;
  return way.startsWith('.') ? way : `./${way}`;
}
