import { describe, expect, test } from 'vitest';
import { clientEntry, realServerEntry } from '../../src/causes/remedies/entry.ts';
import { parseScenario } from '../../src/scenario/parse.ts';

const TEXT = `
kernel: 5.4.0
duration: 10s
kubernetes: 1.30.0
service:
  address: 10.96.0.1:80
  realServers:
    - address: 10.244.1.5:80
      serviceTime: { exponential: 5ms }
      backlog: 7
      tcpMaxTwBuckets: 99
      cpu: { cores: 4, cpuset: 2, quota: 50ms, perRequest: 1ms, perConnection: 20us, migration: 3us }
      pod: { startup: 2s, shutdown: 3s, gracePeriod: 40s }
clients: [{ rate: 10/s, tcpTimestamps: 2 }, { name: own, addresses: [10.0.0.9], concurrency: 2, tcpKeepalive: { time: 60s } }]
`;

describe('parts of a scenario written as values of --set', () => {
  test('make the same scenario again', () => {
    const { scenario } = parseScenario(TEXT, {});
    const [server] = scenario!.services[0]!.realServers;
    const set = [
      `service.realServers.0=${realServerEntry(server!)}`,
      ...scenario!.clients.map((client, index) => `clients.${index}=${clientEntry(client)}`),
    ];
    const again = parseScenario(TEXT, { set });
    expect(again.problems).toEqual([]);
    expect(again.scenario!.services).toEqual(scenario!.services);
    expect(again.scenario!.clients).toEqual(scenario!.clients);
  });
});
