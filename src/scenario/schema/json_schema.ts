/** The schema of scenario files as JSON Schema (draft-07, which is what editors' YAML servers read). */
import * as z from 'zod';
import { scenarioSchema } from './schema.ts';

/** Plain JSON. A file may still break a rule between keys: parseScenario() has the last word. */
export function scenarioJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(scenarioSchema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
  });
  return {
    $schema,
    title: 'ipvsim scenario',
    description:
      'What a run of ipvsim simulates: clients, a director with its kernel, services, real servers.',
    ...schema,
    anyOf: [{ required: ['service'] }, { required: ['services'] }],
  };
}
