/**
 * Loads that were recorded on real kernels: their tables, settings and connect times as an engineer would hand them in.
 * What was wrong is known: the cliff, nothing, or what no cause of diagnose is.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { diagnose, isLikely } from '../../src/diagnose/diagnose.ts';
import { recognise } from '../../src/evidence/recognise.ts';

interface Load {
  readonly config: {
    readonly kernel: string;
    readonly ports?: string;
    readonly conn_reuse_mode?: number;
    readonly conntrack?: number;
  };
  readonly connect_ms_histogram: Readonly<Record<string, number>>;
  readonly table_by_second: readonly { readonly rs?: Readonly<Record<string, unknown>> }[];
}

/** As nginx logs them, a thousand in place of all. */
function accessLog({ connect_ms_histogram: histogram }: Load): string {
  const all = Object.values(histogram).reduce((sum, number) => sum + number, 0);
  return Object.entries(histogram)
    .map(([ms, number]) => {
      const lines = Math.max(1, Math.round((number / all) * 1000));
      return `"GET / HTTP/1.1" 200 uct=${(Number(ms) / 1000).toFixed(3)}\n`.repeat(lines);
    })
    .join('');
}

type Row = readonly [weight: number, active: number, inactive: number];

function tableOf({ table_by_second: rows }: Load): string {
  const rs = rows.findLast((row) => row.rs !== undefined)?.rs;
  // The iptables mode has no table.
  if (rs === undefined) return '';
  const server = (address: string, [weight, active, inactive]: Row): string =>
    `  -> ${/^[\d.]+:\d+$/u.test(address) ? address : '10.0.2.2:8080'}   Masq    ${weight}      ${active}          ${inactive}\n`;
  const isByService = Object.values(rs).some((row) => !Array.isArray(row));
  const services = isByService
    ? (rs as Record<string, Record<string, Row>>)
    : { '10.96.0.10:80': rs as Record<string, Row> };
  return Object.entries(services)
    .map(([service, servers]) => {
      const list = Object.entries(servers).map(([address, row]) => server(address, row));
      return `TCP  ${service} rr\n${list.join('')}`;
    })
    .join('');
}

function verdictOf(name: string): string {
  return verdictOn(textsOf(name));
}

function textsOf(name: string): readonly string[] {
  const load = JSON.parse(
    readFileSync(new URL(`../golden/loads/${name}.json`, import.meta.url), 'utf8'),
  ) as Load;
  const { kernel, ports = '32768-60999', conn_reuse_mode, conntrack } = load.config;
  const settings = Object.entries({ conn_reuse_mode, conntrack }).flatMap(([key, value]) =>
    value === undefined ? [] : [`net.ipv4.vs.${key} = ${value}\n`],
  );
  return [
    accessLog(load),
    tableOf(load),
    `kernel.osrelease = ${kernel}\nnet.ipv4.ip_local_port_range = ${ports.replace('-', '\t')}\n${settings.join('')}`,
  ];
}

function verdictOn(texts: readonly string[]): string {
  const facts = texts.flatMap((text, index) =>
    recognise(text, `${index}`).recognised.flatMap((each) => each.facts),
  );
  const { verdict, judgements } = diagnose(facts);
  return verdict === 'found' ? judgements.find(isLikely)!.name : verdict;
}

test.each([
  ['3.10-reuse1-c50-d25-150s', 'port-reuse'],
  ['5.4-reuse1-c100-d50-300s', 'port-reuse'],
  ['5.4-reuse1-masq-plain-c100-d50-60s', 'port-reuse'],
  ['5.4-reuse1-nodeport-masq-c100-d50-60s', 'port-reuse'],
  ['5.4-drain-reuse1', 'port-reuse'],
  ['5.4-reuse0-c100-d50-40s', 'nothing'],
  ['5.4-reuse0-masq-rf-c100-d50-30s', 'nothing'],
  ['5.4-reuse1-keepalive-c100-d50-20s', 'nothing'],
  ['6.1-reuse1-c100-d50-40s', 'nothing'],
  ['6.1-drain-reuse1-enc1', 'nothing'],
  // Time stamps behind masquerading, which diagnose does not weigh.
  ['6.1-reuse1-nodeport-masq-c100-d50-30s', 'unknown'],
  ['6.1-iptables-masq-rf-c100-d50-30s', 'unknown'],
])('%s: %s', (name, expected) => {
  expect(verdictOf(name)).toBe(expected);
});

test.each([
  ['kubernetes 75262, 91812: a service of policy Local', ['TCP  10.1.109.187:443 rr'], 'no-endpoints'],
  [
    'kubernetes 81477: two protocols at one address, and counts of another node',
    [
      'TCP  10.96.0.10:53 rr\n  -> 20.20.210.3:53  Masq  1  0  0\nUDP  10.96.0.10:53 rr\n  -> 20.20.210.3:53  Masq  1  0  0',
      'Prot LocalAddress:Port  Conns  InPkts  OutPkts  InBytes OutBytes\n  -> RemoteAddress:Port\nTCP  10.3.0.42:80  14209  111769  74613  7207174  8334358\n  -> 10.2.1.22:80  2  12  8  774  894',
    ],
    'unknown',
  ],
  [
    'kubernetes 111682: mode 0 and reserved ports',
    [
      'TCP  10.203.160.17:80 rr\n  -> 10.203.44.12:8080  Masq  1  1  10',
      'kernel.osrelease=5.4.0-150-generic\nnet.ipv4.vs.conn_reuse_mode=0\nnet.ipv4.vs.conntrack=1',
    ],
    'unknown',
  ],
])('%s', (_, texts, expected) => {
  expect(verdictOn(texts)).toBe(expected);
});
