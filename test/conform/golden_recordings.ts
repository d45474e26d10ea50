/** The recordings of real kernels under test/golden/traces. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parseRecording, type Recording } from '../../src/conform/recording.ts';

export const TRACES = fileURLToPath(new URL('../golden/traces/', import.meta.url));

/** Folders: 3.10, 5.4, ... */
export const RECORDED_KERNELS: readonly string[] = readdirSync(TRACES).sort();

export function recordingNames(kernel: string): string[] {
  return readdirSync(`${TRACES}${kernel}`)
    .map((file) => `${kernel}/${file.replace(/\.jsonl\.gz$/, '')}`)
    .sort();
}

/** `name` is KERNEL/NAME. */
export function recordingText(name: string): string {
  return gunzipSync(readFileSync(`${TRACES}${name}.jsonl.gz`)).toString('utf8');
}

export function goldenRecording(name: string): Recording {
  return parseRecording(recordingText(name));
}
