/**
 * Answers of commands as JSON, for programs: what `why`, `advise`, `trace` and `show` print with --format json. Each
 * file here makes one of them and says what it looks like; the published schemas are made of that.
 */
import * as z from 'zod';
import type { Cause } from '../../causes/cause.ts';
import type { Remedy } from '../../causes/remedies/remedy.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { VERSION } from '../../version.ts';

/** Number of the form of all answers; it grows when old readers would stumble. */
const ANSWER_SCHEMA = 1;

export const count = () => z.number().min(0);

/** What every answer begins with. */
export function answerHead({ name, seed, kernel }: Scenario) {
  return { ...answerVersion(), scenario: name, seed, kernel };
}

/** The same of an answer that is not about a scenario. */
export function answerVersion() {
  return { schema: ANSWER_SCHEMA, ipvsim: VERSION };
}

export const VERSION_FIELDS = {
  schema: z.literal(ANSWER_SCHEMA).describe('Number of this form; it grows when old readers would stumble.'),
  ipvsim: z.string().describe('Version that made the answer.'),
};

export const HEAD_FIELDS = {
  ...VERSION_FIELDS,
  scenario: z.string(),
  seed: z.string(),
  kernel: z.string(),
};

export function remedyEntry({ name, deed, effect, price }: Remedy) {
  return { name, deed, effect, price };
}

export const remedySchema = z.object({
  name: z.string(),
  deed: z.string().describe('What to do on a real node or client.'),
  effect: z.string(),
  price: z.string(),
});

export function causeEntry({ name, title, story, kernel, client, visible }: Cause) {
  return {
    name,
    title,
    story,
    kernel,
    client,
    visible: visible.map(([command, shows]) => ({ command, shows })),
  };
}

export const causeSchema = z.object({
  name: z.string().describe('As ipvsim explain knows it: port-reuse, idle-entry ...'),
  title: z.string(),
  story: z.string(),
  kernel: z.string().describe('Function and file that decide it.'),
  client: z.string().describe('What the client sees.'),
  visible: z
    .array(z.object({ command: z.string(), shows: z.string() }))
    .describe('How it shows on a real node.'),
});

/** Two spaces, and a line end. */
export function renderAnswer(answer: unknown): string {
  return `${JSON.stringify(answer, null, 2)}\n`;
}

/** Plain JSON, draft-07. */
export function answerJsonSchema(command: string, schema: z.ZodType): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
  return {
    $schema,
    title: `ipvsim ${command}`,
    description: `What ipvsim ${command} --format json prints.`,
    ...rest,
  };
}
