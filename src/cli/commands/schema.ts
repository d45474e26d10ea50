/** `ipvsim schema`: the published JSON Schemas, as files carry and editors read them. */

import { UserError } from '../../storage/user_error.ts';
import { defineCommand } from '../command.ts';
import { didYouMean } from '../did_you_mean.ts';
import { EXIT } from '../exit_code.ts';
import { readSchema, SCHEMAS, type SchemaName } from '../files/schema_file.ts';

export const command = defineCommand({
  positionals: {
    which: { describe: 'scenario or result [scenario]', count: 'optional', offers: async () => SCHEMAS },
  },
  options: {},
  examples: [
    ['schema > ipvsim.schema.json', 'for an editor without the package: point the modeline at it'],
    ['schema result', 'the form of result.json'],
  ],
  async run({ which = 'scenario' }, terminal) {
    if (!(SCHEMAS as readonly string[]).includes(which)) {
      throw new UserError(
        `no schema is called ${which}`,
        didYouMean(which, SCHEMAS) ?? `there are ${SCHEMAS.join(' and ')}`,
      );
    }
    await terminal.print(await readSchema(which as SchemaName));
    return EXIT.ok;
  },
});
