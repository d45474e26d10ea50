/** The workflow for GitHub Actions: its steps are run as a runner would, artifacts being folders. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { DOCS, expectSameFolders, makePlace, succeed } from './a_cluster.ts';

interface Step {
  readonly run?: string;
  readonly uses?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, string | number>>;
}

interface Job {
  readonly env?: Readonly<Record<string, string>>;
  readonly needs?: string;
  readonly strategy?: { readonly matrix: { readonly shard: readonly number[] } };
  readonly steps: readonly Step[];
}

const workflow = parse(readFileSync(join(DOCS, 'github_actions.yml'), 'utf8')) as {
  readonly on: object;
  readonly jobs: Readonly<Record<'check' | 'sweep' | 'merge', Job>>;
};
const place = makePlace('actions');
const artifacts = join(place.folder, 'artifacts');
afterAll(() => place.remove());

/** Runs a job's own steps; what the marketplace actions do is done by hand. */
function runJob(job: Job, index = 0): void {
  const total = job.strategy?.matrix.shard.length ?? 1;
  const fill = (text: string) =>
    text
      .replace(/\$\{\{ strategy\.job-index \}\}/g, String(index))
      .replace(/\$\{\{ strategy\.job-total \}\}/g, String(total));
  const env = Object.fromEntries(Object.entries(job.env ?? {}).map(([name, value]) => [name, fill(value)]));
  for (const step of job.steps) {
    const [action] = (step.uses ?? '').split('@');
    if (step.run !== undefined && step.run !== 'npm ci')
      succeed(place, ['bash', '-e', '-c', step.run], { ...env, CI: 'true' });
    if (action === 'actions/upload-artifact' && step.if === undefined) {
      const name = fill(String(step.with!.name));
      cpSync(join(place.folder, String(step.with!.path)), join(artifacts, name), { recursive: true });
    }
    if (action === 'actions/download-artifact') {
      expect(step.with!.pattern).toBe('shard-*');
      cpSync(artifacts, join(place.folder, String(step.with!.path)), { recursive: true });
    }
  }
}

describe('workflow', () => {
  test('has the triggers, jobs and steps it is said to have', () => {
    expect(Object.keys(workflow)).toEqual(['name', 'on', 'permissions', 'jobs']);
    expect(Object.keys(workflow.jobs)).toEqual(['check', 'sweep', 'merge']);
    expect(workflow.jobs.merge.needs).toBe('sweep');
    for (const { steps } of Object.values(workflow.jobs)) {
      for (const step of steps) {
        expect(Object.keys(step).every((key) => ['uses', 'run', 'with', 'if', 'name'].includes(key))).toBe(
          true,
        );
        expect((step.run === undefined) !== (step.uses === undefined)).toBe(true);
        if (step.uses !== undefined) expect(step.uses).toMatch(/^actions\/[a-z-]+@v\d+$/);
      }
    }
  });

  test('four runners and a merge give what one process gives; the check passes', () => {
    mkdirSync(join(place.folder, 'scenarios'));
    const text = readFileSync(place.scenario, 'utf8');
    writeFileSync(join(place.folder, 'scenarios', 'sweep.yaml'), text);
    runJob(workflow.jobs.check);
    for (const [index] of workflow.jobs.sweep.strategy!.matrix.shard.entries()) {
      succeed(place, ['rm', '-rf', 'out']);
      runJob(workflow.jobs.sweep, index);
    }
    runJob(workflow.jobs.merge);
    const command = workflow.jobs.sweep.steps.find(({ run }) => run?.includes('ipvsim sweep'))!.run!;
    succeed(place, ['bash', '-e', '-c', command.replace('out/shard', 'one')]);
    expectSameFolders(join(place.folder, 'one'), join(artifacts, 'sweep'));
  }, 180_000);
});
