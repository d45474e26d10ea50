/** Real servers that several services share: each service has its own rows, columns and counts. */
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/parse.ts';
import { simulate } from '../../src/simulate.ts';

const SHARED = `duration: 10s
kernel: 5.4
services:
  - {name: a, address: 10.96.0.10:80, realServers: [{address: 10.244.1.5:8080}, {address: 10.244.1.6:8080}]}
  - {name: b, address: 10.96.0.11:80, realServers: [{address: 10.244.1.5:8080}]}
clients:
  - {name: one, to: a, rate: 1/s, requests: 10}
  - {name: two, to: b, addresses: 10.0.0.7, rate: 1/s, requests: 3}
`;

function run(text: string) {
  const { scenario, problems } = parseScenario(text);
  if (scenario === null) throw new Error(JSON.stringify(problems));
  return simulate(scenario);
}

const counts = (text: string) =>
  run(text).realServers.map(({ service, address, connections, requests }) => [
    service,
    address,
    connections,
    requests,
  ]);

describe.each([
  ['IPVS', SHARED],
  ['iptables', SHARED.replaceAll('realServers', 'path: iptables, realServers')],
  ['eBPF', SHARED.replaceAll('realServers', 'path: ebpf, realServers')],
])('%s: services that share a real server', (path, text) => {
  test('each row counts its own service only', () => {
    const rows = counts(text);
    expect(rows.map(([service, address]) => [service, address])).toEqual([
      ['a', '10.244.1.5:8080'],
      ['a', '10.244.1.6:8080'],
      ['b', '10.244.1.5:8080'],
    ]);
    expect(rows[2]!.slice(2)).toEqual([3, 3]);
    expect((rows[0]![3] as number) + (rows[1]![3] as number)).toBe(10);
    if (path === 'IPVS') expect(rows[0]!.slice(2)).toEqual([5, 5]);
  });
});

test('datagrams are told apart, too', () => {
  const text = SHARED.replaceAll('realServers', 'protocol: udp, realServers');
  expect(counts(text).map(([, , , requests]) => requests)).toEqual([5, 5, 3]);
});

describe('expectations', () => {
  const judged = (expression: string) =>
    run(`${SHARED}expect: ["${expression}"]\n`).expectations.map(({ measured }) => measured);

  test.each([
    ['total(requests[a/10.244.1.5:8080]) == 5', 5],
    ['total(requests[b/10.244.1.5:8080]) == 3', 3],
    ['total(requests[10.244.1.5:8080]) == 8', 8],
    ['total(requests[10.244.1.6:8080]) == 5', 5],
    ['total(requests[a/10.244.1.6:8080]) == 5', 5],
    ['max(entries) > 0', 13],
    ['max(entries[TIME_WAIT]) > 0', 13],
    ['max(entries[SYN_SENT]) == 0', 0],
    ['count(drops[old_conntrack]) == 0', 0],
    ['count(errors[ECONNREFUSED]) == 0', 0],
  ])('%s', (expression, measured) => expect(judged(expression)).toEqual([measured]));

  test.each([
    [
      'total(requests[c/10.244.1.5:8080]) == 5',
      /c\/10\.244\.1\.5:8080, which does not exist/,
      /did you mean [ab]\//,
    ],
    ['max(weight[10.244.1.5:8080]) == 1', /of 2 services/, /weight\[a\/10\.244\.1\.5:8080\] or weight\[b/],
    [
      'max(entries[TIMEWAIT]) > 0',
      /unknown metric: entries\[TIMEWAIT\]/,
      /did you mean entries\[TIME_WAIT\]\?/,
    ],
  ])('%s is refused', (expression, message, hint) => {
    const { problems } = parseScenario(`${SHARED}expect: ["${expression}"]\n`);
    expect(problems).toHaveLength(1);
    expect(problems[0]!.message).toMatch(message);
    expect(problems[0]!.hint).toMatch(hint);
  });
});
