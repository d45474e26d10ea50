/** `ipvsim init`: a commented scenario to start from. */
import { dirname } from 'node:path';
import { UserError } from '../../storage/user_error.ts';
import { writeNew } from '../../storage/whole_file.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit_code.ts';
import { slug } from '../files/file_names.ts';
import { nameFromLabel } from '../files/scenario_source.ts';
import { schemaReference } from '../files/schema_file.ts';
import { template } from '../files/template.ts';

export const command = defineCommand({
  positionals: {
    name: {
      describe: 'file or name of the new scenario, - for standard output [scenario.yaml]',
      count: 'optional',
    },
  },
  options: {},
  examples: [
    ['init', 'writes scenario.yaml'],
    ['init checkout', 'writes checkout.yaml, which ipvsim run checkout.yaml runs'],
    ['init - | ipvsim run -', 'writes to standard output'],
  ],
  notes: [
    'An existing file is never overwritten. The first line tells editors with a YAML language server where the ' +
      'schema lies, so that they complete and check keys.',
  ],
  async run({ name = 'scenario' }, terminal) {
    if (name === '-') {
      await terminal.print(template('scenario', schemaReference('scenario', '.')));
      return EXIT.ok;
    }
    const path = /\.ya?ml$/.test(name) ? name : `${name}.yaml`;
    const text = template(slug(nameFromLabel(path)), schemaReference('scenario', dirname(path)));
    if (!writeNew(path, text)) {
      throw new UserError(`${path} exists already`, 'give another name: ipvsim init NAME');
    }
    await terminal.print(path);
    terminal.say(`Next: ipvsim run ${path}`);
    return EXIT.ok;
  },
});
