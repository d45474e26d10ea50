/** Two pods behind one service, under a controller, for tests. */
import type { Result } from '../../../src/measure/result.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { simulate } from '../../../src/simulate.ts';
import { scenarioOf } from '../a_scenario.ts';

export interface ClusterParts {
  readonly kernel?: string;
  /** The line of the controller. */
  readonly controller?: string;
  readonly protocol?: string;
  /** Keys of the first pod. */
  readonly pod?: string;
  /** Keys of the second real server. */
  readonly second?: string;
  readonly client?: string;
  readonly duration?: string;
  /** Flow mappings, one event each. */
  readonly events?: readonly string[];
  readonly rest?: string;
}

export const FIRST = '10.244.1.5:80';
export const SECOND = '10.244.1.6:80';

export function aCluster(parts: ClusterParts): Scenario {
  const { kernel = '5.4.0', controller = '', pod = '', client = 'rate: 20/s', rest = '' } = parts;
  const { second = 'weight: 1', protocol = 'tcp', duration = '200s', events = [] } = parts;
  return scenarioOf(`
kernel: ${kernel}
duration: ${duration}
${controller}
service:
  address: 10.96.0.1:80
  protocol: ${protocol}
  realServers:
    - { address: "${FIRST}", serviceTime: 5ms, pod: { ${pod} } }
    - { address: "${SECOND}", serviceTime: 5ms, ${second} }
clients: [{ name: client, addresses: [10.0.0.2], ${client} }]
events:
${events.map((event) => `  - { ${event} }`).join('\n')}
${rest}
`);
}

/** Value of a column of the first pod at the end of that second. */
export function at(result: Result, column: string, second: number): number {
  return result.series[`${column}[${FIRST}]`]![second - 1]!;
}

export function runCluster(parts: ClusterParts): Result {
  return simulate(aCluster(parts));
}
