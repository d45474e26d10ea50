/** Causes of trouble as topics: the story, where it shows, what helps. */
import { CAUSES } from '../causes/causes.ts';
import { remedyText } from '../causes/remedies/remedy.ts';
import type { Topic } from './topic.ts';

export function causeTopics(): readonly Topic[] {
  return CAUSES.map(({ name, title, story, kernel, client, visible, remedies, reasons }) => ({
    name,
    kind: 'cause',
    meaning: `${title.charAt(0).toUpperCase()}${title.slice(1)}. ${story}`,
    facts: [
      ['Kernel', kernel],
      ['The client', client],
      ['Drop reason', reasons.join(', ')],
      ...visible.map(([command, shows]) => ['On a node', `${command}: ${shows}`] as const),
    ],
    advice: remedies.map(remedyText),
  }));
}
