/**
 * `npm run bench`: the yardstick, whole runs, the growth of the tables, and whole commands. Prints medians with
 * their spread and writes docs/bench.json. Machines are noisy: read the ratios, not the absolute times.
 * BENCH_RUNS is the number of runs of a case, BENCH_MILLIONS the millions of entries that the tables grow to.
 */
import { writeFileSync } from 'node:fs';
import { machine } from './machine.ts';
import { measureCases, measureCommands, measureGrowth, measurePushPoll } from './measure.ts';
import {
  printCases,
  printCommands,
  printGrowth,
  printMachine,
  printPushPoll,
  printTargets,
} from './print.ts';
import { targets } from './targets.ts';

const runs = Number(process.env.BENCH_RUNS ?? 5);
const runsOfLongOnes = Math.min(runs, 3);
const largest = Number(process.env.BENCH_MILLIONS ?? 1) * 1_000_000;

const where = machine();
const measured = {
  push_poll: measurePushPoll(),
  ...measureCases(runs),
  growth: await measureGrowth(largest, runsOfLongOnes),
  commands: measureCommands(runsOfLongOnes),
};
const to_reach = targets(measured);

printMachine(where);
printPushPoll(measured.push_poll);
printCases(measured);
printGrowth(measured.growth);
printCommands(measured.commands);
printTargets(to_reach);

write({ schema: 2, machine: where, ...measured, to_reach });
console.log('\ndocs/bench.json');

/** With no more digits than mean something. */
function write(report: object): void {
  const rounded = (_key: string, value: unknown) =>
    typeof value === 'number' && !Number.isSafeInteger(value) ? Number(value.toPrecision(4)) : value;
  const file = new URL('../../docs/bench.json', import.meta.url);
  writeFileSync(file, `${JSON.stringify(report, rounded, 2)}\n`);
}
