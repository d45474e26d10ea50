/**
 * Recordings of real ab behind masquerading: with random-fully, a port that the real server has in TIME_WAIT comes to another
 * source port, and time stamps decide what becomes of its SYN. Chance has its part in it (ports, offsets, sequence numbers), so
 * totals may differ by 3 % and the classes of slow connects by half, or by what chance alone does to a few.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { simulate } from '../../src/simulate.ts';
import { scenarioOf } from './a_scenario.ts';

interface Recording {
  readonly config: {
    readonly kernel: string;
    readonly path: string;
    readonly masquerade: string;
    readonly service: string;
    readonly seconds: number;
    readonly realServers: number;
    readonly conn_reuse_mode?: number;
    readonly client_tcp_timestamps?: number;
  };
  readonly totals: { readonly complete: number; readonly seconds: number };
  readonly connect_ms_histogram: Readonly<Record<string, number>>;
}

function recording(name: string): Recording {
  return JSON.parse(readFileSync(new URL(`../golden/loads/${name}.json`, import.meta.url), 'utf8'));
}

/** The recorded hosts keep 16 384 TIME_WAITs; a round of 100 requests takes 51 ms there. */
function run({ config, totals }: Recording) {
  const servers = Array.from({ length: config.realServers }, (_, index) => {
    return `{ address: "10.0.2.${2 + index}:8080", serviceTime: 51ms, tcpMaxTwBuckets: 16384 }`;
  });
  return simulate(
    scenarioOf(`
kernel: ${config.kernel}
hz: 100
duration: ${totals.seconds}s
masquerade: ${config.masquerade}
nodeAddress: 10.0.1.1
podRange: 10.0.2.0/24
${config.path === 'ipvs' ? `sysctl: { net.ipv4.vs.conn_reuse_mode: ${config.conn_reuse_mode}, net.ipv4.vs.conntrack: 1 }` : ''}
service: { address: "${config.service}", path: ${config.path}, realServers: [${servers.join(', ')}] }
clients: [{ name: ab, addresses: [10.0.1.2], concurrency: 100, tcpTimestamps: ${config.client_tcp_timestamps ?? 1} }]
links: { delay: 0s }
`),
  );
}

/** Where the recordings have their slow connects, in milliseconds. */
const CLASSES = [
  [15, 100],
  [900, 1900],
  [1900, 2900],
  [5900, 6900],
] as const;

function classes(histogram: Readonly<Record<string, number>>): number[] {
  return CLASSES.map(([least, most]) =>
    Object.entries(histogram).reduce(
      (sum, [ms, count]) => (Number(ms) >= least && Number(ms) < most ? sum + count : sum),
      0,
    ),
  );
}

describe('loads behind masquerading', () => {
  test.each([
    '5.4-iptables-masq-rf-c100-d50-30s',
    '5.4-reuse0-masq-rf-c100-d50-30s',
    '5.4-reuse1-masq-plain-c100-d50-60s',
    '5.4-reuse1-nodeport-masq-c100-d50-60s',
    '6.1-iptables-masq-plain-c100-d50-30s',
    '6.1-iptables-masq-rf-c100-d50-30s',
    '6.1-iptables-masq-rf-ts2-c100-d50-30s',
    '6.1-nftables-masq-rf-c100-d50-30s',
    '6.1-reuse1-nodeport-masq-c100-d50-30s',
    '7.2-iptables-masq-rf-c100-d50-30s',
  ])('%s', (name) => {
    const golden = recording(name);
    const result = run(golden);
    expect(result.totals.failed).toBe(0);
    expect(result.totals.complete / golden.totals.complete).toBeGreaterThan(0.97);
    expect(result.totals.complete / golden.totals.complete).toBeLessThan(1.03);
    const expected = classes(golden.connect_ms_histogram);
    classes(result.connect_ms_histogram).forEach((count, index) => {
      const chance = 3 * Math.sqrt(expected[index]!);
      expect(count, `${CLASSES[index]} ms: ${expected[index]} recorded`).toBeLessThanOrEqual(
        expected[index]! * 1.5 + chance,
      );
      expect(count, `${CLASSES[index]} ms: ${expected[index]} recorded`).toBeGreaterThanOrEqual(
        expected[index]! / 1.5 - chance,
      );
    });
  });
});
