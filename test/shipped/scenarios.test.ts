/** The shipped scenarios: whole, explained, and with something to check. That they come out is tested elsewhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseScenario } from '../../src/scenario/parse.ts';
import { scenarioJsonSchema } from '../../src/scenario/schema/json_schema.ts';

const FOLDER = new URL('../../scenarios/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(scenarioJsonSchema());

describe.each(FILES)('%s', (file) => {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');

  it('is a scenario of that name, with a title and expectations', () => {
    const { scenario, problems } = parseScenario(text, { file });
    expect(problems).toEqual([]);
    expect(scenario!.name).toBe(file.replace('.yaml', ''));
    expect(scenario!.title).not.toBe(scenario!.name);
    expect(scenario!.expect.length).toBeGreaterThan(0);
    for (const { line } of scenario!.expect) expect(text.split('\n')[line - 1]).toMatch(/^ {2}- /);
  });

  it('begins with where it comes from, what was seen and what is assumed or measured', () => {
    const comment = text.slice(0, text.indexOf('\ntitle:'));
    expect(comment).toMatch(/^# yaml-language-server: \$schema=\.\.\/schema\/scenario\.schema\.json\n/);
    expect(comment).toMatch(/\n# (https?:\/\/|Recording of a real kernel: |Made for )/);
    expect(comment).toMatch(/\n# (Seen|Shows)/);
    expect(comment).toMatch(/\n# (Assumed|Measured)/);
  });

  it('is right for an editor too', () => {
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
  });
});

describe('the JSON Schema', () => {
  it.each([
    ['an unknown key', { durration: '5s' }],
    ['a duration without unit', { duration: '5' }],
    ['a number for a duration', { duration: 5 }],
    ['a sysctl out of range', { sysctl: { 'net.ipv4.vs.conn_reuse_mode': 9 } }],
    ['an unknown scheduler', { service: { address: '10.0.0.1:80', scheduler: 'x', realServers: [] } }],
    ['no service', { service: undefined }],
  ])('refuses %s', (_name, change) => {
    const whole = {
      service: { address: '10.96.0.1:80', realServers: [{ address: '10.244.1.5:8080' }] },
      clients: [{ concurrency: 5 }],
    };
    expect(validate(whole)).toBe(true);
    expect(validate(JSON.parse(JSON.stringify({ ...whole, ...change })))).toBe(false);
  });
});
