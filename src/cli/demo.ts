/** `ipvsim demo`, what `npm start` runs: the seed case beside the three ways around it. */
import { join } from 'node:path';
import { type Compared, renderComparison } from '../report/comparison.ts';
import { defineCommand } from './command.ts';
import { drive } from './drive.ts';
import { EXIT } from './exit_code.ts';
import { listenForInterrupt } from './interrupt.ts';
import { showProgress } from './progress.ts';
import { repeatLine } from './repeat.ts';
import { resultFiles } from './result_files.ts';
import { prepareFolder, slug, writeFolder } from './result_folder.ts';
import { loadScenario } from './scenario_source.ts';

const FLAGSHIP = [
  ['k8s-cliff', 'mode 1 (the cliff)'],
  ['k8s-cliff-mode0', 'mode 0'],
  ['k8s-cliff-keepalive', 'keep-alive'],
  ['k8s-cliff-pod-ip', 'pod IP'],
] as const;

/** The cliff comes at 16 s; the fast ones need not go on for long to show that they stay fast. */
const SHORTENED = ['duration=60s'];

export const command = defineCommand({
  positionals: {},
  options: {
    out: { type: 'text', value: 'DIR', describe: 'folder for the series and results', default: 'out/demo' },
  },
  examples: [['demo', 'the cliff of the seed case, and mode 0, keep-alive and pod IP beside it']],
  notes: [`The shipped scenarios run longer; the demo stops each after ${SHORTENED[0]!.split('=')[1]}.`],
  async run({ out }, terminal) {
    await prepareFolder(out);
    const interrupt = listenForInterrupt(terminal);
    const progress = showProgress(terminal);
    const compared: Compared[] = [];
    for (const [name, label] of FLAGSHIP) {
      const scenario = await loadScenario(name, { set: SHORTENED });
      const result = await drive(scenario, { interrupt, progress, label: name });
      const command = repeatLine(name, { scenario, set: SHORTENED });
      await writeFolder(join(out, slug(name)), resultFiles(result, command));
      compared.push({ label, result });
      if (interrupt.asked) break;
    }
    const title =
      '120 workers without keep-alive behind a VIP on CentOS 7, and three ways around what happens';
    await terminal.print(renderComparison(compared, { look: terminal, title }));
    terminal.say(`Series and results: ${FLAGSHIP.map(([name]) => join(out, slug(name))).join(', ')}`);
    terminal.say('Next: ipvsim run k8s-cliff     ipvsim why k8s-cliff --at 20s     ipvsim advise k8s-cliff');
    return interrupt.asked ? EXIT.interrupted : EXIT.ok;
  },
});
