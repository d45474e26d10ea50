/** `--reporter github,junit=FILE,markdown=FILE,json=FILE`: where the report of a check goes, and in which form. */
import { appendFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { checkGithub, problemsGithub } from '../check/check_github.ts';
import { checkJson } from '../check/check_json.ts';
import { checkJunit } from '../check/check_junit.ts';
import { checkMarkdown } from '../check/check_markdown.ts';
import type { CheckReport } from '../check/check_report.ts';
import { checkText } from '../check/check_text.ts';
import type { Problem } from '../scenario/text/problem.ts';
import { makeFolder } from '../storage/make_folder.ts';
import { systemError } from '../storage/system_error.ts';
import { UserError } from '../storage/user_error.ts';
import { writeWhole } from '../storage/whole_file.ts';
import { complainOf } from './complain.ts';
import { didYouMean } from './did_you_mean.ts';
import type { Terminal } from './terminal.ts';

const RENDERERS = {
  table: (report: CheckReport) => checkText(report),
  junit: checkJunit,
  markdown: checkMarkdown,
  json: checkJson,
} as const;

type Form = keyof typeof RENDERERS;

interface Reporter {
  readonly form: Form;
  /** Null for standard output. */
  readonly file: string | null;
}

export interface Reporters {
  readonly github: boolean;
  readonly others: readonly Reporter[];
}

export function parseReporters(options: readonly string[]): Reporters {
  let github = false;
  const others: Reporter[] = [];
  for (const text of options.flatMap((option) => option.split(','))) {
    const equals = text.indexOf('=');
    const name = (equals === -1 ? text : text.slice(0, equals)).trim();
    const file = equals === -1 ? null : text.slice(equals + 1).trim();
    if (name === 'github' && file === null) github = true;
    else if (name === 'github')
      throw new UserError('the github reporter takes no file', 'GitHub reads standard output');
    else if (!Object.hasOwn(RENDERERS, name)) throw unknownReporter(name);
    else if (file === '') throw new UserError(`the ${name} reporter needs a file after =`);
    else others.push({ form: name as Form, file: file === '-' ? null : file });
  }
  if (others.filter(({ file }) => file === null).length > 1) {
    throw new UserError(
      'two reporters write to standard output',
      'give one of them a file, like junit=report.xml',
    );
  }
  return { github, others };
}

function unknownReporter(name: string): UserError {
  const names = ['github', ...Object.keys(RENDERERS)];
  return new UserError(
    `no reporter is called ${JSON.stringify(name)}`,
    didYouMean(name, names) ?? `there are ${names.join(', ')}`,
  );
}

/**
 * A table for people on standard output, unless another reporter has taken it. False when a report could not be
 * written; the others are there all the same.
 */
export async function report(
  reporters: Reporters,
  findings: CheckReport,
  terminal: Terminal,
): Promise<boolean> {
  const onStdout = reporters.others.find(({ file }) => file === null);
  if (onStdout === undefined) await terminal.print(checkText(findings, terminal));
  let isTold = true;
  const tell = async (write: () => Promise<void>) => {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      complainOf(error, terminal);
      isTold = false;
    }
  };
  for (const { form, file } of reporters.others) {
    const text = RENDERERS[form](findings);
    await tell(() => (file === null ? terminal.print(text) : writeReport(file, text)));
  }
  if (!reporters.github) return isTold;
  const annotations = checkGithub(findings);
  if (annotations !== '') await terminal.printCommands(annotations);
  await tell(() => appendSummary(checkMarkdown(findings)));
  return isTold;
}

/** Scenarios with mistakes were not run; GitHub still shows where the mistakes are. */
export async function reportProblems(
  reporters: Reporters,
  problems: readonly Problem[],
  terminal: Terminal,
): Promise<void> {
  if (reporters.github) await terminal.printCommands(problemsGithub(problems));
}

async function writeReport(file: string, text: string): Promise<void> {
  try {
    makeFolder(dirname(file));
  } catch (error) {
    throw systemError(`create the folder ${dirname(file)}`, error);
  }
  writeWhole(file, text);
}

/** The page that GitHub shows for the step; other steps may have written to it before. */
async function appendSummary(markdown: string): Promise<void> {
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (file === undefined || file === '') return;
  try {
    await appendFile(file, markdown);
  } catch (error) {
    throw systemError(`write ${file}`, error);
  }
}
