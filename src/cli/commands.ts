/** The list of commands. A command is one file and one line here; it is loaded only when it is called. */
import type { CommandEntry, CommandGroup } from './command.ts';

const entry = (
  group: CommandGroup,
  name: string,
  operands: string,
  summary: string,
  load: CommandEntry['load'],
): CommandEntry => ({ group, name, operands, summary, load });

export const COMMANDS: readonly CommandEntry[] = [
  entry('Start', 'demo', '', 'the cliff, and three ways around it, side by side', () => import('./demo.ts')),
  entry('Start', 'examples', '', 'list the shipped scenarios', () => import('./examples.ts')),
  entry('Start', 'init', '[NAME]', 'write a commented scenario to start from', () => import('./init.ts')),
  entry(
    'Start',
    'import',
    '',
    'make a scenario of pasted ipvsadm and sysctl output',
    () => import('./import.ts'),
  ),
  entry('Simulate', 'run', 'SCENARIO', 'run a scenario and print its result', () => import('./run.ts')),
  entry(
    'Simulate',
    'validate',
    'FILE...',
    'find the problems of scenario files',
    () => import('./validate.ts'),
  ),
  entry(
    'Understand',
    'show',
    'SCENARIO',
    'the director at an instant, as ipvsadm prints it',
    () => import('./show.ts'),
  ),
  entry(
    'Understand',
    'advise',
    'SCENARIO',
    'try the known remedies and their price',
    () => import('./advise.ts'),
  ),
  entry(
    'Help',
    'completion',
    '',
    'print a completion script for bash or zsh',
    () => import('./completion.ts'),
  ),
];
