/** Replayed connections: each as its row says, over TCP that is simulated anew. */
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/parse.ts';
import { simulate } from '../../src/simulate.ts';

function scenarioOf(rows: string, set: readonly string[] = []) {
  const text = JSON.stringify({
    duration: '60s',
    kernel: '5.4',
    service: { address: '10.96.0.1:80', realServers: [{ address: '10.244.1.5:8080', serviceTime: '5ms' }] },
    clients: [{ replay: rows }],
    links: { delay: '0s' },
  });
  return parseScenario(text, { set });
}

function run(rows: string, set: readonly string[] = []) {
  const { scenario, problems } = scenarioOf(rows, set);
  expect(problems).toEqual([]);
  return simulate(scenario!);
}

describe('a row', () => {
  test('has its own sizes, times and requests', () => {
    const { totals, times_ms } = run(
      'start_s,requests,response_bytes,service_ms,pause_ms\n1,3,1000,20,500\n',
    );
    expect(totals).toMatchObject({ complete: 3, connections: 1, response_bytes: 3000, seconds: 2.06 });
    expect(times_ms.total).toMatchObject({ min: 20, max: 20 });
  });

  test('that leaves them out has those of client and real server', () => {
    expect(run('start_s\n1\n').times_ms.total).toMatchObject({ min: 5, max: 5 });
  });

  test('closes as it says: a client that does keeps the port', () => {
    // The next connection from the port is another pod's or takes another one.
    const rows = (closes: string) =>
      `start_s,address,port,closes\n1,10.0.0.9,40000,${closes}\n2,10.0.0.9,40000,\n`;
    const set = ['sysctl.net.ipv4.vs.conn_reuse_mode=1', 'sysctl.net.ipv4.vs.conntrack=1'];
    expect(run(rows('server'), set).drops).toEqual({ old_conntrack: 1 });
    expect(run(rows('client'), set).drops).toEqual({});
  });

  test('whose port is taken gets another', () => {
    const { totals } = run('start_s,address,port,service_ms\n1,10.0.0.9,40000,3000\n2,10.0.0.9,40000,1\n');
    expect(totals).toMatchObject({ complete: 2, failed: 0 });
  });
});

test('rows without addresses are those of the client in turn', () => {
  const rows = 'start_s,port\n1,40000\n1,40000\n';
  expect(run(rows, ['clients.0.addresses=10.0.0.1-10.0.0.2']).totals).toMatchObject({
    complete: 2,
    failed: 0,
  });
});

test('ends when its last request has ended', () => {
  expect(run('start_s\n1\n2\n', ['until=idle']).end_s).toBeCloseTo(2.005, 6);
});

test.each([
  ['requests', 'requests=5', 'stands in its rows'],
  ['addresses', 'addresses=10.0.0.1', 'stand in its rows'],
  ['a rate', 'rate=5/s', 'a client has one kind of load'],
  ['keepAlive', 'keepAlive=true', 'keepAlive does not go with it'],
  ['udp', null, 'not modelled for a service with protocol: udp'],
])('%s does not go with it', (_what, key, message) => {
  const set = key === null ? ['service.protocol=udp'] : [`clients.0.${key}`];
  const { problems } = scenarioOf('start_s,address\n1,10.0.0.9\n', set);
  expect(problems.map((problem) => problem.message).join('\n')).toContain(message);
});
