/** What find-edge found, for the terminal: the answer first, then what was tried, then how sure it is. */

import { table } from '../../report/forms/table.ts';
import { figure, percent } from '../../report/numbers.ts';
import { type Look, PLAIN, sign, wrap } from '../../report/text.ts';
import { type Edge, edgeConfidence, type Probe } from '../edge.ts';

export interface EdgeQuestion {
  readonly key: string;
  readonly goal: string;
  readonly low: string;
  readonly high: string;
}

export function edgeText(question: EdgeQuestion, edge: Edge, look: Look = PLAIN): string {
  const lines = [answer(question, edge), '', triedTable(edge, look)];
  const sure = confidence(edge);
  if (sure !== '') lines.push('', wrap(sure, look.columns));
  return sign(look, `${lines.join('\n')}\n`);
}

function answer({ key, goal, low, high }: EdgeQuestion, edge: Edge): string {
  const reason = edge.reason === '' ? '' : ` (${edge.reason})`;
  switch (edge.kind) {
    case 'edge':
      return `${key} = ${edge.lastGood} is the last value that meets ${goal}; ${edge.firstBad} is the first that does not`;
    case 'all good':
      return `${goal} is met from ${low} to ${high}: no edge in this range; the last value tried is ${edge.lastGood}`;
    case 'all bad':
      return `no value of ${key} from ${low} to ${high} meets ${goal} with every seed${reason}`;
    case 'unknown':
      return `cannot say: ${edge.reason}`;
    default:
      return edge.kind satisfies never;
  }
}

function triedTable(edge: Edge, look: Look): string {
  const values = [...new Set(edge.probes.map(({ value }) => value))];
  const rows = values.map((value) => {
    const probes = edge.probes.filter((probe) => probe.value === value);
    return [value, share(probes), measured(probes)];
  });
  return table(
    [
      { title: 'value', align: 'right' },
      { title: 'seeds good', align: 'right' },
      { title: 'measured', align: 'right' },
    ],
    rows,
    { look },
  );
}

function share(probes: readonly Probe[]): string {
  const good = probes.filter(({ verdict }) => verdict === 'pass').length;
  return `${good} of ${probes.length}`;
}

function measured(probes: readonly Probe[]): string {
  const values = probes.flatMap(({ measured: value }) => (value === null ? [] : [value]));
  if (values.length === 0) return '-';
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? figure(low) : `${figure(low)} … ${figure(high)}`;
}

/** Says what the seeds allow to be said, and with one seed that they allow nothing. */
function confidence(edge: Edge): string {
  if (edge.kind !== 'edge' || edge.spread === null) return '';
  const seeds = edge.seeds.length;
  if (seeds === 1) return 'One seed says nothing about others: --seeds 5 or more gives a confidence.';
  const { nextSeed, medianInRange } = edgeConfidence(seeds);
  const { low, median, high } = edge.spread;
  const spread =
    low === high
      ? `All ${seeds} seeds have their edge at ${low}.`
      : `The edges of the ${seeds} seeds lie from ${low} to ${high}, the middle one at ${median}; the median over all seeds lies in that range with ${percent(medianInRange)} confidence.`;
  return `At ${edge.lastGood} all ${seeds} seeds are good, at ${edge.firstBad} ${edge.goodAtFirstBad} of ${seeds}; a further seed is good at ${edge.lastGood} with probability ${percent(nextSeed)} or more. ${spread}`;
}
