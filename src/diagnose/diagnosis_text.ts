/** A diagnosis for people: what was recognised, the verdict with what speaks for and against it, what is missing. */
import type { Place } from '../evidence/fact.ts';
import type { Recognised, Unplaced } from '../evidence/recognise.ts';
import { printable, shortened } from '../text/terminal.ts';
import type { Diagnosis } from './diagnose.ts';
import { isLikely } from './diagnose.ts';
import type { Beside, Judgement } from './hypothesis.ts';

export interface Told {
  readonly recognised: readonly Recognised[];
  readonly unplaced: readonly Unplaced[];
  readonly diagnosis: Diagnosis;
  /** Null where no scenario could be made of the evidence. */
  readonly reproduction: Reproduction | null;
}

export interface Reproduction {
  /** The scenario; `ipvsim run` takes it. */
  readonly yaml: string;
  /** Whether the run shows the leading cause, too. */
  readonly shows: boolean;
  readonly beside: readonly Beside[];
}

/** Commands that are named; more would not be read. */
const MOST_MISSING = 6;

export function renderDiagnosis(told: Told): string {
  const { diagnosis } = told;
  const lines = ['Recognised'];
  for (const { file, from, to, title, facts } of told.recognised)
    lines.push(`  ${safe(file)}:${from}-${to}  ${title}, ${facts.length} facts`);
  if (told.recognised.length === 0) lines.push('  nothing');
  if (told.unplaced.length > 0) {
    lines.push('', 'Not placed');
    for (const { file, line, why } of told.unplaced) lines.push(`  ${safe(file)}:${line}  ${safe(why)}`);
  }
  lines.push('', `Verdict: ${verdict(diagnosis)}`);
  for (const judgement of diagnosis.judgements.filter(hasSomething)) lines.push('', ...judged(judgement));
  const excluded = diagnosis.judgements.filter(({ certainty }) => certainty === 'excluded');
  if (excluded.length > 0) {
    lines.push('', 'Excluded');
    for (const { name, observations } of excluded) {
      const proof = observations.find(({ side, weight }) => side === 'against' && weight === 'proof')!;
      lines.push(`  ${name}: ${safe(proof.text)} (${place(proof.at)})`);
    }
  }
  const missing = missingOf(diagnosis);
  if (missing.length > 0) {
    lines.push('', 'Missing (these commands change nothing)');
    for (const { command, tells, name } of missing)
      lines.push(`  ${safe(command)}`, `      ${name}: ${tells}`);
  }
  if (told.reproduction !== null) lines.push('', ...reproduced(told.reproduction));
  return `${lines.join('\n')}\n`;
}

function verdict({ verdict: outcome, judgements }: Diagnosis): string {
  const [first] = judgements;
  if (outcome === 'nothing') return 'nothing is wrong with connecting, by this evidence';
  if (outcome === 'unknown' || first === undefined) return 'cannot say from this evidence';
  const others = judgements.filter(isLikely).length - 1;
  const more = others === 0 ? '' : `; ${others} more ${others === 1 ? 'is' : 'are'} likely, too`;
  return `${first.name}, ${first.certainty}: ${first.title}${more}`;
}

function hasSomething({ certainty }: Judgement): boolean {
  return certainty !== 'excluded' && certainty !== 'no sign of it';
}

function judged({ name, certainty, observations }: Judgement): string[] {
  const row = (side: string) =>
    observations
      .filter((observation) => observation.side === side)
      .map(
        ({ weight, text, at }) => `  ${side === 'for' ? '+' : '-'} ${weight}: ${safe(text)} (${place(at)})`,
      );
  return [`${name}: ${certainty}`, ...row('for'), ...row('against')];
}

/** What is lacked for the causes that are still open, the likeliest first, a command once. */
export function missingOf({ judgements }: Diagnosis): { command: string; tells: string; name: string }[] {
  const rows = judgements
    .filter(({ certainty }) => certainty !== 'excluded')
    .flatMap(({ missing, name }) => missing.map((lack) => ({ ...lack, name })));
  const once = rows.filter(
    ({ command }, index) => rows.findIndex((row) => row.command === command) === index,
  );
  return once.slice(0, MOST_MISSING);
}

function reproduced({ shows, beside }: Reproduction): string[] {
  const table = [
    ['', 'observed', 'simulated'],
    ...beside.map((row) => [row.what, row.observed, row.simulated]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  return [
    `Simulated: a scenario made of this evidence ${shows ? 'has the same cause' : 'does not have this cause'}`,
    ...table.map((row) =>
      `  ${row[0]!.padEnd(widths[0]!)}  ${row[1]!.padStart(widths[1]!)}  ${row[2]!.padStart(widths[2]!)}`.trimEnd(),
    ),
    '  --out FILE writes the scenario; what it assumes stands in it',
  ];
}

function place({ file, line }: Place): string {
  return `${safe(file)}:${line}`;
}

function safe(text: string): string {
  return printable(shortened(text, 200));
}
