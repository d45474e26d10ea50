/** The list of commands. A command is one file and one line here; it is loaded only when it is called. */
import type { CommandEntry, CommandGroup } from './command.ts';

type Line = readonly [
  group: CommandGroup,
  name: string,
  operands: string,
  summary: string,
  load: CommandEntry['load'],
];

// biome-ignore format: a line each
const LINES: readonly Line[] = [
  ['Start', 'demo', '', 'the cliff, and three ways around it, side by side', () => import('./commands/demo.ts')],
  ['Start', 'examples', '', 'list the shipped scenarios', () => import('./commands/examples.ts')],
  ['Start', 'lessons', '[HAND-INS]', 'list the lessons, or judge what a class has handed in', () => import('./commands/lessons.ts')],
  ['Start', 'init', '[NAME]', 'write a commented scenario to start from', () => import('./commands/init.ts')],
  ['Start', 'import', '', 'make a scenario of ipvsadm, keepalived and sysctl text', () => import('./commands/evidence/import.ts')],
  ['Start', 'playground', '[SCENARIO]', 'the cliff in a browser: every port as a place, played', () => import('./commands/playground.ts')],
  ['Simulate', 'run', 'SCENARIO', 'run a scenario and print its result', () => import('./commands/run.ts')],
  ['Simulate', 'validate', 'FILE...', 'find the problems of scenario files', () => import('./commands/validate.ts')],
  ['Understand', 'collect', '', 'a shell script that gathers evidence on a node, read-only', () => import('./commands/evidence/collect.ts')],
  ['Understand', 'diagnose', 'FILE...', 'what a real node\'s tables, counters and logs tell: is it this?', () => import('./commands/evidence/diagnose.ts')],
  ['Understand', 'explain', '[KEY]', 'a key, kernel setting, metric or drop reason', () => import('./commands/explain.ts')],
  ['Understand', 'show', 'SCENARIO', 'the director at an instant, as ipvsadm prints it', () => import('./commands/show.ts')],
  ['Understand', 'why', 'SCENARIO', 'the chain of causes of one slow request', () => import('./commands/why.ts')],
  ['Understand', 'trace', 'SCENARIO', 'packets, one line each, or as a capture', () => import('./commands/trace.ts')],
  ['Understand', 'script', 'FILE...', 'a packet script, step by step, on the model', () => import('./commands/script.ts')],
  ['Understand', 'advise', 'SCENARIO', 'try the known remedies and their price', () => import('./commands/advise.ts')],
  ['Compare', 'compare', 'BEFORE [AFTER]', 'results or scenarios, with the spread by seed', () => import('./commands/compare.ts')],
  ['Compare', 'report', 'RESULT...', 'saved results in another form', () => import('./commands/report.ts')],
  ['Compare', 'check', 'PATH...', 'judge expectations and golden series, for CI', () => import('./commands/check.ts')],
  ['Compare', 'conform', 'PATH...', 'replay recordings of real kernels through the model', () => import('./commands/conform.ts')],
  ['Compare', 'oracle', '[FILE...]', 'packet scripts on a real kernel, beside the model', () => import('./commands/oracle.ts')],
  ['Many runs', 'sweep', 'SCENARIO', 'run a grid of values on all cores', () => import('./commands/sweep.ts')],
  ['Many runs', 'merge', 'DIR...', 'put the shards of a sweep together', () => import('./commands/merge.ts')],
  ['Many runs', 'find-edge', 'SCENARIO', 'the last value that meets a goal', () => import('./commands/find_edge.ts')],
  ['Help', 'schema', '[NAME]', 'the JSON Schema of scenarios or results', () => import('./commands/schema.ts')],
  ['Help', 'completion', '[SHELL]', 'a script that makes bash, zsh or fish complete', () => import('./commands/completion.ts')],
];

export const COMMANDS: readonly CommandEntry[] = LINES.map(([group, name, operands, summary, load]) => ({
  group,
  name,
  operands,
  summary,
  load,
}));
