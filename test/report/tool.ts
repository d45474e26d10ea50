/** Programs from Debian that check our output; a test without its program is skipped, and says so. */
import { execFileSync } from 'node:child_process';
import type { TestContext } from 'vitest';

/** The program's path; skips the test, visibly, where it is not installed. */
export function requireTool(context: TestContext, program: string, debianPackage: string): string {
  try {
    return execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim();
  } catch {
    const message = `${program} is not installed (Debian package ${debianPackage})`;
    console.warn(`SKIPPED ${context.task.name}: ${message}`);
    return context.skip(message);
  }
}
