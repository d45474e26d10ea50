/** `ipvsim conform`: recordings of real kernels against the model, step by step. */

import { parseRecording, type Recording, RecordingError } from '../../conform/recording.ts';
import { type PlayedStep, playedStep, type Replay, replay } from '../../conform/replay.ts';
import { divergenceText, type Paint, recordingLine, stepReport, totalLine } from '../../conform/report.ts';
import { UserError } from '../../storage/user_error.ts';
import { jsonText } from '../../text/escape.ts';
import { defineCommand } from '../command.ts';
import { complainOf } from '../complain.ts';
import { EXIT } from '../exit_code.ts';
import { type RecordingFile, readRecording, recordingFiles } from '../files/recording_files.ts';
import type { Terminal } from '../terminal.ts';

export const command = defineCommand({
  positionals: {
    path: { describe: 'recordings (.jsonl or .jsonl.gz), or folders with some', count: 'many', minimum: 1 },
  },
  options: {
    step: {
      type: 'count',
      describe: "show the state after this step, the kernel's and the model's",
      minimum: 1,
    },
    json: { type: 'flag', describe: 'print everything as one JSON document' },
  },
  examples: [
    ['conform test/golden/traces', 'replay every recording of the five kernels'],
    ['conform test/golden/traces/5.4/reuse1-enc1.jsonl.gz --step 40', 'one step, side by side'],
  ],
  notes: [
    "Compared after every step: the frames that came out, the connection table, the counters of real servers and the conntrack table. Seconds may differ by one, everything else is exact. What was met or read within 10 us of a jiffy's edge may have been on either side of it; the lines say how often that was needed.",
    'Exit code 0 means that no recording diverged, 1 that one did, 2 that a file is no recording or is damaged.',
  ],
  async run({ path: paths, step, json }, terminal) {
    const files = await listed(paths, terminal);
    const outcomes: Outcome[] = [];
    let failures = files.failures;
    for (const file of files.found) {
      try {
        const recording = parseRecording(await readRecording(file.path));
        const outcome = replayFile(file, recording, step);
        outcomes.push(outcome);
        if (!json) await terminal.print(textOf(outcome, recording, terminal));
      } catch (error) {
        complainOf(fileError(file.path, error), terminal);
        failures++;
      }
    }
    const replays = outcomes.map((outcome) => outcome.replay);
    if (json) await terminal.print(jsonText(jsonOf(outcomes)));
    else if (replays.length > 0) await terminal.print(totalLine(replays));
    if (failures > 0) return EXIT.wrong;
    return replays.some(({ divergences }) => divergences.length > 0) ? EXIT.failed : EXIT.ok;
  },
});

interface Outcome {
  readonly file: RecordingFile;
  readonly replay: Replay;
  /** The step that was asked for. */
  readonly shown: PlayedStep | null;
}

async function listed(
  paths: readonly string[],
  terminal: Terminal,
): Promise<{ found: RecordingFile[]; failures: number }> {
  const found: RecordingFile[] = [];
  let failures = 0;
  for (const path of paths) {
    try {
      found.push(...(await recordingFiles(path)));
    } catch (error) {
      complainOf(fileError(path, error), terminal);
      failures++;
    }
  }
  return { found, failures };
}

function replayFile(file: RecordingFile, recording: Recording, step: number | undefined): Outcome {
  const replayed = replay(recording);
  let shown: PlayedStep | null = null;
  if (step !== undefined) {
    shown = playedStep(recording, replayed, step);
    if (shown === null)
      throw new UserError(`${file.path}: has no step ${step}, only ${recording.steps.length}`);
  }
  return { file, replay: replayed, shown };
}

/** A file that is no recording must not keep the others from being replayed. */
function fileError(path: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  if (error instanceof RecordingError) return new UserError(`${path}:${error.line}: ${error.message}`);
  throw error;
}

function textOf({ file, replay, shown }: Outcome, recording: Recording, terminal: Terminal): string {
  const paint: Paint = (side, line) => terminal.paint(side === 'recorded' ? 'red' : 'green', line);
  const parts = [recordingLine(file.name, replay)];
  if (shown !== null) parts.push(stepReport(recording, shown, paint));
  else if (replay.divergences.length > 0) parts.push(divergenceText(recording, replay, paint));
  return parts.join('\n');
}

function jsonOf(outcomes: readonly Outcome[]): object {
  const traces = outcomes.map(({ file, replay, shown }) => ({
    name: file.name,
    path: file.path,
    steps: replay.steps,
    divergences: replay.divergences,
    realignedSteps: [...replay.movedTo_ns.keys()],
    readOnOtherSide: replay.readOnOtherSide,
    ...(shown === null ? {} : { step: shown }),
  }));
  const sum = (count: (trace: (typeof traces)[number]) => number) =>
    traces.reduce((total, trace) => total + count(trace), 0);
  return {
    traces,
    total: {
      traces: traces.length,
      steps: sum(({ steps }) => steps),
      divergences: sum(({ divergences }) => divergences.length),
    },
  };
}
