/** Drop reasons as topics: what happened to the packet, and the causes that it may come of. */
import { CAUSES } from '../causes/causes.ts';
import { REASONS } from '../causes/drop_reasons.ts';
import type { DropReason } from '../measure/trace.ts';
import type { Topic } from './topic.ts';

export function dropTopics(): readonly Topic[] {
  return Object.entries(REASONS).map(([name, reason]) => {
    const causes = CAUSES.filter(({ reasons }) => reasons.includes(name as DropReason));
    return {
      name,
      kind: 'drop reason',
      meaning: reason.happened,
      facts: [
        ['Function', reason.kernelFunction],
        ...causes.map(
          ({ name: cause, title }) => ['Comes of', `${title} (ipvsim explain ${cause})`] as const,
        ),
        ['In a scenario', `expect: [ count(drop.${name}) == 0 ]`],
      ],
    };
  });
}
