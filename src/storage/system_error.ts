/** A failed system call in words that a user can act on; anything else passes through as the bug it is. */
import { getSystemErrorMap } from 'node:util';
import { UserError } from './user_error.ts';

export function systemError(deed: string, error: unknown): unknown {
  const { errno, syscall } = error as NodeJS.ErrnoException;
  if (!(error instanceof Error) || errno === undefined || syscall === undefined) return error;
  if (syscall === 'uv_cwd') return new UserError('the working directory is gone', 'cd to one that is there');
  const [, words] = getSystemErrorMap().get(errno) ?? ['', error.message];
  return new UserError(`cannot ${deed}: ${words}`);
}
