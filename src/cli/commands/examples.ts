/** `ipvsim examples`: the shipped scenarios and lessons, one line each. */
import { LESSON_PREFIX } from '../../lessons/puzzle.ts';
import { table } from '../../report/forms/table.ts';
import { clip } from '../../report/text.ts';
import { parseScenario } from '../../scenario/parse.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit_code.ts';
import { lessonNames, shippedLesson } from '../files/lesson_source.ts';
import { shippedScenarios } from '../files/shipped.ts';

export const command = defineCommand({
  positionals: {},
  options: {},
  examples: [['examples', 'names to give to run, and what each shows']],
  async run(_args, terminal) {
    const scenarios = (await shippedScenarios()).map(({ name, text }) => ({
      name,
      title: parseScenario(text, { file: `${name}.yaml` }).scenario?.title ?? '',
    }));
    for (const name of await lessonNames()) {
      const { title } = await shippedLesson(name);
      scenarios.push({ name: `${LESSON_PREFIX}${name}`, title: `Lesson: ${title}` });
    }
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
