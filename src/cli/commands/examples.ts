/** `ipvsim examples`: the shipped scenarios and lessons, one line each. */
import { LESSON_PREFIX } from '../../lessons/puzzle.ts';
import { table } from '../../report/forms/table.ts';
import { clip } from '../../report/text.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit_code.ts';
import { shippedLessons, shippedScenarios, titleOf } from '../files/shipped.ts';

export const command = defineCommand({
  positionals: {},
  options: {},
  examples: [['examples', 'names to give to run, and what each shows']],
  async run(_args, terminal) {
    const lessons = await shippedLessons();
    const scenarios = [
      ...(await shippedScenarios()).map((each) => ({ name: each.name, title: titleOf(each) })),
      ...lessons.map((each) => ({ name: `${LESSON_PREFIX}${each.name}`, title: `Lesson: ${titleOf(each)}` })),
    ];
    const longest = Math.max(...scenarios.map(({ name }) => name.length));
    const rows = scenarios.map(({ name, title }) => [
      name,
      clip(title, terminal.columns - longest - 2, terminal),
    ]);
    await terminal.print(table([{ title: '' }, { title: '' }], rows));
    terminal.say('\nNext: ipvsim run NAME');
    return EXIT.ok;
  },
});
