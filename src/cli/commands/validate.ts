/** `ipvsim validate`: every problem of scenario files, without running them. */

import { scenarioNotes } from '../../scenario/notes.ts';
import { formatProblems, type Problem } from '../../scenario/text/problem.ts';
import { UserError } from '../../storage/user_error.ts';
import { jsonText } from '../../text/escape.ts';
import { defineCommand } from '../command.ts';
import { complainOf } from '../complain.ts';
import { scenarioNames } from '../completion/offers.ts';
import { EXIT } from '../exit_code.ts';
import { parseText, readScenarioText } from '../files/scenario_source.ts';
import type { NamedText } from '../files/text_file.ts';
import { SCENARIO_OPTIONS } from '../scenario_options.ts';
import type { Terminal } from '../terminal.ts';

export const command = defineCommand({
  positionals: {
    file: {
      describe: 'scenario files, - for standard input, or shipped names',
      count: 'many',
      minimum: 1,
      offers: scenarioNames,
    },
  },
  options: {
    set: SCENARIO_OPTIONS.set,
    format: { type: 'text', describe: 'form of the problems', choices: ['text', 'json'], default: 'text' },
  },
  examples: [
    ['validate scenarios/*.yaml', 'the same checks that run makes'],
    ['validate mine.yaml --format json', 'problems as data: code, line, column, message, hint'],
  ],
  async run({ file: files, set, format }, terminal) {
    const found: Problem[] = [];
    let unreadable = 0;
    for (const file of files) {
      const text = await readOrComplain(file, terminal);
      if (text === null) {
        unreadable++;
        continue;
      }
      const { scenario, problems } = parseText(text, { set });
      found.push(...problems);
      if (format === 'json') continue;
      if (scenario !== null) {
        await terminal.print(`${text.label}: ok`);
        for (const note of scenarioNotes(scenario)) terminal.say(`note: ${note}`);
      } else terminal.complain(formatProblems(problems, text.text));
    }
    if (format === 'json') await terminal.print(jsonText(found));
    return found.length + unreadable === 0 ? EXIT.ok : EXIT.wrong;
  },
});

/** A file that cannot be read is no reason not to check the others. */
async function readOrComplain(file: string, terminal: Terminal): Promise<NamedText | null> {
  try {
    return await readScenarioText(file);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    complainOf(error, terminal);
    return null;
  }
}
