/** `ipvsim collect`: the script that gathers evidence on a node, for whoever wants to read it before it runs. */
import { collectScript } from '../../../evidence/collect_script.ts';
import { defineCommand } from '../../command.ts';
import { EXIT } from '../../exit_code.ts';

export const command = defineCommand({
  positionals: {},
  options: {},
  examples: [['collect > collect.sh', 'read it, then run it on the node: sh collect.sh']],
  notes: [
    'The script only reads: it changes no setting, loads no module and sends nothing. ipvsim diagnose takes what it gathered, as it is.',
  ],
  async run(_, terminal) {
    await terminal.print(collectScript());
    return EXIT.ok;
  },
});
