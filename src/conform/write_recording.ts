/** A recording as text, in the form that recording.ts reads: a header line, then one line for each step. */
import type { SingleServiceRecording } from './recording.ts';

/** State that has not changed since the step before is left out. */
export function formatRecording({ header, steps }: SingleServiceRecording): string {
  const lines = [JSON.stringify({ format: 'ipvs-trace/1', ...header })];
  const before: Record<'ipvs' | 'rs' | 'ct', string> = { ipvs: '', rs: '', ct: '' };
  for (const step of steps) {
    const written: Record<string, unknown> = { ...step };
    for (const table of ['ipvs', 'rs', 'ct'] as const) {
      const now = JSON.stringify(step[table]);
      if (now === before[table]) delete written[table];
      else before[table] = now;
    }
    lines.push(JSON.stringify(written));
  }
  return `${lines.join('\n')}\n`;
}
