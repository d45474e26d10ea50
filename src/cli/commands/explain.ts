/** `ipvsim explain`: one thing in words, wherever its name is met: scenario, report, kernel, exit code. */
import { causeTopics } from '../../explain/cause_topics.ts';
import { controllerTopics } from '../../explain/controller_topics.ts';
import { dropTopics } from '../../explain/drop_topics.ts';
import { errorTopics } from '../../explain/error_topics.ts';
import { functionTopics } from '../../explain/function_topics.ts';
import { renderKernel } from '../../explain/kernel_reading.ts';
import { type JsonSchema, keyTopics } from '../../explain/key_topics.ts';
import { metricTopics } from '../../explain/metric_topics.ts';
import { renderTopic, renderTopicList } from '../../explain/render.ts';
import { shownBy } from '../../explain/shown_by.ts';
import { stateTopics } from '../../explain/state_topics.ts';
import { sysctlTopics } from '../../explain/sysctl_topics.ts';
import { findTopics, suggestTopic, type Topic } from '../../explain/topic.ts';
import { type KernelRelease, readKernel } from '../../kernel/release/release.ts';
import { printable } from '../../report/text.ts';
import { UserError } from '../../storage/user_error.ts';
import { defineCommand } from '../command.ts';
import { EXIT, EXIT_MEANINGS } from '../exit_code.ts';
import { readSchema } from '../files/schema_file.ts';
import { shippedScenarios } from '../files/shipped.ts';

export const command = defineCommand({
  positionals: {
    key: {
      describe: 'a scenario key, kernel setting, metric, drop reason or exit code; or kernel and its name',
      count: 'many',
      minimum: 0,
      offers: async () => (await allTopics()).map(({ name }) => name),
    },
  },
  options: {},
  examples: [
    ['explain', 'everything that can be explained'],
    ['explain net.ipv4.vs.conn_reuse_mode', 'a kernel setting: default, kernels, function, an example'],
    ['explain clients.concurrency', 'a key of scenario files'],
    ['explain kernel $(uname -r)', 'whose kernel that is, what it stands for, and what it does'],
    ['explain old_conntrack', 'why packets are dropped'],
    ['explain idle-entry', 'a cause of trouble: its story, where it shows, what helps'],
    ['explain TIME_WAIT', 'a state; also kernel functions (ip_vs_in), errors (ECONNRESET), controllers'],
  ],
  async run({ key: [key, ...more] }, terminal) {
    if (key === 'kernel' && more.length > 0) {
      await terminal.print(renderKernel(kernelNamed(more.join(' ')), terminal));
      return EXIT.ok;
    }
    if (more.length > 0) throw new UserError('explain takes one name', 'only kernel is followed by more');
    const topics = await allTopics();
    if (key === undefined) {
      await terminal.print(renderTopicList(topics, terminal));
      return EXIT.ok;
    }
    const found = findTopics(topics, key);
    if (found.length === 0) {
      const near = suggestTopic(topics, key);
      throw new UserError(
        `nothing is called ${key}`,
        near === null ? 'ipvsim explain lists everything' : `did you mean ${near}?`,
      );
    }
    if (found.length > SHOWN_WHOLE) {
      await terminal.print(renderTopicList(found, terminal));
      return EXIT.ok;
    }
    const scenarios = await shippedScenarios();
    const texts = found.map((topic) => renderTopic(topic, shownBy(topic, scenarios), terminal));
    await terminal.print(texts.join('\n\n'));
    return EXIT.ok;
  },
});

function kernelNamed(text: string): KernelRelease {
  const reading = readKernel(text);
  if (reading.ok) return reading.value;
  throw new UserError(`${printable(text)} ${reading.message}`, reading.hint ?? undefined);
}

/** More topics than that are listed, not told. */
const SHOWN_WHOLE = 4;

async function allTopics(): Promise<readonly Topic[]> {
  return [
    ...keyTopics(JSON.parse(await readSchema('scenario')) as JsonSchema),
    ...sysctlTopics(),
    ...metricTopics(),
    ...causeTopics(),
    ...dropTopics(),
    ...errorTopics(),
    ...stateTopics(),
    ...functionTopics(),
    ...controllerTopics(),
    ...EXIT_MEANINGS.map(exitTopic),
  ];
}

function exitTopic([code, meaning]: (typeof EXIT_MEANINGS)[number]): Topic {
  return { name: String(code), kind: 'exit code', meaning: `${meaning}.`, facts: [] };
}
