/** Results saved by earlier versions: each form has its file here, which every later version must report. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { RESULT_SCHEMA } from '../../src/measure/result.ts';
import { FORMATS } from '../../src/report/forms/formats.ts';
import { renderJson } from '../../src/report/forms/json.ts';
import { readResult } from '../../src/report/saved_result.ts';

const saved = (form: number) => readFileSync(new URL(`saved/form-${form}.json`, import.meta.url), 'utf8');
const FORMS = Array.from({ length: RESULT_SCHEMA }, (_, index) => index + 1);

describe.each(FORMS)('form %i', (form) => {
  test('is read, and told in every form of report', () => {
    const { result, trouble } = readResult(saved(form));
    expect(trouble).toBeNull();
    expect(result).toMatchObject({
      schema: RESULT_SCHEMA,
      totals: { complete: 18, syn_dropped: 10 },
      cliff: { reason: 'old_conntrack' },
    });
    // Annotations are made of expectations that do not hold; here all do.
    const others = FORMATS.filter(({ name }) => name !== 'github');
    for (const { name, render } of others) expect(render([result!]), name).not.toBe('');
  });
});

test('the current form comes out as it went in, and meets the published schema', () => {
  const text = saved(RESULT_SCHEMA);
  expect(renderJson(readResult(text).result!)).toBe(text);
  const schema = readFileSync(new URL('../../schema/result.schema.json', import.meta.url), 'utf8');
  const validate = new Ajv({ strict: false }).compile(JSON.parse(schema));
  expect(validate(JSON.parse(text)), JSON.stringify(validate.errors)).toBe(true);
});

test.each([
  ['', 'it is not JSON'],
  ['[]', 'it is not a result of ipvsim'],
  ['{"schema": "1"}', 'it is not a result of ipvsim'],
  ['{"schema": 0}', 'it is not a result of ipvsim'],
  [`{"schema": ${RESULT_SCHEMA + 1}}`, 'a later version of ipvsim wrote it'],
])('%j: %s', (text, message) => {
  expect(readResult(text).trouble).toContain(message);
});

test('a damaged result is told with its place', () => {
  const damaged = JSON.parse(saved(RESULT_SCHEMA));
  damaged.totals.complete = 'many';
  expect(readResult(JSON.stringify(damaged)).trouble).toMatch(/^it is a damaged result: totals\.complete: /);
});
