/**
 * The recipes of docs/architecture.md: whoever adds one thing touches few places, and one that is forgotten fails
 * here. What a registry makes by itself (schema, documents, completions) needs no test.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SCHEDULERS } from '../../src/kernel/sched/ip_vs_sched.ts';
import { FORMATS } from '../../src/report/forms/formats.ts';
import { VIEWS } from '../../src/report/instant/views.ts';
import { CONTROLLER_NAMES } from '../../src/scenario/controllers/controllers.ts';
import { LOAD_KINDS, loadKindOf } from '../../src/scenario/loads/loads.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { DATA_PATHS } from '../../src/scenario/schema/schema.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const SHIPPED: readonly Scenario[] = readdirSync(new URL('scenarios/', ROOT))
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => parseScenario(read(`scenarios/${file}`), { file }).scenario!);

describe('a scheduler', () => {
  const used = new Set(SHIPPED.flatMap(({ services }) => services.map(({ scheduler }) => scheduler)));
  const tests = read('test/kernel/sched/schedulers.test.ts');

  test.each(SCHEDULERS)('$name says what it does in a sentence', ({ meaning }) => {
    expect(meaning).toMatch(/^[A-Z].*\.$/);
  });
  test.each(SCHEDULERS)('$name has picks of its own in the tests', ({ name }) => {
    expect(tests).toContain(`'${name}'`);
  });
  test.each(SCHEDULERS)('$name has a shipped scenario', ({ name }) => {
    expect(used).toContain(name);
  });
});

describe('a report', () => {
  test.each(VIEWS)('the view $name is compared with what the command that it imitates prints', ({ name }) => {
    expect(read('test/report/instant/views.test.ts')).toContain(`view('${name}'`);
  });
  test.each(FORMATS)('the form $name has its golden file', ({ name }) => {
    const files = readdirSync(new URL('test/report/golden/', ROOT));
    expect(files.some((file) => file.split('.')[0] === name)).toBe(true);
  });
});

test.each(LOAD_KINDS)('a load: $about has a shipped scenario', ({ key }) => {
  const kinds = SHIPPED.flatMap(({ clients }) => clients.map(({ load }) => loadKindOf(load).key));
  expect(kinds).toContain(key);
});

describe('a controller', () => {
  test.each(CONTROLLER_NAMES)('%s has a room of its own in scenario/ and in network/', (name) => {
    const file = `${name.replaceAll('-', '_')}.ts`;
    expect(read(`src/scenario/controllers/${file}`)).toContain(`kind: '${name}'`);
    expect(read(`src/network/cluster/node_controller.ts`)).toContain(`'./${file}'`);
  });
  test.each(CONTROLLER_NAMES)('%s drains in the tests', (name) => {
    const tests = read('test/network/cluster/draining.test.ts');
    expect(tests).toMatch(name === 'kube-proxy' ? /kubernetes: / : new RegExp(`kind: ${name}\\b`));
  });
});

describe('a data path', () => {
  const used = new Set(SHIPPED.flatMap(({ services }) => services.map(({ path }) => path)));
  test.each(DATA_PATHS)('%s has a shipped scenario', (path) => {
    expect(used).toContain(path);
  });
  test.each(DATA_PATHS.filter((path) => path !== 'ipvs'))('%s is run in tests of whole networks', (path) => {
    const files = readdirSync(new URL('test/network/', ROOT), { recursive: true })
      .map(String)
      .filter((file) => file.endsWith('.ts'));
    const tests = files.map((file) => read(`test/network/${file}`));
    expect(tests.join('\n')).toMatch(new RegExp(`'${path}'|path: ${path}\\b`));
  });
});
