/** Files that nobody would hand in on purpose: large, cut off, of another kind, or made to break what reads them. */
import { expect, test } from 'vitest';
import { importedFrom } from '../../src/diagnose/imported.ts';
import { recognise } from '../../src/evidence/recognise.ts';
import { scenarioFrom } from '../../src/import/scenario_yaml.ts';
import { parseScenario } from '../../src/scenario/parse.ts';

const LISTING = 'TCP  10.96.0.10:80 rr\n  -> 10.1.0.5:8080  Masq 1 1 14\n';

test('a hundred thousand lines and more that belong to nothing are few words', () => {
  const { recognised, unplaced } = recognise(`${LISTING}${'TCP nonsense\n'.repeat(150_000)}`, 'a');
  expect(recognised).toHaveLength(1);
  expect(unplaced).toHaveLength(11);
  expect(unplaced.at(-1)!.why).toBe('and 149990 more lines');
});

test('what lies beyond two million lines is not read, and said', () => {
  const { recognised, unplaced } = recognise(`${LISTING}${'\n'.repeat(2_000_000)}${LISTING}`, 'a');
  expect(recognised[0]!.facts).toHaveLength(2);
  expect(unplaced[0]).toMatchObject({ line: 2_000_001, why: expect.stringContaining('not read') });
});

test('a table cut off in the middle of a line is read up to there', () => {
  for (let length = 1; length < LISTING.length; length++) {
    const { recognised } = recognise(LISTING.slice(0, length), 'a');
    for (const { facts } of recognised) expect(facts.length).toBeLessThanOrEqual(2);
  }
});

/** What a scenario made of it says of itself; it must be import's own words. */
function nameOf(text: string): string | undefined {
  const imported = scenarioFrom({ ...importedFrom([text], [recognise(text, 'a')]), schema: 's' });
  return imported === null ? undefined : parseScenario(imported.yaml).scenario?.name;
}

const SERVICE =
  'kind: Service\nspec: {clusterIP: 10.96.0.10, ports: [{port: 80}]}\n---\nkind: Endpoints\n---\n';

test.each([
  [
    'a range of pods',
    `${SERVICE}kind: Node\nstatus: {nodeInfo: {kubeProxyVersion: v1.22.3}}\n---\nkind: KubeProxyConfiguration\nmode: ipvs\nclusterCIDR: "10.0.0.0/8\\nname: evil"\n`,
  ],
  [
    'a scheduler',
    `${SERVICE}kind: KubeProxyConfiguration\nmode: ipvs\nipvs: {scheduler: "rr\\nname: evil"}\n`,
  ],
  ['a kernel', `${SERVICE}kind: Node\nstatus: {nodeInfo: {kernelVersion: "5.4.0\\nname: evil"}}\n`],
  [
    'a setting',
    `${LISTING}net.ipv4.ip_local_reserved_ports = 1"}, name: "evil\nnet.ipv4.ip_local_port_range = 1 2\tname: evil`,
  ],
])('%s that is more than one becomes no key of the scenario', (_, text) => {
  expect(nameOf(text)).toBe('imported');
});
