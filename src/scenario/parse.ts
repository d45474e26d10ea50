/**
 * A scenario file's text (and the changes of the command line) as the effective scenario, or as everything
 * that is wrong with it. The steps: text, YAML tree, --set, schema, checks between keys, defaults.
 */
import { type Beside, putBeside } from './beside.ts';
import { checkSections } from './check/check.ts';
import type { Draft } from './draft.ts';
import { effectiveScenario } from './effective.ts';
import type { Scenario } from './scenario.ts';
import { type ScenarioFile, scenarioSchema } from './schema/schema.ts';
import { sectionsOf } from './schema/sections.ts';
import { applySeed, applySet } from './set_option.ts';
import { draftsOf } from './text/issue.ts';
import { isSetAt, lineAt, problem, problemAt, type Source } from './text/locate.ts';
import { type Problem, sortProblems } from './text/problem.ts';
import { type Located, plainValue, readYaml } from './text/yaml_tree.ts';

export interface ParseOptions {
  /** What messages call the text; its base name is the scenario's default name. */
  readonly file?: string;
  /** Arguments of --set, in order: later ones win. */
  readonly set?: readonly string[];
  readonly seed?: string;
  /** Files that the text names; those that are not here are told as missing. */
  readonly beside?: Beside;
}

export interface ParseResult {
  /** Null where there are problems. */
  readonly scenario: Scenario | null;
  readonly problems: readonly Problem[];
}

/** In UTF-16 units; a scenario that a person writes stays far below. */
export const LONGEST_TEXT = 16 * 1024 * 1024;

/** Parses and checks a scenario. Never throws for anything a text can hold. */
export function parseScenario(text: string, options: ParseOptions = {}): ParseResult {
  const file = options.file ?? 'scenario';
  const unreadable = textProblem(text, file);
  if (unreadable !== null) return { scenario: null, problems: [unreadable] };
  const { root, faults, lines } = readYaml(text);
  const source: Source = { text, file, lines };
  const problems = faults.map(({ code, start, end, message, hint }) =>
    problem(source, code, start, end, message, hint),
  );
  if (root === null) {
    if (problems.length === 0) problems.push(emptyFile(file));
    return { scenario: null, problems: sortProblems(problems) };
  }
  problems.push(...change(root, options));
  putBeside(root, options.beside ?? {});
  const { scenario, drafts } = read(root, source);
  problems.push(...drafts.map((draft) => problemAt(source, root, draft)));
  return { scenario: problems.length === 0 ? scenario : null, problems: sortProblems(unique(problems)) };
}

/** What is wrong with a text before anybody looks at what it says. */
function textProblem(text: string, file: string): Problem | null {
  const at = { file, line: 1, column: 1, length: 1, severity: 'error' } as const;
  if (text.length > LONGEST_TEXT) {
    const message = 'the file is larger than 16 MiB: not a scenario';
    return { code: 'E_TOO_BIG', ...at, line: 0, message, hint: null };
  }
  // Decoding leaves U+FFFD where the bytes were no UTF-8.
  if (/[\0\ufffd]/.test(text)) {
    const message = 'the file is not text in UTF-8';
    return { code: 'E_BINARY', ...at, line: 0, message, hint: 'a scenario is a YAML file' };
  }
  return text.replace(/^\ufeff/, '').trim() === '' ? emptyFile(file) : null;
}

function emptyFile(file: string): Problem {
  const hint = 'it needs a service and clients; ipvsim examples lists scenarios to begin with';
  const at = { file, line: 0, column: 0, length: 0 };
  return { code: 'E_EMPTY', ...at, message: 'the file holds no scenario', hint, severity: 'error' };
}

function change(root: Located, options: ParseOptions): Problem[] {
  const problems: Problem[] = [];
  for (const argument of options.set ?? []) {
    const message = applySet(root, argument);
    if (message === null) continue;
    const at = { file: `--set ${argument}`, line: 0, column: 0, length: 0 };
    problems.push({
      code: 'E_SET',
      ...at,
      message,
      hint: 'for example --set clients.0.concurrency=50',
      severity: 'error',
    });
  }
  if (options.seed !== undefined) applySeed(root, options.seed);
  return problems;
}

function read(root: Located, source: Source): { scenario: Scenario | null; drafts: readonly Draft[] } {
  const raw = plainValue(root);
  if (!(root.value instanceof Map)) {
    const message = 'a scenario is a map of keys and values';
    return { scenario: null, drafts: [{ code: 'E_VALUE', path: [], onKey: false, message, hint: null }] };
  }
  const result = scenarioSchema.safeParse(raw);
  const file: ScenarioFile | null = result.success ? result.data : null;
  const drafts = withoutConsequences([
    ...draftsOf(result.error?.issues ?? [], raw),
    ...checkSections(sectionsOf(raw as Record<string, unknown>, file)),
  ]);
  if (file === null || drafts.length > 0) return { scenario: null, drafts };
  const scenario = effectiveScenario(file, {
    fileName: nameOf(source.file),
    setOnCommandLine: (sysctl) => isSetAt(root, ['sysctl', sysctl]),
    expectationLine: (index) => lineAt(source, root, ['expect', index]),
  });
  return { scenario, drafts };
}

/** A key that is there, but misspelt, is not missing. */
function withoutConsequences(drafts: readonly Draft[]): Draft[] {
  const meant = new Set(
    drafts
      .filter(({ code }) => code === 'E_UNKNOWN_KEY')
      .map(({ path, hint }) =>
        JSON.stringify([...path.slice(0, -1), /^did you mean (.*)\?$/.exec(hint ?? '')?.[1]]),
      ),
  );
  return drafts.filter(({ code, path }) => code !== 'E_MISSING' || !meant.has(JSON.stringify(path)));
}

/** A name that can also be a folder's: the file's, without path, ending and unusual characters. */
function nameOf(file: string): string {
  const base = file.replace(/^.*[\\/]/, '').replace(/\.ya?ml$/i, '');
  const name = base.replace(/[^-._A-Za-z0-9]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return name.slice(0, 80) || 'scenario';
}

/** The same complaint at the same place once, whichever check was first. */
function unique(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ file, line, column, message }) => {
    const key = JSON.stringify([file, line, column, message]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
