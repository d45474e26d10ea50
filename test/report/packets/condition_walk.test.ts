/** The conditions that a SYN meets in ip_vs_in(), as runs of different kernels and settings have decided them. */
import { describe, expect, test } from 'vitest';
import { kernelFeatures } from '../../../src/kernel/features.ts';
import { storiesOf } from '../../../src/measure/packet_stories.ts';
import { type ConditionWalk, conditionWalk } from '../../../src/report/packets/condition_walk.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';
import { tracedRun } from '../../../src/trace_run.ts';

const YAML = `
duration: 20s
service: { address: 10.96.0.1:80, realServers: [{ address: 10.244.1.5:8080 }] }
clients: [{ ports: 40000-40009, rate: 2/s }]
`;

/** The walks of one port's SYNs. */
function walks(set: readonly string[]): ConditionWalk[] {
  const { scenario, problems } = parseScenario(YAML, { set });
  expect(problems).toEqual([]);
  const { run, recorder } = tracedRun(scenario!, {});
  run.advance(Number.POSITIVE_INFINITY);
  return storiesOf(recorder.events).flatMap(
    (story) => conditionWalk(story, kernelFeatures(scenario!.kernel)) ?? [],
  );
}

const told = ({ conditions, end }: ConditionWalk) => [
  ...conditions.map(({ asks, isYes }) => `${asks.split(/[:,]/u)[0]} ${isYes ? 'yes' : 'no'}`),
  end.text,
];

const ENTRY = 'ip_vs_conn_in_get() != NULL';
const SCHEDULES = 'svc->scheduler->schedule() != NULL yes';

/** The first real server gets none of them after 1 s. */
const WEIGHT_0 = [
  'net.ipv4.vs.expire_nodest_conn=1',
  'net.ipv4.vs.conntrack=0',
  'service.realServers.1={address: "10.244.1.6:8080", weight: 0}',
  'events=[{at: 1s, weight: {"10.244.1.5:8080": 0, "10.244.1.6:8080": 1}}]',
];

describe('a SYN', () => {
  test('of a new flow is scheduled', () => {
    const [first] = walks(['kernel=5.4']);
    expect(told(first!)).toEqual([
      `${ENTRY} no`,
      'may the packet open a connection yes',
      SCHEDULES,
      'reaches 10.244.1.5:8080',
    ]);
    expect(first!.conditions[2]!.seen).toBe('scheduler=rr, server=10.244.1.5:8080, weight=1');
  });

  test.each([
    [
      'is dropped for the old entry’s conntrack',
      ['kernel=5.4', 'net.ipv4.vs.conn_reuse_mode=1', 'net.ipv4.vs.conntrack=1'],
      [
        `${ENTRY} yes`,
        'conn_reuse_mode != 0 yes',
        'expire_nodest_conn != 0 && dest->weight == 0 no',
        'is_new_conn_expected() yes',
        'ip_vs_conn_uses_conntrack() yes',
        'NF_DROP: old_conntrack, in ip_vs_in()',
      ],
    ],
    [
      'is rescheduled without one',
      ['kernel=5.10', 'net.ipv4.vs.conn_reuse_mode=1', 'net.ipv4.vs.conntrack=0'],
      [
        `${ENTRY} yes`,
        'conn_reuse_mode != 0 yes',
        'expire_nodest_conn != 0 && dest->weight == 0 no',
        'is_new_conn_expected() yes',
        'ip_vs_conn_uses_old_conntrack() no',
        SCHEDULES,
        'reaches 10.244.1.5:8080',
      ],
    ],
    [
      'takes the entry over in mode 0',
      ['kernel=5.4', 'net.ipv4.vs.conn_reuse_mode=0'],
      [`${ENTRY} yes`, 'conn_reuse_mode != 0 no', 'reaches 10.244.1.5:8080'],
    ],
    [
      'takes the entry over in mode 0 of a kernel that asks about the weight first',
      ['kernel=5.16', 'net.ipv4.vs.conn_reuse_mode=0'],
      [
        `${ENTRY} yes`,
        'expire_nodest_conn != 0 && dest->weight == 0 no',
        'conn_reuse_mode != 0 no',
        'reaches 10.244.1.5:8080',
      ],
    ],
    [
      'leaves a real server of weight 0 where the mode lets it be asked',
      ['kernel=5.10', 'net.ipv4.vs.conn_reuse_mode=1', ...WEIGHT_0],
      [
        `${ENTRY} yes`,
        'conn_reuse_mode != 0 yes',
        'expire_nodest_conn != 0 && dest->weight == 0 yes',
        'ip_vs_conn_uses_old_conntrack() no',
        SCHEDULES,
        'reaches 10.244.1.6:8080',
      ],
    ],
    [
      'leaves a real server of weight 0 in mode 0, too, from 5.16 on',
      ['kernel=5.16', 'net.ipv4.vs.conn_reuse_mode=0', ...WEIGHT_0],
      [
        `${ENTRY} yes`,
        'expire_nodest_conn != 0 && dest->weight == 0 yes',
        'ip_vs_conn_uses_old_conntrack() no',
        SCHEDULES,
        'reaches 10.244.1.6:8080',
      ],
    ],
  ])('%s', (_what, set, path) => {
    const met = walks(set).find(({ conditions }) => conditions[0]!.isYes);
    expect(told(met!)).toEqual(path);
  });
});
