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
  ['Start', 'demo', '', 'the cliff, and three ways around it, side by side', () => import('./demo.ts')],
  ['Start', 'examples', '', 'list the shipped scenarios', () => import('./examples.ts')],
  ['Start', 'init', '[NAME]', 'write a commented scenario to start from', () => import('./init.ts')],
  ['Start', 'import', '', 'make a scenario of pasted ipvsadm and sysctl output', () => import('./import.ts')],
  ['Simulate', 'run', 'SCENARIO', 'run a scenario and print its result', () => import('./run.ts')],
  ['Simulate', 'validate', 'FILE...', 'find the problems of scenario files', () => import('./validate.ts')],
  ['Understand', 'explain', '[KEY]', 'a key, kernel setting, metric or drop reason', () => import('./explain.ts')],
  ['Understand', 'show', 'SCENARIO', 'the director at an instant, as ipvsadm prints it', () => import('./show.ts')],
  ['Understand', 'why', 'SCENARIO', 'the chain of causes of one slow request', () => import('./why.ts')],
  ['Understand', 'trace', 'SCENARIO', 'packets, one line each, or as a capture', () => import('./trace.ts')],
  ['Understand', 'advise', 'SCENARIO', 'try the known remedies and their price', () => import('./advise.ts')],
  ['Compare', 'compare', 'BEFORE [AFTER]', 'results or scenarios, with the spread by seed', () => import('./compare.ts')],
  ['Compare', 'report', 'RESULT...', 'saved results in another form', () => import('./report.ts')],
  ['Compare', 'check', 'PATH...', 'judge expectations and golden series, for CI', () => import('./check.ts')],
  ['Compare', 'conform', 'PATH...', 'replay recordings of real kernels through the model', () => import('./conform.ts')],
  ['Many runs', 'sweep', 'SCENARIO', 'run a grid of values on all cores', () => import('./sweep.ts')],
  ['Many runs', 'merge', 'DIR...', 'put the shards of a sweep together', () => import('./merge.ts')],
  ['Many runs', 'find-edge', 'SCENARIO', 'the last value that meets a goal', () => import('./find_edge.ts')],
  ['Help', 'schema', '[NAME]', 'the JSON Schema of scenarios or results', () => import('./schema.ts')],
  ['Help', 'completion', '', 'print a completion script for bash or zsh', () => import('./completion.ts')],
];

export const COMMANDS: readonly CommandEntry[] = LINES.map(([group, name, operands, summary, load]) => ({
  group,
  name,
  operands,
  summary,
  load,
}));
