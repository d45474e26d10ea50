/** Inputs that once crashed, hung or filled the memory: each is answered or refused in words, and soon. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SUBJECTS } from './models/subjects.ts';

const FOLDER = new URL('./inputs/', import.meta.url);

const CASES = [
  ['scenarios/', 'scenarios'],
  ['results/', 'results'],
  ['journals/', 'journals'],
  ['imports/', 'pasted text'],
  ['recordings/', 'recordings'],
] as const;

const cases = CASES.flatMap(([folder, subject]) =>
  readdirSync(new URL(folder, FOLDER)).map((file) => ({ file: folder + file, subject })),
);

test.each(cases)('$file', { timeout: 20_000 }, async ({ file, subject }) => {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  const { try: attempt } = SUBJECTS.find(({ name }) => name === subject)!;
  expect(['answered', 'refused']).toContain(await attempt(text));
});
