/** docs/oracle-runs.md: what the oracle has compared, from the lines that `ipvsim oracle --tally` wrote. */
import { readFileSync } from 'node:fs';

interface Tally {
  readonly question: string;
  readonly kernel: string;
  readonly scripts: number;
  readonly steps: number;
  readonly diverging: number;
  readonly unrepeated: number;
}

export function oracleRuns(): string {
  const text = readFileSync(new URL('oracle_runs.ndjson', import.meta.url), 'utf8');
  const runs = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Tally);
  const sum = (count: (run: Tally) => number) => runs.reduce((total, run) => total + count(run), 0);
  return `<!-- Written by \`npm run docs\` from tools/oracle_runs.ndjson: do not edit. -->
# What the oracle has compared

${sum(({ scripts }) => scripts)} scripts, ${sum(({ steps }) => steps)} steps on real kernels beside the model
(\`ipvsim oracle ... --tally tools/oracle_runs.ndjson\` adds a row). A script diverges when it does so twice; one that did so once
only met the clock of a busy machine. What diverged was looked into before the next run: [oracle.md](oracle.md) has what was found.

| question | kernel | scripts | steps | diverging | not again |
|---|---|---|---|---|---|
${runs.map((run) => `| \`${run.question}\` | ${run.kernel} | ${run.scripts} | ${run.steps} | ${run.diverging} | ${run.unrepeated} |`).join('\n')}
`;
}
