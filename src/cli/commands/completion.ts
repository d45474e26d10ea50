/** `ipvsim completion`: the script that makes a shell complete commands, options and their values. */
import { basename } from 'node:path';
import { UserError } from '../../storage/user_error.ts';
import { defineCommand } from '../command.ts';
import { completionScript, SHELLS, type Shell } from '../completion/scripts.ts';
import { didYouMean } from '../did_you_mean.ts';
import { EXIT } from '../exit_code.ts';

export const command = defineCommand({
  positionals: {
    shell: {
      describe: `${SHELLS.join(', ')} [that of $SHELL]`,
      count: 'optional',
      offers: async () => SHELLS,
    },
  },
  options: {},
  examples: [
    [
      'completion bash >> ~/.bashrc',
      'Tab completes commands, options, scenarios, keys of --set and their values',
    ],
    ['completion zsh > ~/.zfunc/_ipvsim', 'for zsh, in a folder of $fpath'],
    ['completion fish > ~/.config/fish/completions/ipvsim.fish', 'for fish'],
  ],
  async run({ shell }, terminal) {
    const name = shell ?? basename(process.env.SHELL ?? '');
    if (!isShell(name)) {
      const hint = didYouMean(name, SHELLS) ?? `ipvsim completion ${SHELLS.join('|')}`;
      throw new UserError(
        shell === undefined ? 'completion needs the name of a shell' : `no script for ${name}`,
        hint,
      );
    }
    await terminal.print(completionScript(name));
    return EXIT.ok;
  },
});

function isShell(name: string): name is Shell {
  return (SHELLS as readonly string[]).includes(name);
}
