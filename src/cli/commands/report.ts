/** `ipvsim report`: saved results in another form. */
import type { Result } from '../../measure/result.ts';
import { FORMATS } from '../../report/forms/formats.ts';
import { UserError } from '../../storage/user_error.ts';
import { writeWhole } from '../../storage/whole_file.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit_code.ts';
import { commandBeside, findResults, loadResult, withSaved } from '../files/result_source.ts';

/** More than that nobody reads side by side. */
const MOST_RESULTS = 200;

export const command = defineCommand({
  positionals: {
    result: {
      describe: 'result.json files or the folders that hold them, however deep; - for stdin',
      count: 'many',
      minimum: 1,
    },
  },
  options: {
    format: { type: 'text', describe: 'form', choices: FORMATS.map(({ name }) => name), default: 'table' },
    out: { type: 'text', value: 'FILE', describe: 'write there instead of to standard output' },
  },
  examples: [
    ['report out/cliff --format html --out cliff.html', 'one file to pass on'],
    ['report out/before out/after', 'results side by side'],
    ['report out --format html --out all.html', 'every result below a folder, side by side'],
  ],
  notes: FORMATS.map(({ name, description }) => `${name}: ${description}.`),
  async run({ result: sources, format: name, out }, terminal) {
    const format = FORMATS.find((each) => each.name === name)!;
    const found = (await Promise.all(sources.map(findResults))).flat();
    if (found.length > MOST_RESULTS)
      throw new UserError(`${found.length} results; at most ${MOST_RESULTS} fit`);
    if (found.length > 1 && !format.several) {
      const several = FORMATS.filter((each) => each.several).map((each) => each.name);
      throw new UserError(
        `${name} holds one result, not ${found.length}`,
        `several fit into ${several.join(', ')}`,
      );
    }
    const results: Result[] = [];
    for (const source of found) results.push(await loadResult(source));
    const commands = await Promise.all(found.map(commandBeside));
    const text = withSaved(found, () =>
      format.render(results, { commands, ...(out === undefined ? { look: terminal } : {}) }),
    );
    if (out === undefined) await (format.commands ? terminal.printCommands(text) : terminal.print(text));
    else writeWhole(out, text);
    return EXIT.ok;
  },
});
