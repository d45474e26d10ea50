/** `ipvsim report`: saved results in another form. */
import { FORMATS } from '../../report/forms/formats.ts';
import { UserError } from '../../storage/user_error.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit_code.ts';
import { writeWhole } from '../files/result_folder.ts';
import { loadResult } from '../files/result_source.ts';

export const command = defineCommand({
  positionals: {
    result: {
      describe: 'result.json files or the folders that hold them; - for stdin',
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
  ],
  notes: FORMATS.map(({ name, description }) => `${name}: ${description}.`),
  async run({ result: sources, format: name, out }, terminal) {
    const format = FORMATS.find((each) => each.name === name)!;
    if (sources.length > 1 && !format.several) {
      const several = FORMATS.filter((each) => each.several).map((each) => each.name);
      throw new UserError(`${name} holds one result at a time`, `several fit into ${several.join(', ')}`);
    }
    const results = await Promise.all(sources.map(loadResult));
    const text = format.render(results, out === undefined ? { look: terminal } : {});
    if (out === undefined) await terminal.print(text);
    else await writeWhole(out, text);
    return EXIT.ok;
  },
});
