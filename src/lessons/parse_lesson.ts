/**
 * A lesson's file (YAML) to the lesson, or to every problem with its place. What it says of a run is not tried here:
 * the tests run each scenario and hold figures, answers, traps and solutions against it.
 */
import type { Draft, Path } from '../scenario/draft.ts';
import { readExpectation } from '../scenario/expect/expect.ts';
import { parseScenario } from '../scenario/parse.ts';
import { fullKey } from '../scenario/setting_key.ts';
import { draftsOf } from '../scenario/text/issue.ts';
import { lineAt, problem, problemAt, type Source } from '../scenario/text/locate.ts';
import { type Problem, sortProblems } from '../scenario/text/problem.ts';
import { suggest } from '../scenario/text/suggest.ts';
import { type Located, plainValue, readYaml } from '../scenario/text/yaml_tree.ts';
import type { Lesson, Paragraph } from './lesson.ts';
import { type LessonFile, lessonSchema } from './lesson_schema.ts';
import { bareNumbers, readProse } from './prose.ts';
import { foreignKeys } from './puzzle.ts';
import { blockAt, linesKept, type Stretch } from './stretch.ts';

export interface ParsedLesson {
  /** Null where there are problems. */
  readonly lesson: Lesson | null;
  readonly problems: readonly Problem[];
}

export function parseLesson(text: string, file: string): ParsedLesson {
  const { root, faults, lines } = readYaml(text);
  const source: Source = { text, file, lines };
  if (root === null || faults.length > 0) {
    const problems = faults.map(({ code, start, end, message, hint }) =>
      problem(source, code, start, end, message, hint),
    );
    return { lesson: null, problems: problems.length > 0 ? problems : [emptyFile(file)] };
  }
  const raw = plainValue(root);
  const read = lessonSchema.safeParse(raw);
  if (!read.success) {
    const drafts = draftsOf(read.error.issues, raw).map(inLessonWords);
    return { lesson: null, problems: sortProblems(drafts.map((one) => problemAt(source, root, one))) };
  }
  const reader = new LessonReader(source, root, read.data);
  const lesson = reader.read();
  const problems = sortProblems(reader.problems);
  return { lesson: problems.length === 0 ? lesson : null, problems };
}

function emptyFile(file: string): Problem {
  const place = { file, line: 0, column: 0, length: 0, severity: 'error' } as const;
  return { code: 'E_EMPTY', ...place, message: 'the file holds no lesson', hint: 'docs/lessons.md has one' };
}

const KEYS = [
  'title',
  'minutes',
  'scenario',
  'text',
  'predict',
  'question',
  'answers',
  'expect',
  'steps',
  'at',
  'look',
  'set',
  'explain',
  'puzzle',
  'change',
  'traps',
  'solutions',
  'constants',
];

/** The words of a scenario's problems know the keys of a scenario. */
function inLessonWords(one: Draft): Draft {
  if (one.path.includes('expect') && one.part !== undefined) return { ...one, code: 'E_EXPECT' };
  if (one.code !== 'E_UNKNOWN_KEY') return one;
  const near = suggest(String(one.path.at(-1)), KEYS);
  return { ...one, hint: near === null ? null : `did you mean ${near}?` };
}

class LessonReader {
  readonly problems: Problem[] = [];
  readonly #source: Source;
  readonly #root: Located;
  readonly #file: LessonFile;
  /** Numbers that a text may name without a figure. */
  readonly #known: ReadonlySet<string>;

  constructor(source: Source, root: Located, file: LessonFile) {
    this.#source = source;
    this.#root = root;
    this.#file = file;
    const numbers = file.scenario.match(/\d+(?:\.\d+)*/gu) ?? [];
    this.#known = new Set([...numbers, ...Object.keys(file.constants ?? {})]);
  }

  read(): Lesson | null {
    if (blockAt(this.#source, this.#node(['scenario'])) === null) {
      this.#complain('E_VALUE', ['scenario'], 'scenario must be a block of lines', 'scenario: |');
      return null;
    }
    const { title, minutes, predict, steps, puzzle, constants = {} } = this.#file;
    const lesson: Lesson = {
      name: this.#source.file.replace(/^.*\//u, '').replace(/\.ya?ml$/u, ''),
      title,
      minutes,
      text: this.#prose(['text'], this.#file.text),
      predict: {
        set: predict.set ?? [],
        question: this.#prose(['predict', 'question'], predict.question),
        answers: predict.answers.map(({ text, expect }, index) => ({
          text: this.#prose(['predict', 'answers', index, 'text'], text)[0] ?? [],
          expect,
        })),
        scenario: this.#predictScenario(),
      },
      steps: steps.map(({ at, look = [], set = [], text }, index) => ({
        at_ns: at,
        look,
        set,
        text: this.#prose(['steps', index, 'text'], text, set),
      })),
      explain: this.#prose(['explain'], this.#file.explain),
      puzzle: {
        text: this.#prose(['puzzle', 'text'], puzzle.text),
        change: puzzle.change.map(({ key, choices = null }) => ({ key, value: this.#valueOf(key), choices })),
        expect: puzzle.expect.map((expression, index) => ({ expression, words: this.#wordsOf(index) })),
        scenario: this.#puzzleScenario(),
        traps: (puzzle.traps ?? []).map(({ set, text }, index) => ({
          set,
          text: this.#prose(['puzzle', 'traps', index, 'text'], text, set),
        })),
        solutions: puzzle.solutions,
      },
      constants,
    };
    this.#checkSettings(lesson);
    return lesson;
  }

  #prose(path: Path, text: string, set: readonly string[] = []): readonly Paragraph[] {
    const { paragraphs, problems } = readProse(text, set);
    for (const { words, message } of problems) this.#complain('E_VALUE', path, message, null, words);
    for (const span of paragraphs.flat()) {
      if (span.kind !== 'fact') continue;
      const reading = readExpectation(span.expression);
      if (reading.ok) continue;
      this.#complain(
        'E_EXPECT',
        path,
        `the figure ${span.text} ${reading.message}`,
        reading.hint,
        `[${span.text}](`,
      );
    }
    for (const number of paragraphs.flatMap(bareNumbers)) {
      if (this.#known.has(number.replaceAll(' ', ''))) continue;
      const message = `${number} is neither measured nor in the scenario`;
      this.#complain('E_VALUE', path, message, `[${number}](EXPRESSION), or a line in constants`, number);
    }
    return paragraphs;
  }

  /** A problem at these words of the value, or at the value where they are not to be found on one line. */
  #complain(code: Problem['code'], path: Path, message: string, hint: string | null, words = ''): void {
    const whole = problemAt(this.#source, this.#root, { code, path, onKey: false, message, hint });
    const lines = this.#source.text.split('\n');
    for (let line = whole.line; words !== '' && line <= lines.length; line++) {
      const column = lines[line - 1]!.indexOf(words, line === whole.line ? whole.column - 1 : 0);
      if (column < 0) continue;
      this.problems.push({ ...whole, line, column: column + 1, length: words.length });
      return;
    }
    this.problems.push(whole);
  }

  #scenario(): Stretch {
    return blockAt(this.#source, this.#node(['scenario'])) ?? { from: 1, to: 1, indent: 0 };
  }

  #puzzleScenario(): string {
    const scenario = this.#scenario();
    const { keyStart, end } = this.#node(['puzzle', 'expect']);
    const { line, col } = this.#source.lines.linePos(keyStart);
    const last = this.#source.lines.linePos(Math.max(keyStart, end - 1)).line;
    const stretches = [scenario, { from: line, to: last + 1, indent: col - 1 }];
    const text = linesKept(this.#source.text, stretches);
    const { problems } = parseScenario(text, { file: this.#source.file });
    for (const one of problems) {
      const indent = stretches.find(({ from, to }) => one.line >= from && one.line < to)?.indent ?? 0;
      this.problems.push({ ...one, column: one.column + indent });
    }
    return text;
  }

  #predictScenario(): string {
    const lines = linesKept(this.#source.text, [this.#scenario()]).trimEnd().split('\n');
    const first = lines.length + 2;
    const { answers } = this.#file.predict;
    const text = [
      ...lines,
      'expect:',
      ...answers.map(({ expect }) => `  - ${JSON.stringify(expect)}`),
      '',
    ].join('\n');
    for (const { line, code, message, hint } of parseScenario(text, { file: this.#source.file }).problems) {
      // Those of the scenario itself are told with the puzzle.
      if (line >= first) this.#complain(code, ['predict', 'answers', line - first, 'expect'], message, hint);
    }
    return text;
  }

  /** The comment behind an expectation of the puzzle. */
  #wordsOf(index: number): string | null {
    const line = lineAt(this.#source, this.#root, ['puzzle', 'expect', index]);
    const text = this.#source.text.split('\n')[line - 1]!;
    const comment = text.indexOf(' #');
    return comment < 0 ? null : text.slice(comment + 2).trim();
  }

  /** What the scenario has there, be it written or not. */
  #valueOf(key: string): string {
    const text = linesKept(this.#source.text, [this.#scenario()]);
    const sysctl = fullKey(key).replace(/^sysctl\./u, '');
    const effective = parseScenario(text).scenario?.sysctl ?? {};
    if (Object.hasOwn(effective, sysctl)) return String(effective[sysctl]);
    let node = readYaml(text).root;
    for (const step of key.split('.')) {
      const inside: Located['value'] = node?.value ?? null;
      node =
        (inside instanceof Map ? inside.get(step) : Array.isArray(inside) ? inside[Number(step)] : null) ??
        null;
    }
    return node === null ? '' : (node.source ?? String(node.value));
  }

  #checkSettings(lesson: Lesson): void {
    // A scenario with mistakes would be blamed on every setting.
    if (this.problems.length > 0) return;
    const { change, solutions, traps } = lesson.puzzle;
    for (const [index, { key, value, choices }] of change.entries()) {
      const path = ['puzzle', 'change', index, 'key'];
      const unknown = this.#problemsWith(lesson, [`${key}=null`]).find(({ code }) => UNKNOWN.has(code));
      if (unknown !== undefined) this.#complain(unknown.code, path, unknown.message, unknown.hint);
      if (choices === null || choices.includes(value)) continue;
      this.#complain(
        'E_VALUE',
        path,
        `the scenario has ${key}=${value}, which is not among the choices`,
        null,
      );
    }
    const sets: [Path, readonly string[]][] = [
      ...solutions.map((set, index): [Path, readonly string[]] => [['puzzle', 'solutions', index], set]),
      ...traps.map(({ set }, index): [Path, readonly string[]] => [['puzzle', 'traps', index, 'set'], set]),
    ];
    for (const [path, set] of sets) {
      for (const key of foreignKeys(lesson, set)) {
        this.#complain('E_VALUE', path, `${key} is not among the keys of puzzle.change`, null);
      }
    }
    sets.push(
      [['predict', 'set'], lesson.predict.set],
      ...lesson.steps.map(({ set }, index): [Path, readonly string[]] => [['steps', index, 'set'], set]),
    );
    for (const [path, set] of sets) {
      for (const { code, message, hint } of this.#problemsWith(lesson, set)) {
        this.#complain(code, path, message, hint);
      }
    }
    for (const [index, { at_ns }] of lesson.steps.entries()) {
      const { scenario } = parseScenario(lesson.puzzle.scenario, { set: lesson.steps[index]!.set });
      if (scenario === null || at_ns <= scenario.duration_ns) continue;
      this.#complain('E_VALUE', ['steps', index, 'at'], 'the run ends before this instant', null);
    }
  }

  #problemsWith({ puzzle }: Lesson, set: readonly string[]): readonly Problem[] {
    return set.length === 0 ? [] : parseScenario(puzzle.scenario, { file: this.#source.file, set }).problems;
  }

  #node(path: readonly string[]): Located {
    return path.reduce((node, key) => (node.value as Map<string, Located>).get(key)!, this.#root);
  }
}

const UNKNOWN: ReadonlySet<string> = new Set(['E_UNKNOWN_KEY', 'E_SET', 'E_KERNEL']);
