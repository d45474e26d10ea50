/**
 * The package as its users get it: packed, installed into an empty project, and used from there by the command,
 * by code, by types, by a worker, by a bundler and by a browser's engine. What docs/library.md shows is run.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext, Script } from 'node:vm';
import { Ajv } from 'ajv';
import { build, type Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'ipvsim-package-'));
const installed = join(project, 'node_modules', 'ipvsim');
let contents: string[];

/**
 * npm packs (without building again: the tests run on what is built) and the tarball is unpacked where npm would
 * put it. The dependencies are those that are installed here, so that no registry is asked; what the package.json
 * inside does not name is not there.
 */
beforeAll(() => {
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const [{ filename, files }] = JSON.parse(packed);
  contents = files.map(({ path }: { path: string }) => path);
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['xzf', join(project, filename), '--strip-components=1', '-C', installed]);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  const needed = [
    ...Object.keys(JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')).dependencies),
  ];
  const placed = new Set<string>();
  while (needed.length > 0) {
    const name = needed.pop()!;
    if (placed.has(name)) continue;
    placed.add(name);
    const target = join(project, 'node_modules', name);
    mkdirSync(join(target, '..'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), target);
    needed.push(
      ...Object.keys(JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')).dependencies ?? {}),
    );
  }
  mkdirSync(join(project, 'node_modules', '.bin'));
  symlinkSync('../ipvsim/dist/cli/main.js', join(project, 'node_modules', '.bin', 'ipvsim'));
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** Node resolves a symlink to the place it leads to unless told otherwise; the package itself is a real folder. */
function node(args: readonly string[]) {
  return spawnSync(process.execPath, args, {
    cwd: project,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
}

function runs(name: string, code: string): string {
  writeFileSync(join(project, name), code);
  const { status, stdout, stderr } = node([name]);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

describe('the tarball', () => {
  test('holds what is needed and nothing else', () => {
    const folders = new Set(contents.map((path) => path.split('/')[0]));
    expect([...folders].sort()).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'dist', 'package.json', 'scenarios', 'schema']),
    );
    expect(contents.filter((path) => /^(src|test|node_modules|out)\//.test(path))).toEqual([]);
    expect(contents).toEqual(
      expect.arrayContaining([
        'dist/index.js',
        'dist/index.d.ts',
        'dist/cli/main.js',
        'dist/sweep/worker.js',
      ]),
    );
    expect(contents.filter((path) => path.endsWith('.tsbuildinfo'))).toEqual([]);
  });

  test('the command runs a shipped scenario, and a sweep on its threads', () => {
    const bin = join('node_modules', '.bin', 'ipvsim');
    const help = node([bin, '--version']);
    expect(help.stdout.trim()).toBe(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version);
    const run = node([bin, 'run', 'kube-router-544', '--format', 'json']);
    expect(run.status, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout).totals.complete).toBeGreaterThan(0);
    const sweep = node([
      bin,
      'sweep',
      'kube-router-544',
      '--vary',
      'kernel=4.19,5.10',
      '--jobs',
      '2',
      '--out',
      'swept',
    ]);
    // From 5.9 on the scenario's expectations do not hold: that is what the exit code says.
    expect(sweep.status, sweep.stderr).toBe(1);
    expect(readdirSync(join(project, 'swept')).sort()).toEqual([
      'journal.ndjson',
      'sweep.csv',
      'sweep.parquet',
    ]);
  });

  test('both schemas are there, and a result obeys its own', () => {
    const schema = (name: string) =>
      JSON.parse(readFileSync(join(installed, 'schema', `${name}.schema.json`), 'utf8'));
    const code = `
      import { createRequire } from 'node:module';
      import { parseScenario, simulate, renderJson } from 'ipvsim';
      const require = createRequire(import.meta.url);
      if (!require('ipvsim/schema/scenario.schema.json').$schema.includes('draft-07')) throw new Error('draft');
      if (!require('ipvsim/schema/result.schema.json').$schema) throw new Error('result');
      const { scenario } = parseScenario('duration: 2s\\nservice: { address: "10.96.0.1:80", realServers: [{ address: "10.244.1.5:8080" }] }\\nclients: [{ addresses: [10.0.0.1], rate: 10/s }]\\n');
      console.log(renderJson(simulate(scenario)));
    `;
    const result = JSON.parse(runs('schemas.js', code));
    const validate = new Ajv({ strict: false }).compile(schema('result'));
    expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
    expect(schema('scenario').properties).toHaveProperty('clients');
  });
});

describe('code', () => {
  const page = readFileSync(join(ROOT, 'docs', 'library.md'), 'utf8');
  const examples = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1]!);

  test.each(examples.map((code, index) => [index + 1, code] as const))(
    'example %i of docs/library.md',
    (index, code) => {
      expect(runs(`example-${index}.js`, code)).not.toBe('');
    },
  );

  test('the page has its examples', () => expect(examples).toHaveLength(4));

  test('types', () => {
    writeFileSync(
      join(project, 'typed.ts'),
      `import { parseScenario, simulate, sweep, type Result, type Scenario, type SweepTable } from 'ipvsim';
       import { workerPool, type WorkerPool } from 'ipvsim/workers';
       const scenario: Scenario | null = parseScenario('', { set: ['a=1'] }).scenario;
       const result: Result | null = scenario && simulate(scenario);
       const table: Promise<SweepTable> = sweep({ scenario: '', vary: ['kernel=5.4,5.10'], seeds: 3 });
       const pool: WorkerPool = workerPool(2);
       // @ts-expect-error a sweep needs something to vary
       sweep({ scenario: '' });
       // @ts-expect-error totals are numbers
       const text: string | undefined = result?.totals.rps;
       export { table, pool, text };`,
    );
    const flags = ['--noEmit', '--strict', '--target', 'es2023'];
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    for (const resolution of [
      ['--module', 'nodenext'],
      ['--module', 'esnext', '--moduleResolution', 'bundler'],
    ]) {
      const { status, stdout } = node([tsc, ...flags, ...resolution, 'typed.ts']);
      expect(stdout).toBe('');
      expect(status).toBe(0);
    }
  });

  test('a worker thread', () => {
    const code = `
      import { Worker, isMainThread, parentPort } from 'node:worker_threads';
      import { fileURLToPath } from 'node:url';
      import { parseScenario, simulate } from 'ipvsim';
      const text = 'duration: 2s\\nservice: { address: "10.96.0.1:80", realServers: [{ address: "10.244.1.5:8080" }] }\\nclients: [{ addresses: [10.0.0.1], rate: 10/s }]\\n';
      const own = JSON.stringify(simulate(parseScenario(text).scenario));
      if (!isMainThread) parentPort.postMessage(own);
      else new Worker(fileURLToPath(import.meta.url)).on('message', (other) => console.log(other === own));
    `;
    expect(runs('thread.js', code)).toBe('true\n');
  });
});

describe('a bundler', () => {
  async function bundle(code: string) {
    const { outputFiles, metafile } = await build({
      stdin: { contents: code, resolveDir: project },
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      format: 'iife',
      globalName: 'bundled',
      platform: 'browser',
      preserveSymlinks: true,
      logLevel: 'silent',
    });
    return { code: outputFiles[0]!.text, inputs: usedInputs(metafile) };
  }

  function usedInputs(metafile: Metafile): string[] {
    const [output] = Object.values(metafile.outputs);
    return Object.entries(output!.inputs).flatMap(([path, { bytesInOutput }]) =>
      bytesInOutput > 0 ? [path] : [],
    );
  }

  /** What kernels there are and which schedulers they have: tables that both stages read. */
  const IS_TABLE = /dist\/kernel\/(release\/|sched\/|sysctl_table\.js|hash\.js|ipvs\/ip_vs_dest\.js)/;

  test('keeps what is used: parsing brings no simulator, a run no reports', async () => {
    const parsing = await bundle(`export { parseScenario } from 'ipvsim'`);
    expect(parsing.inputs.some((path) => path.includes('ipvsim/dist/scenario/'))).toBe(true);
    expect(
      parsing.inputs.filter(
        (path) =>
          /ipvsim\/dist\/(simulate\.js|(kernel|engine|network|report|sweep)\/)/.test(path) &&
          !IS_TABLE.test(path),
      ),
    ).toEqual([]);
    const running = await bundle(`export { parseScenario, simulate } from 'ipvsim'`);
    expect(running.inputs.some((path) => path.endsWith('ipvsim/dist/simulate.js'))).toBe(true);
    expect(
      running.inputs.filter((path) => /dist\/(report|sweep|cli)\/|d3-|hyparquet|tinypool/.test(path)),
    ).toEqual([]);
  });

  test('everything bundles for a browser, where the same seed gives the same bytes', async () => {
    expect(
      (await bundle(`export * from 'ipvsim'`)).inputs.filter((path) => path.includes('tinypool')),
    ).toEqual([]);
    const { code } = await bundle(`
      import { parseScenario, renderJson, simulate, sweep, sweepColumns, sweepCsv } from 'ipvsim';
      export const run = (text) => renderJson(simulate(parseScenario(text, { file: 'a.yaml' }).scenario));
      export const table = async (text) => {
        const { plan, records } = await sweep({ scenario: text, vary: ['kernel=4.19,5.4'] });
        return sweepCsv(sweepColumns(plan.head, records));
      };
    `);
    // What every browser has, and nothing of Node.
    const context = createContext({
      TextEncoder,
      TextDecoder,
      setTimeout,
      console,
      URL,
      structuredClone,
      performance,
      atob,
      btoa,
    });
    new Script(`${code};globalThis.bundled = bundled`).runInContext(context);
    const text = readFileSync(join(ROOT, 'test', 'sweep', 'small.yaml'), 'utf8');
    const { parseScenario, renderJson, simulate, sweep, sweepColumns, sweepCsv } = await import(
      '../../src/index.ts'
    );
    expect(context.bundled.run(text)).toBe(
      renderJson(simulate(parseScenario(text, { file: 'a.yaml' }).scenario!)),
    );
    const { plan, records } = await sweep({ scenario: text, vary: ['kernel=4.19,5.4'] });
    expect(await context.bundled.table(text)).toBe(sweepCsv(sweepColumns(plan.head, records)));
  });
});

test('npm installs the tarball itself', ({ skip }) => {
  const target = join(project, 'by-npm');
  mkdirSync(target);
  writeFileSync(join(target, 'package.json'), '{"private":true}');
  const [tarball] = readdirSync(project).filter((name) => name.endsWith('.tgz'));
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--fetch-retries=0'];
  const npm = spawnSync('npm', ['install', ...flags, join(project, tarball!)], {
    cwd: target,
    encoding: 'utf8',
    timeout: 100_000,
  });
  if (npm.status !== 0 && /ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|network/i.test(npm.stderr)) {
    skip('no registry and no cache: the installation by npm is NOT tested');
  }
  expect(npm.status, npm.stderr).toBe(0);
  expect(existsSync(join(target, 'node_modules', '.bin', 'ipvsim'))).toBe(true);
  const run = spawnSync('npx', ['ipvsim', 'validate', 'k8s-cliff'], { cwd: target, encoding: 'utf8' });
  expect(run.stdout).toContain('ok');
});
