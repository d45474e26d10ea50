/**
 * `npm run bench`: the yardstick, whole runs, the growth of the tables, and whole commands. Prints medians with
 * their spread and writes results/bench.json. Machines are noisy: read the ratios, not the absolute times.
 * BENCH_RUNS is the number of runs of a case, BENCH_MILLIONS the millions of entries that the tables grow to.
 */
import { machine } from './machine.ts';
import { measureCases } from './measure_cases.ts';
import { measureCommands } from './measure_commands.ts';
import { measureGrowth } from './measure_growth.ts';
import { measurePushPoll } from './measure_push_poll.ts';
import {
  printCases,
  printCommands,
  printGrowth,
  printMachine,
  printPushPoll,
  printTargets,
} from './print.ts';
import { targets } from './targets.ts';
import { write } from './write.ts';

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
console.log('\nresults/bench.json');
