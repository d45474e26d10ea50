/** Topics as text. */
import { type Look, padEnd, paint, wrap } from '../report/text.ts';
import type { Topic } from './topic.ts';

const LABEL = 15;

/** One topic: its meaning, its facts, what to do about it. */
export function renderTopic(topic: Topic, shownBy: string | null, look: Look): string {
  const facts =
    shownBy === null ? topic.facts : [...topic.facts, ['Shown by', `ipvsim run ${shownBy}`] as const];
  return [
    `${paint(look, 'bold', topic.name)}  (${topic.kind})`,
    wrap(topic.meaning, look.columns, '  '),
    ...(facts.length > 0 ? [''] : []),
    ...facts
      .filter(([, text]) => text !== '')
      .map(([label, text]) => wrap(text, look.columns, `  ${padEnd(label, LABEL)}`)),
    ...(topic.advice === undefined || topic.advice.length === 0 ? [] : ['', '  What helps:']),
    ...(topic.advice ?? []).map((text) => wrap(text, look.columns, '  - ')),
  ].join('\n');
}

/** All names, by kind. */
export function renderTopicList(topics: readonly Topic[], look: Look): string {
  const kinds = [...new Set(topics.map(({ kind }) => kind))];
  return kinds
    .map((kind) => {
      const names = topics.filter((topic) => topic.kind === kind).map(({ name }) => name);
      return `${paint(look, 'bold', `${kind}s`)}\n${wrap(names.join('  '), look.columns, '  ')}`;
    })
    .join('\n\n');
}
