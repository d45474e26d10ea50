/** Everything that people meet by name can be explained. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CAUSES } from '../../src/causes/causes.ts';
import { REASONS } from '../../src/causes/drop_reasons.ts';
import { causeTopics } from '../../src/explain/cause_topics.ts';
import { controllerTopics } from '../../src/explain/controller_topics.ts';
import { dropTopics } from '../../src/explain/drop_topics.ts';
import { errorTopics } from '../../src/explain/error_topics.ts';
import { functionTopics } from '../../src/explain/function_topics.ts';
import { type JsonSchema, keyTopics } from '../../src/explain/key_topics.ts';
import { metricTopics } from '../../src/explain/metric_topics.ts';
import { shownBy } from '../../src/explain/shown_by.ts';
import { STATES, stateTopics } from '../../src/explain/state_topics.ts';
import { sysctlTopics } from '../../src/explain/sysctl_topics.ts';
import { findTopics, suggestTopic } from '../../src/explain/topic.ts';
import { DROP_REASONS } from '../../src/kernel/drop_reason.ts';
import { ERRNO_NAMES } from '../../src/kernel/ipv4/tcp_states.ts';
import { TcpProtocol } from '../../src/kernel/ipvs/ip_vs_proto_tcp.ts';
import { IP_VS_TCP_STATE_NAMES } from '../../src/kernel/ipvs/ip_vs_tcp_states.ts';
import { FIRST_COLUMNS } from '../../src/report/series.ts';
import { METRIC_NAMES } from '../../src/scenario/expect/metrics.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { SYSCTLS } from '../../src/scenario/sysctl.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../schema/scenario.schema.json', import.meta.url), 'utf8'),
) as JsonSchema;
const TOPICS = [
  ...keyTopics(schema),
  ...sysctlTopics(),
  ...metricTopics(),
  ...causeTopics(),
  ...dropTopics(),
  ...errorTopics(),
  ...stateTopics(),
  ...functionTopics(),
  ...controllerTopics(),
];

describe('there is a topic for', () => {
  test.each([
    ['every kernel setting', SYSCTLS.map(({ name }) => name)],
    ['every metric of expectations', METRIC_NAMES],
    ['every drop reason', DROP_REASONS],
    ['every cause', CAUSES.map(({ name }) => name)],
    ['every error', ERRNO_NAMES],
    ['every state of IPVS', IP_VS_TCP_STATE_NAMES],
    [
      'every function of one family beside that of the other',
      ['ipt_do_table', 'ip6t_do_table', 'reject_tg4', 'reject_tg6', 'arp_error_report', 'ndisc_error_report'],
    ],
    ['every controller', ['kube-proxy', 'kube-router', 'docker-swarm']],
    ['every column of series.csv', FIRST_COLUMNS.filter((name) => name !== 'time_s')],
    ['every key at the top of a scenario', Object.keys(schema.properties!)],
  ])('%s', (_what, names) => {
    for (const name of names) expect(findTopics(TOPICS, name), name).not.toEqual([]);
  });

  test('every topic, and it says something', () => {
    for (const { name, meaning } of TOPICS) expect(meaning, name).toMatch(/\w.*\.$/s);
  });
});

test('the default of a key is the one that the parser uses', () => {
  const { scenario } = parseScenario(
    'service: { address: 10.96.0.1:80, realServers: [{ address: 10.1.0.1:80 }] }\nclients: [{ concurrency: 1 }]\n',
  );
  const fact = (name: string) =>
    findTopics(TOPICS, name)[0]!.facts.find(([label]) => label === 'Default')![1];
  expect(fact('kernel')).toBe(scenario!.kernel);
  expect(fact('seed')).toBe(scenario!.seed);
  expect(fact('clients.ports')).toBe(scenario!.clients[0]!.ports.join('-'));
  expect(Number(fact('service.realServers.backlog'))).toBe(scenario!.services[0]!.realServers[0]!.backlog);
});

test('words lead to topics as people write them', () => {
  const names = (word: string) => findTopics(TOPICS, word).map(({ name }) => name);
  expect(names('events.add.weight')).toEqual(['service.realServers.weight']);
  expect(names('services.0.realServers.2.address')).toEqual(['service.realServers.address']);
  expect(names('sysctl.net.ipv4.vs.conntrack')).toEqual(['net.ipv4.vs.conntrack']);
  expect(names('drops[link_loss]')).toEqual(['link_loss']);
  expect(suggestTopic(TOPICS, 'concurency')).toBe('concurrency');
});

describe('the scenario that shows a topic', () => {
  const scenarios = [
    { name: 'lab-short', text: 'clients: [{ probe: { port: 1 } }]' },
    { name: 'plain', text: 'clients: [{ probe: { port: 1, every: 1s } }]\nexpect: [total(failed) == 0]' },
    { name: 'telling', text: '# longer than the others\nexpect: [total(failed) > 0, min(qps, 1s..2s) > 0]' },
  ];
  const shown = (name: string) => shownBy(findTopics(TOPICS, name)[0]!, scenarios);

  test.each([
    ['clients.probe.port', 'plain'],
    ['failed', 'telling'],
    ['qps', 'telling'],
    ['hz', null],
  ])('%s: %j', (name, expected) => {
    expect(shown(name)).toBe(expected);
  });
});

describe('kernel functions, states and errors', () => {
  const factOf = (name: string, label: string) =>
    findTopics(TOPICS, name)[0]!.facts.find(([one]) => one === label)?.[1];

  test('functions that drop reasons name are there, with or without ()', () => {
    for (const { kernelFunction } of Object.values(REASONS)) {
      for (const [name] of kernelFunction.matchAll(/[a-z_0-9]+(?=\(\))/gu)) {
        if (name === 'ip_local_deliver') continue;
        expect(
          findTopics(TOPICS, `${name}()`).map((topic) => topic.name),
          name,
        ).toEqual([name]);
      }
    }
    expect(factOf('ip_vs_check_template', 'Causes')).toBe('stale-affinity');
    expect(factOf('ip_vs_conn_new', 'Drops for')).toBe('conn_max');
  });

  test('the times of states are those of the model', () => {
    const protocol = new TcpProtocol(true, true);
    protocol.configure(100, false, 0, 0, 0);
    IP_VS_TCP_STATE_NAMES.forEach((name, state) => {
      expect(STATES[name]!.ipvs_s, name).toBe(protocol.timeouts[state]! / 100);
    });
    const { scenario } = parseScenario(
      'service: { address: 10.96.0.1:80, realServers: [{ address: 10.1.0.1:80 }] }\nclients: [{ concurrency: 1 }]\n',
    );
    const compared = Object.entries(STATES).filter(([name, { conntrack_s }]) => {
      const value = scenario!.sysctl[`net.netfilter.nf_conntrack_tcp_timeout_${name.toLowerCase()}`];
      if (value !== undefined) expect(conntrack_s, name).toBe(value);
      return value !== undefined;
    });
    expect(compared.length).toBeGreaterThan(2);
  });

  test('an error names the causes that it comes of', () => {
    expect(factOf('EADDRNOTAVAIL', 'Comes of')).toBe('ports-run-out');
    expect(factOf('ECONNRESET', 'Comes of')).toContain('idle-entry');
  });

  test('a part of a name leads to all that have it', () => {
    const names = (word: string) => findTopics(TOPICS, word).map(({ name }) => name);
    expect(names('nodest')).toEqual(
      expect.arrayContaining(['net.ipv4.vs.expire_nodest_conn', 'nodest_conntrack']),
    );
    expect(names('zz')).toEqual([]);
  });
});
