/** Drop reasons as topics, in the words of the reports. */
import { REASONS } from '../report/reasons.ts';
import type { Topic } from './topic.ts';

export function dropTopics(): readonly Topic[] {
  return Object.entries(REASONS).map(([name, reason]) => ({
    name,
    kind: 'drop reason',
    meaning: reason.happened,
    facts: [
      ['Function', reason.kernelFunction],
      ['The client', reason.client],
      ['Visible', reason.visible],
      ['In a scenario', `expect: [ count(drop.${name}) == 0 ]`],
    ],
    advice: reason.remedies,
  }));
}
