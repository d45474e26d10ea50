/** Scenarios for tests: one service, one client, and whatever the test is about. */
import { parseScenario } from '../../src/scenario/parse.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';

/** The scenario of a text in the form that users write; throws with the problems of one that is wrong. */
export function scenarioOf(text: string): Scenario {
  const { scenario, problems } = parseScenario(text, { file: 'test.yaml' });
  if (scenario === null)
    throw new Error(problems.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return scenario;
}

export interface Parts {
  readonly kernel?: string;
  readonly duration?: string;
  /** Keys of the service, of its only real server and of the client, as in a flow mapping. */
  readonly service?: string;
  readonly realServer?: string;
  readonly client?: string;
  /** Further sections. */
  readonly rest?: string;
}

export function aScenario(parts: Parts = {}): Scenario {
  const { kernel = '5.4.0', duration = '10s', service = 'path: direct', rest = '' } = parts;
  const { realServer = 'serviceTime: 10ms', client = 'concurrency: 1' } = parts;
  return scenarioOf(`
kernel: ${kernel}
duration: ${duration}
service: { address: "10.96.0.1:80", ${service}, realServers: [{ address: "10.244.1.5:80", ${realServer} }] }
clients: [{ name: ab, addresses: [10.0.0.2], ${client} }]
${rest}
`);
}
