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
  entry('Start', 'examples', '', 'list the shipped scenarios', () => import('./examples.ts')),
  entry(
    'Help',
    'completion',
    '',
    'print a completion script for bash or zsh',
    () => import('./completion.ts'),
  ),
];
