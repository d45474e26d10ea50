/** Who is refused because a scheduler hashes, and who because nobody is there. */
import { expect, test } from 'vitest';
import { findCauses } from '../../../src/causes/causes.ts';
import { simulate } from '../../../src/simulate.ts';
import { scenarioOf } from '../../network/a_scenario.ts';

function found(
  service: string,
  events: readonly string[] = [],
  clients = '{ rate: 20/s, keepAlive: false, addresses: 10.0.0.1-10.0.0.8 }',
) {
  const scenario = scenarioOf(`
duration: 20s
kernel: 5.15
sysctl: { net.ipv4.icmp_ratelimit: 0 }
service: { address: 10.96.0.10:80, ${service} }
clients: [${clients}]
events: [${events.map((event) => `{ ${event} }`).join(', ')}]
`);
  const result = simulate(scenario);
  const causes = findCauses(result);
  for (const { cause } of causes)
    for (const remedy of cause.remedies) expect(() => remedy.changes(scenario)).not.toThrow();
  return causes.map(({ cause: { name }, concerned, text, cause: { remedies } }) => ({
    name,
    concerned,
    text,
    changes: remedies.map((remedy) => remedy.changes(scenario)),
    dropped: result.drops.no_dest,
  }));
}

const ONE_DRAINED = 'realServers: [{ address: "10.244.1.1:80", weight: 0 }, { address: "10.244.1.2:80" }]';

test.each([
  ['sh', '', ['services.0.schedulerFlags=[sh-fallback]']],
  ['sh', 'schedulerFlags: [sh-port], ', ['services.0.schedulerFlags=[sh-port, sh-fallback]']],
  ['mh', '', ['services.0.schedulerFlags=[mh-fallback]']],
  ['dh', '', []],
])('%s %sdoes not look beyond the hashed server', (scheduler, flags, remedy) => {
  // mh forgets nobody who once had weight; sh and dh deal places to all.
  const drains = scheduler !== 'mh' ? [] : ['at: 1s, weight: { "10.244.1.1:80": 0 }'];
  const servers = scheduler !== 'mh' ? ONE_DRAINED : ONE_DRAINED.replace('weight: 0', 'weight: 1');
  const causes = found(`scheduler: ${scheduler}, ${flags}${servers}`, drains);
  // One destination address hashes to one server, which may be the other.
  if (scheduler === 'dh' && causes.length === 0) {
    const other = servers.replace(', weight: 0', '').replace('2:80"', '2:80", weight: 0');
    causes.push(...found(`scheduler: dh, ${other}`));
  }
  expect(causes.map(({ name }) => name)).toEqual(['hashed-server']);
  expect(causes[0]!.text).toContain(`${scheduler} of 10.96.0.10:80 looks at none but the hashed one`);
  expect(causes[0]!.changes[0]).toEqual(remedy);
  expect(causes[0]!.changes[1]![0]).toBe('services.0.scheduler=wrr');
});

test.each(['sh', 'mh'])('with its fallback %s refuses nobody', (scheduler) => {
  expect(found(`scheduler: ${scheduler}, schedulerFlags: [${scheduler}-fallback], ${ONE_DRAINED}`)).toEqual(
    [],
  );
});

test('a service of which every real server has weight 0 has none to choose, whatever its scheduler', () => {
  const nobody = ONE_DRAINED.replace('2:80"', '2:80", weight: 0');
  expect(found(`scheduler: sh, ${nobody}`).map(({ name }) => name)).toEqual(['no-endpoints']);
});

test('both are told apart in one run', () => {
  const causes = found(`scheduler: sh, ${ONE_DRAINED}`, ['at: 10s, weight: { "10.244.1.2:80": 0 }']);
  expect(causes.map(({ name }) => name)).toEqual(['no-endpoints', 'hashed-server']);
  expect(causes[0]!.concerned + causes[1]!.concerned).toBe(causes[0]!.dropped);
});

test('ovf passes over real servers whose active connections exceed their weight', () => {
  const [cause] = found(
    'scheduler: ovf, realServers: [{ address: "10.244.1.1:80" }]',
    [],
    '{ concurrency: 5, keepAlive: true, thinkTime: 1s }',
  );
  expect(cause!.name).toBe('no-endpoints');
  expect(cause!.text).toContain('ovf of 10.96.0.10:80 passes over those with more active connections');
  expect(cause!.changes.at(-1)).toEqual(['services.0.scheduler=wrr']);
});
