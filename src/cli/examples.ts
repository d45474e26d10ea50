/** `ipvsim examples`: the shipped scenarios, one line each. */
import { defineCommand } from './command.ts';
import { EXIT } from './exit_code.ts';
import { shippedScenarios } from './shipped.ts';

export const command = defineCommand({
  positionals: {},
  options: {},
  examples: [['examples', 'names to give to run, and what each shows']],
  async run(_args, terminal) {
    for (const scenario of await shippedScenarios()) await terminal.print(scenario.name);
    return EXIT.ok;
  },
});
