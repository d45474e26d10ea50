/** Keys of clients about waiting: what they go with, and the way from the effective scenario back to keys. */
import { expect, test } from 'vitest';
import { duration } from '../../src/report/numbers.ts';
import { clientKeys } from '../../src/scenario/effective_client.ts';
import { parseScenario } from '../../src/scenario/parse.ts';

function parse(client: string, protocol = 'tcp') {
  const text = `
service: {address: "10.96.0.1:80", protocol: ${protocol}, realServers: [{address: "10.244.1.5:80"}]}
clients: [${client}]
`;
  return parseScenario(text, { file: 'x.yaml' });
}

function messages(client: string, protocol?: string): string[] {
  return parse(client, protocol).problems.map(({ message }) => message);
}

test.each([
  ['{rate: 1/s, tcpRetries2: 8}', 'udp', 'tcpRetries2 goes with tcp only; the service is udp'],
  ['{rate: 1/s, tcpKeepalive: {}}', 'udp', 'tcpKeepalive goes with tcp only; the service is udp'],
  ['{rate: 1/s, timeout: 0s}', 'tcp', 'timeout 0s is for datagrams that nobody answers; the service is tcp'],
  [
    '{concurrency: 1, timeout: 0s}',
    'udp',
    'timeout 0s goes with rate: other loads go on when an answer comes',
  ],
  [
    '{rate: 1/s, keepAlive: true, halfClose: true}',
    'tcp',
    'halfClose ends the connection with its request: keepAlive does not go with it',
  ],
  ['{rate: 1/s, tcpKeepalive: {time: 1500ms}}', 'tcp', 'time counts whole seconds'],
  ['{rate: 1/s, ports: 100-200, reservedPorts: 1-300}', 'tcp', 'reservedPorts leave no port of the range'],
  ['{rate: 1/s, ports: "1-2,5"}', 'tcp', 'must be a range of ports, like 32768-60999'],
  ['{rate: 1/s, ports: []}', 'tcp', 'must be a range of ports, like 32768-60999'],
  ['{rate: 1/s, reservedPorts: "1,x"}', 'tcp', 'must be a range of ports, like 32768-60999'],
  ['{rate: 1/s, tcpRetries2: 0}', 'tcp', 'must be a whole number from 1 to 255'],
])('%s over %s', (client, protocol, message) => {
  const [only, ...others] = messages(client, protocol);
  expect(only).toContain(message);
  expect(others).toEqual([]);
});

test('what several ranges leave out is reserved, with what is reserved besides', () => {
  const { scenario } = parse(
    '{rate: 1/s, ports: ["400-500", "100-200", "201-250"], reservedPorts: "90-110,450"}',
  );
  const { ports, reservedPorts } = scenario!.clients[0]!;
  expect(ports).toEqual([100, 500]);
  expect(reservedPorts).toEqual([
    [100, 110],
    [251, 399],
    [450, 450],
  ]);
});

test.each([
  ['rate: 1/s', { keepAlive: false, timeout_ns: 5e9 }],
  ['rate: 1/s, timeout: 300ms', { keepAlive: false, timeout_ns: 3e8 }],
  ['rate: 1/s, ports: 50-50', { keepAlive: true, timeout_ns: 0 }],
  ['rate: 1/s, keepAlive: true', { keepAlive: true, timeout_ns: 0 }],
  ['rate: 1/s, ports: 50-50, timeout: 1s', { keepAlive: true, timeout_ns: 1e9 }],
  ['concurrency: 1, ports: 50-50', { keepAlive: false, timeout_ns: 5e9 }],
])('over udp, %s', (client, expected) => {
  expect(parse(`{${client}}`, 'udp').scenario!.clients[0]).toMatchObject(expected);
});

test.each([
  ['{concurrency: 3, keepAlive: true, thinkTime: {exponential: 3ms}, tcpKeepalive: {time: 600s}}', 'tcp'],
  ['{rate: 5/s, halfClose: true, timeout: 3s, pollTimeout: 30s, userTimeout: 20s, tcpRetries2: 9}', 'tcp'],
  ['{rate: 5/s, ports: "100-200,300-400", reservedPorts: 150, keepAlive: true}', 'udp'],
  ['{probe: {port: 99}, requests: 7, start: 2s}', 'tcp'],
])('keys written back make the same client: %s', (client, protocol) => {
  const { scenario } = parse(client, protocol);
  const again = parse(JSON.stringify(clientKeys(scenario!.clients[0]!, duration)), protocol);
  expect(again.problems).toEqual([]);
  expect(again.scenario!.clients).toEqual(scenario!.clients);
});
