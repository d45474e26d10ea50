/** The files of one result, as they lie in its folder; result.json comes last and vouches for the others. */
import type { Result } from '../../measure/result.ts';
import { renderWideCsv } from '../../report/forms/csv.ts';
import { renderJson } from '../../report/forms/json.ts';
import { renderSummary } from '../../report/summary.ts';
import { PLAIN } from '../../report/text.ts';
import type { NamedContent } from '../../storage/whole_file.ts';

export function resultFiles(result: Result, command: string): readonly NamedContent[] {
  return [
    { name: 'series.csv', content: renderWideCsv(result) },
    { name: 'summary.txt', content: renderSummary(result, { look: PLAIN, command }) },
    { name: 'command.txt', content: `${command}\n` },
    { name: 'result.json', content: renderJson(result) },
  ];
}
