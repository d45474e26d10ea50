/** `ipvsim demo`, what `npm start` runs: the seed case beside the three ways around it. */
import { join } from 'node:path';
import type { Result } from '../../measure/result.ts';
import { commandLine } from '../../report/command.ts';
import { renderComparison } from '../../report/comparison.ts';
import { prepareFolder, writeTogether } from '../../storage/whole_file.ts';
import { runAll } from '../../sweep/run_all.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit_code.ts';
import { slug } from '../files/file_names.ts';
import { resultFiles } from '../files/result_files.ts';
import { readScenarioText } from '../files/scenario_source.ts';
import type { NamedText } from '../files/text_file.ts';
import { type WorkerPool, withWorkers } from '../run_pool.ts';

const FLAGSHIP = [
  { name: 'k8s-cliff', label: 'mode 1 (the cliff)' },
  { name: 'k8s-cliff-mode0', label: 'mode 0' },
  { name: 'k8s-cliff-keepalive', label: 'keep-alive' },
  { name: 'k8s-cliff-pod-ip', label: 'pod IP' },
] as const;

/**
 * Long enough for the cliff at 16 s and the recovery at 128 s. The shipped scenarios go on for longer, and
 * what they expect they expect of their whole length.
 */
const LENGTH = '150s';
const SHORTENED = [`duration=${LENGTH}`, 'expect=[]'];

const TITLE = '120 workers without keep-alive behind a VIP on CentOS 7, and three ways around what happens';

export const command = defineCommand({
  positionals: {},
  options: {
    out: { type: 'text', value: 'DIR', describe: 'folder for the series and results', default: 'out/demo' },
  },
  examples: [['demo', 'the cliff of the seed case, and mode 0, keep-alive and pod IP beside it']],
  notes: [`The shipped scenarios run for longer; the demo ends each after ${LENGTH}.`],
  async run({ out }, terminal) {
    prepareFolder(out);
    const texts = await Promise.all(FLAGSHIP.map(({ name }) => readScenarioText(name)));
    const { results, stopped } = await withWorkers(
      { runs: FLAGSHIP.length, what: 'simulating the four ways' },
      terminal,
      async (pool) => ({
        results: await runFlagship(texts, pool),
        stopped: pool.interrupt.asked,
      }),
    );
    const compared = FLAGSHIP.flatMap(({ name, label }) => {
      const result = results.get(name);
      return result === undefined ? [] : [{ name, label, result }];
    });
    for (const { name, result } of compared) {
      const line = commandLine('run', {
        source: name,
        seed: result.scenario.seed,
        set: SHORTENED,
      });
      writeTogether(join(out, slug(name)), resultFiles(result, line));
    }
    if (stopped) return EXIT.interrupted;
    await terminal.print(renderComparison(compared, { look: terminal, title: TITLE }));
    const folders = compared.map(({ name }) => `  ${join(out, slug(name))}`);
    await terminal.print(['Series and results, a folder each:', ...folders].join('\n'));
    terminal.say(
      '\nNext: ipvsim run k8s-cliff     ipvsim why k8s-cliff --at 20s     ipvsim advise k8s-cliff',
    );
    return EXIT.ok;
  },
});

async function runFlagship(
  texts: readonly NamedText[],
  pool: WorkerPool,
): Promise<ReadonlyMap<string, Result>> {
  const results = new Map<string, Result>();
  const failures = await runAll({
    items: FLAGSHIP.map(({ name }, index) => ({ name, ...texts[index]! })),
    jobs: pool.jobs,
    signal: pool.interrupt.signal,
    execute: ({ text, label }) =>
      pool.execute({ text, file: label, set: SHORTENED, seed: null, maxEvents: null, whole: true }),
    onOutcome({ name }, outcome) {
      if (outcome.kind !== 'done' || outcome.result === null) throw new Error(`${name}: ${outcome.kind}`);
      results.set(name, outcome.result);
      pool.count(results.size, FLAGSHIP.length);
    },
  });
  if (failures.length > 0) throw failures[0]!.error;
  return results;
}
