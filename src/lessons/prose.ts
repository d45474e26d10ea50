/**
 * The words of a lesson: paragraphs with `code`, **strong** words and [figures](that are measured). A figure names
 * the left side of an expectation, `[2 000](max(inact_conn))`, and changes of the scenario behind `with`:
 * `[9.4](mean(qps, 20s..60s) with kernel=5.4)`.
 */
import type { Paragraph, Span } from './lesson.ts';

const MARKED = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(((?:[^()]|\([^()]*\))*)\)/gu;

/** What a figure shows: a number, perhaps in groups of three digits, and its unit. */
const SHOWN = /^(\d+(?: \d{3})*)(?:\.(\d+))? ?(ms|s|%)?$/u;

export interface ProseProblem {
  /** The words that it is about, as written. */
  readonly words: string;
  readonly message: string;
}

export interface Prose {
  readonly paragraphs: readonly Paragraph[];
  readonly problems: readonly ProseProblem[];
}

/** `set` are the changes of the scenario that the text speaks of. */
export function readProse(text: string, set: readonly string[] = []): Prose {
  const problems: ProseProblem[] = [];
  const paragraphs = text
    .trim()
    .split(/\n[ \t]*\n/u)
    .map((one) => readSpans(onOneLine(one), set, problems));
  return { paragraphs, problems };
}

function onOneLine(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .join(' ');
}

function readSpans(text: string, set: readonly string[], problems: ProseProblem[]): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const match of text.matchAll(MARKED)) {
    if (match.index > from) spans.push({ kind: 'text', text: text.slice(from, match.index) });
    from = match.index + match[0].length;
    const [, code, strong, shown, target] = match;
    if (code !== undefined) spans.push({ kind: 'code', text: code });
    else if (strong !== undefined) spans.push({ kind: 'strong', text: strong });
    else {
      const fact = readFact(shown!, target!, set);
      if (typeof fact === 'string') problems.push({ words: `[${shown}](`, message: fact });
      else spans.push(fact);
    }
  }
  if (from < text.length) spans.push({ kind: 'text', text: text.slice(from) });
  return spans;
}

/** The figure as an expectation that holds where the run gives it, rounded as it is shown; or what is wrong with it. */
function readFact(shown: string, target: string, set: readonly string[]): Span | string {
  const match = SHOWN.exec(shown);
  if (match === null)
    return `${shown} is no number with a unit: a figure is written like [1.02 s](p50(connect))`;
  const [, whole, fraction = '', unit = ''] = match;
  const digits = `${whole!.replaceAll(' ', '')}${fraction === '' ? '' : `.${fraction}`}`;
  const half = (0.5 * 10 ** -fraction.length).toFixed(fraction.length + 1);
  const [expression, ...changes] = target.split(/ with | (?=[\w.]+=)/u).map((part) => part.trim());
  return {
    kind: 'fact',
    text: shown,
    expression: `${expression} == ${digits}${unit} +- ${half}${unit}`,
    set: [...set, ...changes],
  };
}

const NUMBER = /(?<![\w.])\d+(?: \d{3})*(?:\.\d+)*/gu;

/** Numbers of a paragraph that are no figures and no code; a single digit is a word like any other. */
export function bareNumbers(paragraph: Paragraph): string[] {
  return paragraph
    .flatMap((span) =>
      span.kind === 'text' || span.kind === 'strong' ? [...span.text.matchAll(NUMBER)] : [],
    )
    .map(([number]) => number)
    .filter((number) => number.length > 1);
}
