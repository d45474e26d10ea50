/** A thing that `ipvsim explain` can tell about, and how a word leads to it. */
import { suggest } from '../scenario/text/suggest.ts';

export interface Topic {
  /** Full name: `clients.concurrency`, `net.ipv4.vs.conn_reuse_mode`, `old_conntrack`, `qps`. */
  readonly name: string;
  readonly kind:
    | 'scenario key'
    | 'sysctl'
    | 'metric'
    | 'drop reason'
    | 'cause'
    | 'kernel function'
    | 'state'
    | 'error'
    | 'controller'
    | 'exit code';
  readonly meaning: string;
  /** Label and text, in the order in which they are shown. */
  readonly facts: readonly (readonly [label: string, text: string])[];
  /** Longer advice, a paragraph each. */
  readonly advice?: readonly string[];
}

/** `clients.0.rate`, `sysctl.net.ipv4.vs.conntrack` and `drop.old_conntrack` in the form of topic names. */
function plainName(word: string): string {
  return word
    .replace(/\(\)$/u, '')
    .replace(/\.\d+(?=\.)/gu, '')
    .replace(/^(sysctl|drop)\.(?=.)/u, '')
    .replace(/^services\.(?=.)/u, 'service.')
    .replace(/^events\.add\.(?=.)/u, 'service.realServers.')
    .replace(/^drops\[(\w+)\]$/u, '$1')
    .replace(/^(count|total|min|max|mean|p\d+)\((.*)\)$/u, '$2')
    .replace(/^drop\./u, '')
    .replace(/\[(?:[^[\]]|\[[^[\]]*\])*\]/gu, '');
}

/** The topics that a word names; several where it is the last part of several names, or else some part of them. */
export function findTopics(topics: readonly Topic[], word: string): readonly Topic[] {
  const name = plainName(word);
  const exact = topics.filter((topic) => topic.name === word || topic.name === name);
  if (exact.length > 0) return exact;
  const last = topics.filter((topic) => topic.name.endsWith(`.${name}`));
  if (last.length > 0 || name.length < SHORTEST_PART) return last;
  const part = name.toLowerCase();
  return topics.filter((topic) => topic.name.toLowerCase().includes(part));
}

/** A part of a name that is shorter than this is in too many. */
const SHORTEST_PART = 3;

/** The name that a misspelt word most likely stands for. */
export function suggestTopic(topics: readonly Topic[], word: string): string | null {
  const names = topics.flatMap(({ name }) => {
    const last = name.slice(name.lastIndexOf('.') + 1);
    return last === name ? [name] : [name, last];
  });
  return suggest(plainName(word), names);
}
