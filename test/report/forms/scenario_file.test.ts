/** A result's scenario, written as a file, is read as the same scenario: what a report embeds can be run. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scenarioFile } from '../../../src/report/forms/scenario_file.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';

const FOLDER = new URL('../../../scenarios/', import.meta.url);

/** Where a value stands is of the file, not of the scenario. */
function plain({ sysctlOrigin, expect: expected, ...scenario }: Scenario) {
  return { ...scenario, expect: expected.map(({ expression }) => expression) };
}

function read(text: string, set: readonly string[] = []): Scenario {
  const { scenario, problems } = parseScenario(text, { file: 'a.yaml', set });
  expect(problems).toEqual([]);
  return scenario!;
}

const NODES = `
kernel: 5.4
kubernetes: 1.20.0
nodes: [{ name: n1 }, { name: n2, kernel: 5.15, kubernetes: 1.10.13, sysctl: { net.ipv4.vs.timeout.udp: 9 } }]
service: { address: 10.96.0.1:80, realServers: [{ address: 10.244.1.5:80 }] }
clients: [{ rate: 1/s }]
events:
  - { at: 1s, node: n2, controller: stop }
  - { at: 2s, controller: restart }
  - { at: 3s, node: n1, sysctl: { net.ipv4.vs.timeout.udp: 8 } }
  - { at: 4s, rebootNode: n1, bootTime: 5s }
`;

describe('a scenario written as a file is the same scenario', () => {
  it.each(readdirSync(FOLDER).filter((name) => name.endsWith('.yaml')))('%s', (name) => {
    const scenario = read(readFileSync(new URL(name, FOLDER), 'utf8'));
    expect(plain(read(scenarioFile(scenario)))).toEqual(plain(scenario));
  });

  it('with nodes whose controllers are of their own releases', () => {
    for (const text of [NODES, NODES.replace('nodes:', 'masquerade: kube-proxy\nnodes:')]) {
      const scenario = read(text);
      expect(plain(read(scenarioFile(scenario)))).toEqual(plain(scenario));
    }
  });

  it('with what the command line changed, and with text that YAML would take for something else', () => {
    const text = readFileSync(new URL('k8s-cliff.yaml', FOLDER), 'utf8');
    const scenario = read(text, [
      'net.ipv4.vs.conn_reuse_mode=0',
      'seed=0012',
      'kernel=5.10',
      'title=no: "yes" # <b>',
      'clients.0.concurrency=null',
      'clients.0.rate=12.5/s',
    ]);
    expect(plain(read(scenarioFile(scenario)))).toEqual(plain(scenario));
  });
});
