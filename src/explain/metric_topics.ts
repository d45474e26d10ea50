/** What an expectation can speak of, as topics. Drop reasons have fuller topics of their own. */
import {
  ERROR_METRICS,
  METRICS,
  type MetricInfo,
  NODE_METRICS,
  SERVER_METRICS,
} from '../scenario/expect/metrics.ts';
import type { Topic } from './topic.ts';

const KINDS: Readonly<Record<MetricInfo['kind'], readonly [what: string, example: string]>> = {
  series: ['a value per interval', 'min(NAME, 1s..15s) > 0'],
  counter: ['a count per interval, with a total', 'total(NAME) == 0'],
  scalar: ['one value for the run', 'NAME > 0'],
  histogram: ['the time of each', 'p99(NAME) < 10ms'],
};

export function metricTopics(): readonly Topic[] {
  const servers = SERVER_METRICS.map((info) => ({ ...info, name: `${info.name}[ADDRESS:PORT]` }));
  const nodes = NODE_METRICS.map((info) => ({ ...info, name: `${info.name}[NODE]` }));
  return [...METRICS, ...ERROR_METRICS, ...servers, ...nodes].map((info) => {
    const [what, example] = KINDS[info.kind];
    return {
      name: info.name,
      kind: 'metric',
      meaning: info.meaning,
      facts: [
        ['Form', what],
        ['Unit', info.unit],
        ['In a scenario', `expect: [ ${example.replace('NAME', info.name)} ]`],
      ],
    };
  });
}
