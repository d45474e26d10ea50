/** Trouble that the user can do something about: printed as one line and a hint, never with a stack trace. */
import { EXIT, type ExitCode } from './exit_code.ts';

export class UserError extends Error {
  readonly hint: string | null;
  readonly exitCode: ExitCode;

  constructor(message: string, hint: string | null = null, exitCode: ExitCode = EXIT.wrong) {
    super(message);
    this.name = 'UserError';
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

/** Node's codes for a failed system call, in words. */
const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EBUSY: 'it is in use',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'a file of that name is in the way',
  EFBIG: 'the file would be too large',
  EIO: 'input/output error',
  EISDIR: 'it is a directory',
  ELOOP: 'too many symbolic links',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on the device',
  ENOTDIR: 'a part of the path is a file, not a directory',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
};

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return (
    error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string' && 'syscall' in error
  );
}

export function describeSystemError(error: NodeJS.ErrnoException): string {
  return SYSTEM_ERRORS[error.code ?? ''] ?? error.message;
}

/** Turns what a system call threw into `cannot DEED: reason`; anything else is a bug and goes on as it is. */
export function systemFailure(deed: string, error: unknown, hint: string | null = null): unknown {
  return isSystemError(error) ? new UserError(`cannot ${deed}: ${describeSystemError(error)}`, hint) : error;
}
