/** The table of what each of several nodes has scheduled. */
import { expect, test } from 'vitest';
import { renderMarkdown } from '../../src/report/forms/markdown.ts';
import { nodesText } from '../../src/report/nodes.ts';
import { PLAIN } from '../../src/report/text.ts';
import { simulate } from '../../src/simulate.ts';
import { scenarioOf } from '../network/a_scenario.ts';

test('a real server that several services have is named once', () => {
  const result = simulate(
    scenarioOf(`
duration: 5s
masquerade: plain
nodes: [{ name: one }, { name: two }]
service: { name: web, address: 10.96.0.10:80, nodePort: 30080, realServers: [{ address: "10.244.1.1:80" }] }
clients:
  - { name: a, to: web, via: two, rate: 10/s, requests: 10 }
  - { name: b, to: "172.18.0.3:30080", rate: 10/s, requests: 20 }
`),
  );
  expect(nodesText(result, PLAIN)).toBe(
    'Connections that each node scheduled:\n  one  0\n  two  30 to 10.244.1.1:80 30',
  );
  expect(renderMarkdown([result])).toContain(
    'Connections that each node scheduled:\n\n| node | connections | to |\n| --- | ---: | --- |\n' +
      '| one | 0 |  |\n| two | 30 | 10.244.1.1:80 30 |\n',
  );
});
