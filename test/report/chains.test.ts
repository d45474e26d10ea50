/** A connection table with few buckets: what its chains cost, and what `run` says of them. */
import { expect, test } from 'vitest';
import { chainsSentence } from '../../src/report/chains.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { simulate } from '../../src/simulate.ts';

function run(bits: number, node = '{ cores: 1, ipvs: 2us }') {
  const { scenario, problems } = parseScenario(`
kernel: 5.4
duration: 10s
sysctl: { net.ipv4.vs.conn_tab_bits: ${bits} }
node: ${node}
service: { address: 10.96.0.10:80, realServers: [{ address: 10.244.1.5:8080 }] }
clients: [{ addresses: 10.0.0.1-10.0.0.4, rate: 1000/s }]
`);
  expect(problems).toEqual([]);
  return simulate(scenario!);
}
const busyOf = ({ cpu }: ReturnType<typeof run>) => cpu?.node_busy_ns ?? 0;
const [FEW, MANY] = [run(8), run(18)];

test('a packet passes half a chain, which is as long as there are entries to a bucket', () => {
  expect(FEW.totals.packets).toBe(MANY.totals.packets);
  // 10 000 entries at the end, 5000 on average: 5000 / 256 buckets / 2, of 10 ns for each packet.
  const perPacket_ns = (busyOf(FEW) - busyOf(MANY)) / FEW.totals.packets;
  expect(perPacket_ns).toBeGreaterThan(90);
  expect(perPacket_ns).toBeLessThan(105);
});

test('each step costs what the scenario says, and nothing where packets cost nothing', () => {
  const free = '{ cores: 1, ipvs: 2us, ipvsChain: 0s }';
  const [few, many] = [run(8, free), run(18, free)];
  expect(busyOf(few)).toBe(busyOf(many));
  expect(busyOf(run(8, '{ cores: 1, ipvs: 2us, ipvsChain: 100ns }'))).toBeGreaterThan(busyOf(FEW));
});

test('run says so where chains are long', () => {
  expect(chainsSentence(MANY)).toBeNull();
  expect(renderSummary(FEW).replace(/\s+/gu, ' ')).toMatch(
    /Table: at most 10 000 entries in 256 buckets, 39 to each: a packet passes 20 of them before it finds its own, 10 ns each\. conn_tab_bits=14 leaves one to a bucket\./u,
  );
  expect(chainsSentence(run(8, '{ cores: 1 }'))).toContain('that costs no time here');
});
