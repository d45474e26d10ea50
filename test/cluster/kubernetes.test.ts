/**
 * The Kubernetes manifests: valid for the API, right in themselves, and run the way the kubelet would: each pod's
 * words with its variables filled in and its volumes as folders.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { DOCS, expectSameFolders, makePlace, succeed } from './a_cluster.ts';
import schema from './kubernetes.schema.json' with { type: 'json' };

interface Container {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

// biome-ignore lint/suspicious/noExplicitAny: manifests are checked by the schema before they are used.
function manifests(file: string): any[] {
  return parseAllDocuments(readFileSync(join(DOCS, file), 'utf8')).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });
}

const [claim, sweep] = manifests('kubernetes_sweep.yaml');
const [merge] = manifests('kubernetes_merge.yaml');
const validate = new Ajv({ allErrors: true, strictTypes: false }).compile(schema);

describe('manifests', () => {
  test.each([
    ['claim', claim],
    ['sweep', sweep],
    ['merge', merge],
  ])('%s is valid', (_, manifest) => {
    expect(validate(manifest), JSON.stringify(validate.errors, null, 1)).toBe(true);
  });

  test('the schema refuses what the API server refuses', () => {
    const broken = (change: (job: typeof sweep) => void) => {
      const copy = structuredClone(sweep);
      change(copy);
      return validate(copy);
    };
    expect(broken(() => undefined)).toBe(true);
    expect(broken((job) => (job.spec.completion = 4))).toBe(false);
    expect(broken((job) => (job.spec.completions = '4'))).toBe(false);
    expect(broken((job) => delete job.spec.completions)).toBe(false);
    expect(broken((job) => (job.spec.template.spec.restartPolicy = 'OnFailure'))).toBe(false);
    expect(broken((job) => (job.spec.template.spec.containers[0].env[0].value = 4))).toBe(false);
    expect(broken((job) => (job.spec.template.spec.containers[0].resources.limits.memory = '2 GB'))).toBe(
      false,
    );
    expect(broken((job) => (job.spec.podFailurePolicy.rules[1].onExitCodes.values = [0]))).toBe(false);
  });

  test('the number of shards, the volumes and the names agree', () => {
    const { completions, parallelism, template } = sweep.spec;
    const [container] = template.spec.containers;
    expect(container.env).toContainEqual({ name: 'JOB_COMPLETIONS', value: String(completions) });
    expect(parallelism).toBeLessThanOrEqual(completions);
    for (const job of [sweep, merge]) {
      const volumes = job.spec.template.spec.volumes.map(({ name }: { name: string }) => name);
      for (const one of job.spec.template.spec.containers as Container[]) {
        for (const { name } of one.volumeMounts) expect(volumes).toContain(name);
      }
      const claims = job.spec.template.spec.volumes.flatMap(
        (volume: { persistentVolumeClaim?: { claimName: string } }) =>
          volume.persistentVolumeClaim?.claimName ?? [],
      );
      expect(claims).toEqual([claim.metadata.name]);
    }
    expect(sweep.spec.podFailurePolicy.rules[1].onExitCodes.containerName).toBe(container.name);
  });
});

describe('run as pods', () => {
  const place = makePlace('kubernetes');
  afterAll(() => place.remove());

  /** Kubernetes fills in $(NAME) from the container's own variables. */
  function words(
    container: Container,
    index: number | null,
  ): { args: string[]; env: Record<string, string> } {
    const env: Record<string, string> = Object.fromEntries(
      (container.env ?? []).map(({ name, value }) => [name, value]),
    );
    if (index !== null) env.JOB_COMPLETION_INDEX = String(index);
    const args = container.args.map((arg) =>
      container.volumeMounts.reduce(
        (text, { mountPath, name }) =>
          text.startsWith(mountPath) ? text.replace(mountPath, volume(name)) : text,
        arg.replace(/\$\((\w+)\)/g, (_, name: string) => env[name] ?? `$(${name})`),
      ),
    );
    return { args, env };
  }

  const volume = (name: string) => (name === 'scenario' ? place.folder : join(place.folder, 'volume'));

  test('four pods and a merge give what one process gives', () => {
    const [container] = sweep.spec.template.spec.containers as Container[];
    for (let index = 0; index < sweep.spec.completions; index++) {
      const { args, env } = words(container!, index);
      succeed(place, ['ipvsim', ...args], env);
    }
    succeed(place, ['ipvsim', ...words(merge.spec.template.spec.containers[0], null).args]);
    const whole = container!.args.slice(0, -1).map((arg) => arg.replace('/scenario', place.folder));
    succeed(place, ['ipvsim', ...whole, join(place.folder, 'one')]);
    expectSameFolders(join(place.folder, 'one'), join(place.folder, 'volume', 'whole'));
  }, 180_000);
});

test('the image is made of the package alone, without root', () => {
  const lines = readFileSync(join(DOCS, 'Containerfile'), 'utf8')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line));
  const version = JSON.parse(readFileSync(join(DOCS, '../../package.json'), 'utf8')).version;
  expect(lines.map((line) => line.split(' ')[0])).toEqual([
    'FROM',
    'COPY',
    'RUN',
    'USER',
    'WORKDIR',
    'ENTRYPOINT',
  ]);
  expect(lines[1]).toBe('COPY ipvsim-*.tgz /tmp/ipvsim.tgz');
  expect(lines[3]).toBe('USER node');
  expect(sweep.spec.template.spec.containers[0].image).toBe(`registry.example/ipvsim:${version}`);
});
