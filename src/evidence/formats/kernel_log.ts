/** Lines of dmesg and of the journal that say what the network dropped. */
import type { KernelMessage } from '../fact.ts';
import { type Format, Notes } from '../format.ts';

const MESSAGES: readonly (readonly [pattern: RegExp, message: KernelMessage])[] = [
  [/nf_conntrack: (?:nf_conntrack: )?table full, dropping packet/u, 'conntrack full'],
  [/[Pp]ossible SYN flooding on port/u, 'syn flooding'],
  [/neighbou?r(?:: \S+:)? table overflow|neighbor table overflow/iu, 'neighbour overflow'],
];
const STAMPED = /^\[\s*\d+\.\d+\]\s|^[A-Z][a-z]{2}\s+\d+ \d\d:\d\d:\d\d \S+ kernel:/u;

export const KERNEL_LOG: Format = {
  name: 'dmesg',
  begins: (line) => STAMPED.test(line) || MESSAGES.some(([pattern]) => pattern.test(line)),
  read(lines) {
    const notes = new Notes();
    const told = new Set<KernelMessage>();
    for (const line of lines) {
      const message = MESSAGES.find(([pattern]) => pattern.test(line.text))?.[1];
      if (message === undefined || told.has(message)) continue;
      told.add(message);
      notes.add(line, { kind: 'message', message });
    }
    return notes.as('dmesg');
  },
};
