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

  test.each(RECORDED_KERNELS)('%s', (kernel) => {
    for (const name of recordingNames(kernel)) {
      const { divergences, steps: replayed, realigned_ms } = replay(goldenRecording(name));
      expect({ name, divergences }).toEqual({ name, divergences: [] });
      expect(realigned_ms.size, `${name} needs no help with its clock`).toBe(0);
      traces++;
      steps += replayed;
    }
  });

  test('are all there', () => {
    expect({ traces, steps }).toEqual({ traces: 139, steps: 58847 });
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
    expect(compareStep(recording.header, withTable, step, later, modelled)).toHaveLength(count);
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
  const { divergences, realigned_ms } = replay(late);
  expect(divergences).toEqual([]);
  expect([...realigned_ms.keys()]).toEqual([287]);
});
