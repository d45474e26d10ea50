/** `ipvsim check`: runs scenarios, judges their expectations and golden series, and reports to people and to CI. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type CheckReport, checkOf, type ScenarioCheck } from '../../check/check_report.ts';
import { differenceSvg } from '../../check/difference_svg.ts';
import { compareGolden, type Golden, type GoldenVerdict, goldenOf } from '../../check/golden.ts';
import type { Tolerance } from '../../check/tolerance.ts';
import type { Result } from '../../measure/result.ts';
import { commandLine } from '../../report/command.ts';
import { renderWideCsv } from '../../report/forms/csv.ts';
import { renderJson } from '../../report/forms/json.ts';
import { overall } from '../../report/verdicts.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { formatProblems, type Problem } from '../../scenario/text/problem.ts';
import { systemError } from '../../storage/system_error.ts';
import { UserError } from '../../storage/user_error.ts';
import { writeTogether } from '../../storage/whole_file.ts';
import { runAll } from '../../sweep/run_all.ts';
import { outcomeError } from '../../sweep/sweep.ts';
import { defineCommand } from '../command.ts';
import { complainOf } from '../complain.ts';
import { EXIT, type ExitCode } from '../exit_code.ts';
import { type CheckedFile, checkedFiles } from '../files/check_paths.ts';
import { folderFor } from '../files/file_names.ts';
import { parseTolerances, readGolden, updateGolden } from '../files/golden_file.ts';
import { ruleProblems } from '../files/lesson_source.ts';
import { parseText } from '../files/scenario_source.ts';
import { LIMIT_OPTIONS, type Limits, limitsOf, refuseBeyond } from '../limits.ts';
import { parseReporters, type Reporters, report, reportProblems } from '../reporters.ts';
import { withWorkers } from '../run_pool.ts';
import { JOBS_OPTION, SCENARIO_OPTIONS } from '../scenario_options.ts';
import type { Terminal } from '../terminal.ts';
import { verdictExit } from '../verdict_exit.ts';

export const command = defineCommand({
  positionals: {
    path: {
      describe: 'scenario files, folders with scenarios, shipped names, or lesson:NAME',
      count: 'many',
      minimum: 1,
    },
  },
  options: {
    reporter: {
      type: 'list',
      value: 'FORM[=FILE]',
      describe: 'github, junit=FILE, markdown=FILE, json=FILE, table; with commas',
    },
    update: { type: 'flag', describe: 'write the golden series anew and print what changed', alias: 'u' },
    tolerance: {
      type: 'list',
      value: 'METRIC=TOL',
      describe: 'how far golden values may be missed: qps=2%, *=0.5',
    },
    ...SCENARIO_OPTIONS,
    ...JOBS_OPTION,
    out: {
      type: 'text',
      value: 'DIR',
      default: 'out/check',
      describe: 'where failures are drawn',
      alias: 'o',
    },
    ...LIMIT_OPTIONS,
  },
  examples: [
    ['check scenarios', 'every scenario in a folder'],
    [
      'check scenarios --reporter github,junit=out/junit.xml',
      'annotations on the expect: lines, and a file for CI',
    ],
    [
      'check lesson:1-life-of-an-entry --set clients.0.rate=3/s',
      'a learner’s solution of a lesson’s puzzle (docs/lessons.md)',
    ],
    ['check mine.yaml --update', 'keep the series of this run in mine.golden.json'],
  ],
  notes: [
    'A golden (NAME.golden.json beside NAME.yaml) compares the columns it has; its tolerances are edited by hand and kept by --update.',
    'Verdicts: pass, fail, unknown (too few samples, a window outside the run, nothing to check), with exit codes 0, 1 and 3. Scenarios with mistakes: exit 2, nothing is run.',
    'A check that fails leaves difference.svg, series.csv and result.json in a folder under --out.',
  ],
  async run(args, terminal) {
    const reporters = parseReporters(args.reporter);
    const tolerances = parseTolerances(args.tolerance);
    const question: Question = {
      set: args.set,
      seed: args.seed,
      tolerances,
      update: args.update,
      out: args.out,
    };
    const files = await checkedFiles(args.path);
    const shipped = files.find(({ own }) => !own);
    if (args.update && shipped !== undefined) {
      throw new UserError(
        `--update needs a file to write beside, not ${shipped.label}`,
        'copy the scenario first',
      );
    }
    const cases = await prepare(files, question, reporters, terminal);
    if (cases === null) return EXIT.wrong;
    const limits = limitsOf(args);
    refuseBeyond(
      cases.map(({ scenario }) => scenario),
      limits,
      args.jobs,
    );
    const results = await runCases(cases, question, limits, args.jobs, terminal);
    if (results === null) return EXIT.interrupted;
    const checks: ScenarioCheck[] = [];
    for (const [index, one] of cases.entries())
      checks.push(await judge(one, results[index]!, question, terminal));
    const isTold = await report(reporters, checks, terminal);
    const code = exitOf(checks);
    return isTold || code === EXIT.failed ? code : EXIT.wrong;
  },
});

interface Question {
  readonly set: readonly string[];
  readonly seed: string | undefined;
  readonly tolerances: ReadonlyMap<string, Tolerance>;
  readonly update: boolean;
  readonly out: string;
}

interface Case {
  readonly file: CheckedFile;
  readonly scenario: Scenario;
  readonly golden: Golden | null;
  /** Where a failure is drawn, below --out; of no other case. */
  readonly folder: string;
}

/** Reads everything before anything runs; null when a scenario has mistakes, which are then printed. */
async function prepare(
  files: readonly CheckedFile[],
  question: Question,
  reporters: Reporters,
  terminal: Terminal,
): Promise<Case[] | null> {
  const cases: Case[] = [];
  const mistakes: Problem[] = [];
  for (const file of files) {
    const { scenario, problems: found } = parseText(file, question);
    const problems = [...found, ...(await ruleProblems(file.source, question.set))];
    if (scenario === null || problems.length > 0) {
      terminal.complain(formatProblems(problems, file.text));
      mistakes.push(...problems);
    } else {
      const golden = file.own ? await readGolden(file.source, question.tolerances) : null;
      const folder = ownFolder(file.label, cases);
      cases.push({ file, scenario, golden, folder });
    }
  }
  if (mistakes.length === 0) return cases;
  await reportProblems(reporters, mistakes, terminal);
  return null;
}

/** A shipped scenario and a file may have one name; each keeps its own evidence. */
function ownFolder(label: string, others: readonly Case[]): string {
  const name = folderFor(label.replace(/\.yaml$/, ''));
  const taken = new Set(others.map(({ folder }) => folder));
  let folder = name;
  for (let number = 2; taken.has(folder); number++) folder = `${name}%${number}`;
  return folder;
}

/** Results in the order of the cases; null when the user stopped it. */
async function runCases(
  cases: readonly Case[],
  question: Question,
  limits: Limits,
  jobs: number | undefined,
  terminal: Terminal,
): Promise<readonly Result[] | null> {
  const results = new Map<Case, Result>();
  return await withWorkers({ jobs, runs: cases.length, what: 'checking', limits }, terminal, async (pool) => {
    const [failure] = await runAll({
      items: cases,
      jobs: pool.jobs,
      signal: pool.interrupt.signal,
      execute: ({ file }) =>
        pool.execute({
          text: file.text,
          file: file.label,
          beside: file.beside,
          set: question.set,
          seed: question.seed ?? null,
          maxEvents: limits.maxEvents,
          whole: true,
        }),
      onOutcome(one, outcome) {
        if (outcome.kind !== 'done') throw outcomeError(outcome, one.file.text);
        results.set(one, outcome.result!);
        pool.count(results.size, cases.length);
      },
    });
    if (pool.interrupt.asked) {
      terminal.complain(
        `ipvsim: interrupted after ${results.size} of ${cases.length} scenarios; nothing was written`,
      );
      return null;
    }
    if (failure !== undefined) throw failure.error;
    return cases.map((one) => results.get(one)!);
  });
}

async function judge(
  one: Case,
  result: Result,
  question: Question,
  terminal: Terminal,
): Promise<ScenarioCheck> {
  const { file, golden: before } = one;
  const golden = question.update ? await update(one, result, terminal) : before;
  const verdict = golden === null ? null : compareGolden(golden, result);
  const command = commandLine('run', {
    source: file.source,
    seed: one.scenario.seed,
    set: question.set,
  });
  const failed = overall(result.expectations) === 'fail' || verdict?.verdict === 'fail';
  const folder = join(question.out, one.folder);
  const artefacts = evidence(terminal, () =>
    failed ? draw(folder, result, golden, verdict) : forget(folder),
  );
  return checkOf(file.label, command, result, verdict, artefacts);
}

/** Prints what changed; the golden is then that of this run. */
async function update({ file, golden }: Case, result: Result, terminal: Terminal): Promise<Golden> {
  const { path, changes } = await updateGolden(file.source, result, golden);
  if (changes.length === 0) await terminal.print(`${path}: unchanged`);
  else await terminal.print([`${path}:`, ...changes.map((change) => `  ${change}`)].join('\n'));
  return goldenOf(result, golden);
}

/** A verdict does not get lost because its picture cannot be written. */
function evidence(terminal: Terminal, keep: () => readonly string[]): readonly string[] {
  try {
    return keep();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    complainOf(error, terminal);
    return [];
  }
}

const ARTEFACTS = ['difference.svg', 'series.csv', 'result.json'] as const;

function draw(
  folder: string,
  result: Result,
  golden: Golden | null,
  verdict: GoldenVerdict | null,
): string[] {
  const contents = [differenceSvg(result, golden, verdict), renderWideCsv(result), renderJson(result)];
  writeTogether(
    folder,
    ARTEFACTS.map((name, index) => ({ name, content: contents[index]! })),
  );
  return ARTEFACTS.map((name) => join(folder, name));
}

/** A picture of a failure that is over would mislead. */
function forget(folder: string): [] {
  try {
    for (const name of ARTEFACTS) rmSync(join(folder, name), { force: true });
  } catch (error) {
    throw systemError(`clear ${folder}`, error);
  }
  return [];
}

function exitOf(checks: CheckReport): ExitCode {
  const verdicts = checks.map(({ verdict }) => verdict);
  if (verdicts.includes('fail')) return verdictExit('fail');
  return verdictExit(verdicts.includes('unknown') ? 'unknown' : 'pass');
}
