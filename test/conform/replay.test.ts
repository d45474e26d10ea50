/** Every recording of a real kernel replays without one divergence; and a wrong recording does not. */
import { describe, expect, test } from 'vitest';
import { compareStep } from '../../src/conform/compare.ts';
import type { Recording, Step } from '../../src/conform/recording.ts';
import { playedStep, replay } from '../../src/conform/replay.ts';
import { divergenceText, stepReport } from '../../src/conform/report.ts';
import { goldenRecording, RECORDED_KERNELS, recordingNames } from './golden_recordings.ts';

describe('recordings of real kernels', () => {
  let traces = 0;
  let steps = 0;
  const moved: string[] = [];

  test.each(RECORDED_KERNELS)('%s', (kernel) => {
    for (const name of recordingNames(kernel)) {
      const { divergences, steps: replayed, movedTo_ns, readOnOtherSide } = replay(goldenRecording(name));
      expect({ name, divergences }).toEqual({ name, divergences: [] });
      for (const step of movedTo_ns.keys()) moved.push(`${name} packet of step ${step}`);
      if (readOnOtherSide > 0) moved.push(`${name} ${readOnOtherSide} readings`);
      traces++;
      steps += replayed;
    }
  });

  test('are all there, and few look at the other side of a jiffy', () => {
    expect({ traces, steps }).toEqual({ traces: 402, steps: 179705 });
    expect(moved).toEqual(['5.4/masq-rf-reuse0-enc0 packet of step 103', '7.2/fwmark-reuse1 2 readings']);
  });
});

/** The recording with one step changed. */
function altered(recording: Recording, number: number, change: (step: Step) => Partial<Step>): Recording {
  const steps = recording.steps.map((step, i) => (i + 1 === number ? { ...step, ...change(step) } : step));
  return { ...recording, steps };
}

/** The number of the first step that satisfies `holds`. */
function firstStep({ steps }: Recording, holds: (step: Step) => boolean): number {
  const index = steps.findIndex(holds);
  expect(index).not.toBe(-1);
  return index + 1;
}

describe('a wrong recording diverges', () => {
  const recording = goldenRecording('5.4/reuse1-enc1');
  const withTable = firstStep(recording, ({ ipvs }) => ipvs?.some(([, , , , , s]) => s > 10) === true);
  const withConntrack = firstStep(recording, ({ ct }) => ct?.some((row) => row[6] > 10) === true);
  const withCounters = firstStep(recording, ({ rs }) => rs !== undefined);
  const withFrame = firstStep(recording, ({ out }) => out.length > 0);

  test.each<[string, number, (step: Step) => Partial<Step>, string]>([
    [
      'a state',
      withTable,
      ({ ipvs }) => ({ ipvs: ipvs!.map((row) => row.with(4, 'LAST_ACK') as typeof row) }),
      'connections',
    ],
    [
      'three seconds',
      withTable,
      ({ ipvs }) => ({ ipvs: ipvs!.map((row) => row.with(5, row[5] - 3) as typeof row) }),
      'connections',
    ],
    [
      'a destination',
      withTable,
      ({ ipvs }) => ({ ipvs: ipvs!.map((row) => row.with(3, '10.0.2.9:8080') as typeof row) }),
      'connections',
    ],
    ['a missing entry', withTable, () => ({ ipvs: [] }), 'connections'],
    ['a dropped frame', withFrame, () => ({ out: [] }), 'frames'],
    ['a frame twice', withFrame, ({ out }) => ({ out: [...out, ...out] }), 'frames'],
    [
      'another real server',
      withFrame,
      ({ out }) => ({ out: out.map((frame) => ({ ...frame, rs: '10.0.2.9' })) }),
      'frames',
    ],
    [
      'other flags',
      withFrame,
      ({ out }) => ({ out: out.map((frame) => ({ ...frame, flags: 'R' })) }),
      'frames',
    ],
    [
      'a counter',
      withCounters,
      ({ rs }) => ({
        rs: Object.fromEntries(Object.entries(rs!).map(([key, [w, a, i]]) => [key, [w, a, i + 1]])),
      }),
      'real servers',
    ],
    [
      'a conntrack state',
      withConntrack,
      ({ ct }) => ({ ct: ct!.map((row) => row.with(5, 'CLOSE') as typeof row) }),
      'conntrack',
    ],
    [
      'a conntrack flag',
      withConntrack,
      ({ ct }) => ({ ct: ct!.map((row) => row.with(7, 'AU') as typeof row) }),
      'conntrack',
    ],
    [
      'a conntrack timeout',
      withConntrack,
      ({ ct }) => ({ ct: ct!.map((row) => row.with(6, row[6] + 3) as typeof row) }),
      'conntrack',
    ],
  ])('%s', (_, number, change, what) => {
    const { divergences } = replay(altered(recording, number, change));
    expect(divergences[0]).toMatchObject({ step: number, what });
  });

  test('a packet that never was', () => {
    const number = firstStep(recording, ({ op, flags }) => op === 'client' && flags === 'S');
    expect(replay(altered(recording, number, () => ({ flags: 'RA' }))).divergences).not.toEqual([]);
  });

  test.each([
    [1, 0],
    [2, 1],
  ])('%i seconds make %i divergences', (seconds, count) => {
    const { step, recorded, modelled } = playedStep(recording, replay(recording), withTable)!;
    const ipvs = modelled.state.ipvs.map((row) => row.with(5, row[5] + seconds) as unknown as typeof row);
    const later = { ...recorded, state: { ...recorded.state, ipvs } };
    const { divergences } = compareStep(recording.header, withTable, step, later, modelled);
    expect(divergences).toHaveLength(count);
  });
});

describe('a divergence is told', () => {
  const recording = goldenRecording('5.4/reuse1-enc1');
  const number = firstStep(recording, ({ ipvs }) => ipvs !== undefined && ipvs.length > 1);
  const wrong = altered(recording, number, ({ ipvs }) => ({
    ipvs: [ipvs![0]!.with(4, 'LAST_ACK') as unknown as NonNullable<Step['ipvs']>[number], ...ipvs!.slice(1)],
  }));
  const plain = (_: string, line: string) => line;

  test('with its step, the steps before it, the packet, both sides and the kernel function', () => {
    const text = divergenceText(wrong, replay(wrong), plain);
    expect(text).toContain(`> step ${number} (line ${number + 1})`);
    for (let before = 1; before <= 3; before++) expect(text).toContain(`step ${number - before} (line`);
    expect(text).toMatch(/^> step .* client 10\.0\.1\.\d+:\d+ > 10\.96\.0\.10:80 \w+ seq \d+/m);
    expect(text).toMatch(/^ {4}- kernel {2}TCP .* LAST_ACK \d+$/m);
    expect(text).toMatch(/^ {4}\+ model {3}TCP .*$/m);
    expect(text).toContain('connections differ; look at set_tcp_state');
  });

  test('in the whole state of a step, where what agrees is listed too', () => {
    const played = playedStep(wrong, replay(wrong), number)!;
    const text = stepReport(wrong, played, plain);
    expect(text.match(/^ {6}TCP /gm)).toHaveLength(played.recorded.state.ipvs.length - 1);
    expect(text).toContain('- kernel  TCP');
    expect(playedStep(wrong, replay(wrong), wrong.steps.length + 1)).toBeNull();
  });
});

test('a 3.10 packet whose recorded instant is a jiffy off is found out and put right', () => {
  // This one starts timers whose slack depends on the jiffy; its real instant is 0.6 ms earlier.
  const late = altered(goldenRecording('3.10/reuse1-enc1'), 287, ({ at }) => ({ at: at + 0.6 }));
  const { divergences, movedTo_ns } = replay(late);
  expect(divergences).toEqual([]);
  expect([...movedTo_ns.keys()]).toEqual([287]);
});

describe("at a jiffy's edge", () => {
  test('a packet may have been met on the other side, and only there', () => {
    const recording = goldenRecording('5.4/masq-rf-reuse0-enc0');
    expect(recording.steps[102]!.at % 10).toBeLessThan(0.01);
    const later = altered(recording, 103, ({ at }) => ({ at: at + 0.02 }));
    expect(replay(later).divergences[0]).toMatchObject({ step: 103, what: 'connections' });
  });

  // CLOSE begins in jiffy 5 and lasts 1000; buckets of 64 jiffies lie on absolute ones, from -30000 on.
  const expires_ms = 10_080;
  const { header: any } = goldenRecording('5.4/masq-plain-clash-reuse1');
  const header = { ...any, masquerade: 'none', natRules: false } as const;
  const row = (inactive: number): [number, number, number] => [1, 0, inactive];
  const entry = (s: number): [string, string, string, string, string, number] => [
    'TCP',
    '10.0.1.2:40000',
    '10.96.0.10:80',
    '10.0.2.2:8080',
    'CLOSE',
    s,
  ];
  const syn: Step = {
    ...{ op: 'client', at: 50.5, seen: 51.5, src: '10.0.1.2:40000', dst: '10.96.0.10:80' },
    ...{ flags: 'S', seq: 1, ack: 0, len: 0 },
    out: [{ to: 'server', src: '10.0.1.2:40000', dst: '10.0.2.2:8080', flags: 'S', rs: '10.0.2.2' }],
    ipvs: [entry(60).with(4, 'SYN_RECV') as ReturnType<typeof entry>],
    rs: { '10.0.2.2:8080': [1, 1, 0] },
    ct: [['tcp', '10.0.1.2:40000', '10.96.0.10:80', '10.0.2.2:8080', '10.0.1.2:40000', 'SYN_SENT', 120, 'U']],
  };
  const answer: Step = {
    ...{ op: 'server', at: 52.5, seen: 53.5, src: '10.0.2.2:8080', dst: '10.0.1.2:40000' },
    ...{ flags: 'RA', seq: 1, ack: 2, len: 0 },
    out: [{ to: 'client', src: '10.96.0.10:80', dst: '10.0.1.2:40000', flags: 'RA' }],
    ipvs: [entry(10)],
    rs: { '10.0.2.2:8080': row(1) },
    ct: [],
  };

  /** What the recorder reads after a sleep that ends so many milliseconds after an entry's last jiffy has begun. */
  function readAfter(off_ms: number, gone: boolean) {
    const end_ms = expires_ms + off_ms;
    const sleep: Step = { op: 'sleep', at: 60, seen: end_ms, out: [] };
    const table = gone
      ? { ipvs: [], rs: { '10.0.2.2:8080': row(0) } }
      : { ipvs: [entry(0)], rs: { '10.0.2.2:8080': row(1) } };
    return replay({ header, steps: [syn, answer, { ...sleep, ...table }] });
  }

  test.each([
    [-0.5, false, 0, 0],
    [-0.005, false, 0, 0],
    [0.005, false, 0, 2],
    [0.005, true, 0, 0],
    [0.5, true, 0, 0],
    [0.5, false, 2, 0],
    [-0.5, true, 2, 0],
  ])(
    'a table read %s ms after it, entry gone %s: %i divergences, %i on the other side',
    (off, gone, wrong, other) => {
      const { divergences, readOnOtherSide } = readAfter(off, gone);
      expect({ divergences: divergences.length, readOnOtherSide }).toEqual({
        divergences: wrong,
        readOnOtherSide: other,
      });
    },
  );
});

describe('what is left to chance', () => {
  const drawn = goldenRecording('6.1/masq-rf-clash-reuse1');
  const first = firstStep(drawn, ({ op, flags, out }) => op === 'client' && flags === 'S' && out.length > 0);
  const withPort =
    (port: number) =>
    ({ out, ct, dst, src }: Step) => ({
      out: out.map((frame) => ({ ...frame, src: `10.0.2.1:${port}` })),
      ct: ct!.map((row) =>
        row[1] === src && row[2] === dst ? (row.with(4, `10.0.2.1:${port}`) as typeof row) : row,
      ),
    });
  const upTo = ({ header, steps }: Recording, number: number) => ({ header, steps: steps.slice(0, number) });

  test.each([
    [1024, true],
    [65535, true],
    [1023, false],
    [80, false],
  ])('a source port drawn as %i is right: %s', (port, right) => {
    const { divergences } = replay(upTo(altered(drawn, first, withPort(port)), first));
    expect(divergences.length === 0).toBe(right);
  });

  test('a port that another flow to the same server has is wrong', () => {
    const second = firstStep(
      drawn,
      ({ op, flags, out, ct }) => op === 'client' && flags === 'S' && out.length > 0 && ct!.length > 1,
    );
    const step = drawn.steps[second - 1]!;
    const taken = step.ct!.find((row) => row[1] !== step.src && row[4].startsWith('10.0.2.1:'))![4];
    const { divergences } = replay(
      upTo(altered(drawn, second, withPort(Number(taken.split(':')[1]))), second),
    );
    expect(divergences[0]).toMatchObject({ step: second });
  });

  test('an endpoint that is not listed is wrong', () => {
    const recording = goldenRecording('6.1/nftables-plain-1');
    const number = firstStep(
      recording,
      ({ op, flags, out }) => op === 'client' && flags === 'S' && out.length > 0,
    );
    const elsewhere = altered(recording, number, ({ out }) => ({
      out: out.map((frame) => ({ ...frame, dst: '10.0.2.9:8080', rs: '10.0.2.9' })),
    }));
    expect(replay(elsewhere).divergences[0]).toMatchObject({ step: number, what: 'frames' });
  });
});
