/** Associations of SCTP: what client and real server say to each other, and how an association begins and ends. */
import { describe, expect, test } from 'vitest';
import { findCauses } from '../../src/causes/causes.ts';
import { conntrackL } from '../../src/report/instant/conntrack.ts';
import { ipvsadmLnc } from '../../src/report/instant/ipvsadm.ts';
import { packetKind } from '../../src/report/packets/packet_text.ts';
import { scenarioNotes } from '../../src/scenario/notes.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { createRun, simulate } from '../../src/simulate.ts';
import { loggedRun, tracedRun } from '../../src/trace_run.ts';
import { scenarioOf } from './a_scenario.ts';

interface Parts {
  readonly client?: string;
  readonly server?: string;
  readonly service?: string;
  readonly duration?: string;
  readonly kernel?: string;
  readonly rest?: string;
}

function text({
  client = 'concurrency: 1, requests: 1',
  server = 'serviceTime: 10ms',
  service = 'path: direct',
  duration = '10s',
  kernel = '6.1',
  rest = '',
}: Parts): string {
  return `
kernel: ${kernel}
duration: ${duration}
service: { address: "10.96.0.1:3868", protocol: sctp, ${service}, realServers: [{ address: "10.244.1.5:3868", ${server} }] }
clients: [{ name: c, addresses: [10.0.0.2], ${client} }]
${rest}
`;
}

const run = (parts: Parts = {}) => simulate(scenarioOf(text(parts)));

/** What both ends send, as `0.4 S INIT-ACK`: milliseconds, who, what. */
function said(parts: Parts = {}): string[] {
  const { run: traced, recorder } = tracedRun(scenarioOf(text(parts)), {});
  traced.advance(Number.POSITIVE_INFINITY);
  return recorder.events.flatMap((event) => {
    if (event.kind !== 'packet' || !event.sending) return [];
    if (event.point !== 'client' && event.point !== 'real-server') return [];
    const who = event.point === 'client' ? 'C' : 'S';
    return [`${event.at_ns / 1e6} ${who} ${packetKind(event.packet)}`];
  });
}

const without = (lines: readonly string[]) => lines.map((line) => line.slice(line.indexOf(' ') + 1));

describe('an association', () => {
  test('is made in two round trips, and its server ends it', () => {
    expect(said()).toEqual([
      '0 C INIT',
      '0.2 S INIT-ACK',
      '0.4 C COOKIE-ECHO',
      '0.6 S COOKIE-ACK',
      '0.8 C DATA 100 bytes',
      '1 S SACK',
      '11 S DATA 612 bytes',
      '11.2 C SACK',
      '11.4 S SHUTDOWN',
      '11.6 C SHUTDOWN-ACK',
      '11.8 S SHUTDOWN-COMPLETE',
    ]);
  });

  test('may be ended by its client', () => {
    expect(without(said({ server: 'serviceTime: 10ms, closesFirst: client' })).slice(6)).toEqual([
      'S DATA 612 bytes',
      'C SACK',
      'C SHUTDOWN',
      'S SHUTDOWN-ACK',
      'C SHUTDOWN-COMPLETE',
    ]);
  });

  test('carries many requests', () => {
    const lines = without(said({ client: 'concurrency: 1, requests: 3, keepAlive: true' }));
    expect(lines.filter((line) => line === 'C INIT')).toHaveLength(1);
    expect(lines.filter((line) => line === 'C DATA 100 bytes')).toHaveLength(3);
  });

  test('has long messages in fragments, each acknowledged', () => {
    const lines = without(said({ server: 'responseBytes: 4000' }));
    expect(lines.filter((line) => /^S DATA/u.test(line))).toEqual([
      'S DATA 1452 bytes',
      'S DATA 1452 bytes',
      'S DATA 1096 bytes',
    ]);
    expect(lines.filter((line) => line === 'C SACK')).toHaveLength(3);
    expect(run({ server: 'responseBytes: 4000' }).totals.response_bytes).toBe(4000);
  });

  test('gives its port back at once: one port is enough', () => {
    const result = run({ client: 'rate: 20/s, ports: 40000-40000' });
    expect(result.errors).toEqual({});
    expect(result.totals.complete).toBe(200);
  });

  test('holds its port while it lasts: one port is one association at a time', () => {
    const result = run({ client: 'concurrency: 3, ports: 40000-40000' });
    expect(result.errors.EADDRNOTAVAIL).toBeGreaterThan(0);
  });

  test('keeps itself alive by heartbeats of both ends, half a minute and a timeout apart', () => {
    const lines = said({ server: 'serviceTime: 80s', duration: '90s' });
    const beats = lines.filter((line) => line.endsWith(' HEARTBEAT'));
    // The request measured the client's path: from then on its timeout is 1 s. The server has sent nothing yet.
    expect(beats.map((line) => line.replace(/^(\d+).*? /u, '$1 '))).toEqual([
      expect.stringMatching(/^3\d{4} C HEARTBEAT$/u),
      expect.stringMatching(/^3\d{4} S HEARTBEAT$/u),
      expect.stringMatching(/^6\d{4} C HEARTBEAT$/u),
      expect.stringMatching(/^6\d{4} S HEARTBEAT$/u),
    ]);
    expect(lines.filter((line) => line.endsWith(' HEARTBEAT-ACK'))).toHaveLength(4);
  });
});

describe('what fails', () => {
  test('an INIT without an answer is sent again after 3, 6, 12, ... s, at most a minute, eight times', () => {
    const rest = 'events: [{ at: 0s, unplug: 10.244.1.5 }]';
    const lines = said({ rest, duration: '400s', client: 'concurrency: 1, requests: 1, start: 1s' });
    const seconds = lines.map((line) => Number(line.split(' ')[0]) / 1000 - 1);
    const due = [0, 3, 9, 21, 45, 93, 153, 213, 273];
    expect(seconds).toHaveLength(due.length);
    for (const [index, at] of due.entries())
      expect(seconds[index]! / (at || 1)).toBeCloseTo(at === 0 ? 0 : 1, 0);
    expect(run({ rest, duration: '400s', client: 'concurrency: 1, requests: 1, start: 1s' }).errors).toEqual({
      ETIMEDOUT: 1,
    });
  });

  test('nobody listens: ABORT, and the connect is refused at once', () => {
    const rest = 'events: [{ at: 1s, terminatePod: 10.244.1.5 }]';
    const parts = {
      rest,
      server: 'serviceTime: 10ms, pod: { teardown: 1h, gracePeriod: 0s }',
      client: 'concurrency: 1, requests: 1, start: 3s',
    };
    expect(without(said(parts))).toEqual(['C INIT', 'S ABORT']);
    expect(run(parts).errors).toEqual({ ECONNREFUSED: 1 });
  });

  test('a full backlog: ABORT in answer to the cookie', () => {
    const result = run({
      server: 'serviceTime: 1s, workers: 1, backlog: 1',
      client: 'concurrency: 10, requests: 10',
    });
    expect(result.errors.ECONNREFUSED).toBeGreaterThan(5);
  });

  test('a server whose process ends in the middle of the answer', () => {
    const result = run({
      server: 'serviceTime: 2s, pod: { gracePeriod: 0s, teardown: 1h }',
      rest: 'events: [{ at: 1s, terminatePod: 10.244.1.5 }]',
    });
    expect(result.errors).toEqual({ ECONNRESET: 1 });
  });

  test('a client without patience says SHUTDOWN, and nothing while it connects', () => {
    const lines = without(
      said({ server: 'serviceTime: 5s', client: 'concurrency: 1, requests: 1, timeout: 1s' }),
    );
    expect(lines.slice(-3)).toEqual(['C SHUTDOWN', 'S SHUTDOWN-ACK', 'C SHUTDOWN-COMPLETE']);
    const rest = 'events: [{ at: 0s, unplug: 10.244.1.5 }]';
    const silent = said({ rest, client: 'concurrency: 1, requests: 1, timeout: 1s, start: 1s' });
    expect(without(silent)).toEqual(['C INIT']);
  });

  test.each(['direct', 'ipvs'])('losses are made good, path %s', (path) => {
    const result = run({
      service: `path: ${path}`,
      client: 'concurrency: 20, requests: 2000',
      duration: '3000s',
      rest: 'links: { clientSide: { loss: 0.03 }, serverSide: { loss: 0.03 } }\nuntil: idle',
    });
    expect(result.totals.complete + result.totals.failed).toBe(2000);
    expect(result.totals.complete).toBeGreaterThan(1990);
    expect(result.realServers[0]!.requests).toBeGreaterThanOrEqual(result.totals.complete);
  });

  test('conntrack forgets a handshake after 3 s, in which nothing is sent again: the rest of it is INVALID', () => {
    const result = run({
      service: 'path: iptables',
      client: 'concurrency: 20, requests: 500',
      duration: '20000s',
      rest: 'interval: 100s\nlinks: { clientSide: { loss: 0.03 } }\nuntil: idle',
    });
    expect(result.totals.complete + result.totals.failed).toBe(500);
    expect(result.totals.failed).toBeGreaterThan(5);
    expect(result.errors).toEqual({ ETIMEDOUT: result.totals.failed });
    expect(result.drops.conntrack_invalid).toBeGreaterThan(result.totals.failed * 8);
  });
});

test('what SCTP has not is refused where it is written', () => {
  const { problems } = parseScenario(
    text({ service: 'path: ebpf, onePacket: true', client: 'rate: 1/s, halfClose: true, timeout: 0s' }),
  );
  expect(problems.map(({ message }) => message)).toEqual([
    'protocol sctp is not modelled for path ebpf',
    'onePacket is for datagrams: the service is sctp',
    'onePacket goes with IPVS only, not path ebpf',
    'halfClose goes with tcp only; the service is sctp',
    'timeout 0s is for datagrams that nobody answers; the service is sctp',
  ]);
});

test('of kernels before 5.4 nothing is known of its conntrack, and that is said', () => {
  const about = (kernel: string) =>
    scenarioNotes(scenarioOf(text({ kernel, service: 'path: ipvs' }))).filter((note) => /SCTP/u.test(note));
  expect(about('4.19')).toHaveLength(1);
  expect(about('5.4.0')).toEqual([]);
});

test('views name the states of IPVS and of conntrack', () => {
  const scenario = scenarioOf(
    text({ service: 'path: ipvs', server: 'serviceTime: 5s', rest: 'sysctl: { net.ipv4.vs.conntrack: 1 }' }),
  );
  const traced = createRun(scenario);
  traced.advanceTo(1e9);
  const open = traced.snapshot();
  expect(open.connections).toMatchObject([{ protocol: 'sctp', state: 'ESTABLISHED' }]);
  expect(open.conntracks).toMatchObject([{ protocol: 'sctp', state: 'ESTABLISHED', assured: true }]);
  expect(open.services[0]!.destinations).toMatchObject([{ activeConn: 1, inActConn: 0 }]);
  traced.advanceTo(6e9);
  const over = traced.snapshot();
  expect(over.connections).toMatchObject([{ protocol: 'sctp', state: 'CLOSED' }]);
  expect(over.conntracks).toMatchObject([{ protocol: 'sctp', state: 'CLOSED' }]);
  expect(conntrackL(over)).toMatch(/^sctp {5}132 \d CLOSED src=10\.0\.0\.2 /u);
  expect(ipvsadmLnc(over)).toMatch(/^SCTP 01:00 {2}CLOSED {6}10\.0\.0\.2:/mu);
});

describe('causes', () => {
  const names = (parts: Parts) => findCauses(run(parts)).map(({ cause }) => cause.name);
  const busy = { service: 'path: ipvs', client: 'rate: 20/s, ports: 40000-40099', duration: '20s' };

  test('are those of connections: a server that has died', () => {
    expect(names({ ...busy, rest: 'events: [{ at: 10s, unplug: 10.244.1.5 }]' })).toContain('dead-server');
  });

  test('a port that comes back has one of its own, whatever the kernel', () => {
    for (const kernel of ['5.4.0', '5.9', '7.2'])
      expect(names({ ...busy, kernel })).toEqual(['association-reuse']);
    expect(names({ ...busy, rest: 'sysctl: { net.ipv4.vs.conn_reuse_mode: 0 }' })).not.toContain(
      'association-reuse',
    );
  });

  test('no remedy is a key that SCTP has not', () => {
    const parts = { ...busy, rest: 'events: [{ at: 10s, unplug: 10.244.1.5 }]' };
    const scenario = scenarioOf(text(parts));
    for (const { cause } of findCauses(run(parts))) {
      for (const remedy of cause.remedies) {
        const changes = remedy.changes(scenario) ?? [];
        if (!changes.some((change) => change.startsWith('clients.'))) continue;
        expect(parseScenario(text(parts), { set: changes }).problems).toEqual([]);
      }
    }
  });
});

test.each(['ipvs', 'iptables'])('a NodePort that masquerades, path %s', (path) => {
  const result = run({
    service: `path: ${path}, nodePort: 30080`,
    client: 'to: "10.0.0.7:30080", rate: 20/s',
    rest: 'kubernetes: 1.30.0\nmasquerade: kube-proxy\nnodeAddress: 10.0.0.7',
  });
  expect(result.totals).toMatchObject({ complete: 200, failed: 0 });
});

test('an ICMP error does not end a connect: INIT is sent again, and the attempt is not taken for refused', () => {
  const scenario = scenarioOf(
    text({
      service: 'path: ipvs',
      rest: 'events: [{ at: 0s, weight: { "10.244.1.5:3868": 0 } }]',
      client: 'rate: 1/s, start: 1s, requests: 1',
    }),
  );
  const { run: logged, log } = loggedRun(scenario);
  logged.advance(Number.POSITIVE_INFINITY);
  expect(log.attempts).toMatchObject([{ protocol: 'sctp', outcome: 'pending', syns: 2, end_ns: null }]);
  expect(logged.result().errors).toEqual({});
});

test('a target of a service by mark may be of SCTP', () => {
  const result = simulate(
    scenarioOf(`
kernel: 6.1
duration: 10s
sysctl: { net.ipv4.vs.conn_reuse_mode: 0 }
service: { address: "10.96.0.1:80", mark: 1, targets: ["sctp:10.96.0.1:3868"], realServers: [{ address: "10.244.1.5:0" }] }
clients: [{ to: "sctp:10.96.0.1:3868", rate: 20/s }]
`),
  );
  expect(result.totals).toMatchObject({ complete: 200, failed: 0 });
  expect(Math.max(...(result.series['entries[SCTP]'] as number[]))).toBeGreaterThan(100);
});
