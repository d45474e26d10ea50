/** The ports of a client at an instant, told from what happened to them, are those of the connection table. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PORT_OPENED, PORT_SYN_DROPPED, portOwners } from '../../src/measure/port_events.ts';
import { NO_ENTRY, PortMap, portCells } from '../../src/measure/port_map.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { simulate } from '../../src/simulate.ts';
import { portsRun } from '../../src/trace_run.ts';

function shipped(set: readonly string[]) {
  const text = readFileSync(new URL('../../scenarios/k8s-cliff.yaml', import.meta.url), 'utf8');
  const { scenario, problems } = parseScenario(text, { set: ['expect=[]', ...set] });
  if (scenario === null) throw new Error(JSON.stringify(problems));
  return scenario;
}

/** `port state seconds` of every entry, as the table has them and as the map has them. */
function both(set: readonly string[], instants_s: readonly number[]) {
  const scenario = shipped(set);
  const [owner] = portOwners(scenario);
  const { run, log } = portsRun(scenario, owner!);
  const table = instants_s.map((at_s) => {
    run.advanceTo(at_s * 1e9);
    return run
      .snapshot()
      .connections.map(({ clientPort, state, expires_s }) => ({ clientPort, state, expires_s }));
  });
  const map = new PortMap(log.events);
  return { scenario, run, log, map, table };
}

function entriesOf(map: PortMap) {
  const found: { port: number; state: string; left_s: number }[] = [];
  for (let port = 0; port < 65536; port++) {
    if (map.kind[port] === NO_ENTRY) continue;
    const left_s = Math.max(0, (map.due_ns[port]! - map.at_ns) / 1e9);
    found.push({ port, state: map.events.kinds[map.kind[port]!]!, left_s });
  }
  return found;
}

describe.each([
  ['the cliff', ['duration=40s'], [3, 15, 20, 39]],
  ['mode 0', ['duration=40s', 'net.ipv4.vs.conn_reuse_mode=0'], [3, 15, 20, 39]],
  ['kernel 5.10, where new entries take over', ['duration=20s', 'kernel=5.10'], [3, 15, 19]],
  ['keep-alive', ['duration=10s', 'clients.0.keepAlive=true'], [2, 9]],
])('%s', (_name, set, instants_s) => {
  test('state and time left are those of ip_vs_conn, forward and back', () => {
    const { map, table } = both(set, instants_s);
    const order = [...instants_s.keys(), ...[...instants_s.keys()].reverse()];
    for (const index of order) {
      map.seek(instants_s[index]! * 1e9);
      const mapped = entriesOf(map);
      const byPort = new Map(table[index]!.map((row) => [row.clientPort, row]));
      expect(mapped.length).toBe(byPort.size);
      const wrong = mapped.filter(({ port, state, left_s }) => {
        const row = byPort.get(port);
        return state !== row?.state || Math.abs(left_s - row.expires_s) >= 1.6;
      });
      expect(wrong).toEqual([]);
    }
  });
});

test('dropped SYNs and opened ports are those that the result counts', () => {
  const { run, log } = both(['duration=40s'], [40]);
  const { totals } = run.result();
  const { events } = log;
  const what = [...events.what.subarray(0, events.length)];
  expect(totals.syn_dropped).toBeGreaterThan(1000);
  expect(what.filter((one) => one === PORT_SYN_DROPPED).length).toBe(totals.syn_dropped);
  expect(what.filter((one) => one === PORT_OPENED).length).toBe(totals.connects);
});

test('who looks on changes nothing', () => {
  const { scenario, run } = both(['duration=20s'], [20]);
  expect(run.result()).toEqual(simulate(scenario));
});

test('a kernel that uses one parity of the range has a picture of half the ports', () => {
  const { log } = both(['duration=5s'], [5]);
  const cells = portCells(log.events, log.owner.ports);
  expect(cells).toMatchObject({ step: 2, count: 32_256 });
  const used = new Set(
    [...log.events.port.subarray(0, log.events.length)].map((port) => (port - cells.first) % 2),
  );
  expect([...used]).toEqual([0]);
  expect(portCells({ ...log.events, length: 0 }, [1024, 65535])).toEqual({
    first: 1024,
    step: 1,
    count: 64_512,
  });
});

test('another address of the clients has ports of its own, and another service is another matter', () => {
  const scenario = shipped(['duration=3s', 'clients.0.addresses=[10.0.0.1, 10.0.0.2]']);
  const owners = portOwners(scenario);
  expect(owners.map(({ address }) => address)).toEqual(['10.0.0.1', '10.0.0.2']);
  const [one, two] = owners.map((owner) => {
    const { run, log } = portsRun(scenario, owner);
    run.advance(Number.POSITIVE_INFINITY);
    return { run, opened: [...log.events.what].filter((what) => what === PORT_OPENED).length };
  });
  expect(one!.opened + two!.opened).toBe(one!.run.result().totals.connects);
  expect(Math.abs(one!.opened - two!.opened)).toBeLessThanOrEqual(1);
});
