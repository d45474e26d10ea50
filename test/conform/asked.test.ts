/**
 * What user-mode Linux 6.1.176 answered to random packets where the replay or the model was wrong at first: short
 * recordings, each of which diverged when it was made. Their names say about what.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseRecording } from '../../src/conform/recording.ts';
import { replay } from '../../src/conform/replay.ts';

const FOLDER = new URL('asked/', import.meta.url);

describe('answers of a kernel that was asked', () => {
  test.each(readdirSync(FOLDER))('%s', (file) => {
    const { divergences } = replay(parseRecording(readFileSync(new URL(file, FOLDER), 'utf8')));
    expect(divergences).toEqual([]);
  });
});
