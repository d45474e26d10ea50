/** `ipvsim merge`: the shards of a sweep as one, with the bytes that the sweep would have had in one piece. */
import { join } from 'node:path';
import { UserError } from '../../storage/user_error.ts';
import { writeWhole } from '../../storage/whole_file.ts';
import { journalText } from '../../sweep/journal.ts';
import { JOURNAL_FILE } from '../../sweep/journal_format.ts';
import { mergeFolders } from '../../sweep/merge.ts';
import { writeSweepFiles } from '../../sweep/output/output.ts';
import { sweepText } from '../../sweep/output/sweep_text.ts';
import { verdictOf } from '../../sweep/record.ts';
import { defineCommand } from '../command.ts';
import { checkMetric, METRIC_OPTION } from '../sweep_metric.ts';
import { verdictExit } from '../verdict_exit.ts';

export const command = defineCommand({
  positionals: {
    dir: { describe: 'the folder of a shard, or one that holds such folders', count: 'many', minimum: 1 },
  },
  options: {
    out: { type: 'text', value: 'DIR', describe: 'the folder for the whole sweep', alias: 'o' },
    metric: METRIC_OPTION,
  },
  examples: [
    ['merge out/shard-1 out/shard-2 out/shard-3 --out out/whole', 'three shards by name'],
    ['merge out/shards --out out/whole', 'all shards inside a folder'],
  ],
  notes: [
    'Exit code 1 when an expectation of some run failed, 3 when one could not be judged.',
    'Shards that are lost, twice there, unfinished or of another sweep are named, with exit code 2 and nothing written.',
    'The result is byte for byte what the sweep writes in one piece.',
  ],
  async run(args, terminal) {
    if (args.out === undefined)
      throw new UserError('merge needs --out DIR', 'the whole sweep is written there');
    checkMetric(args.metric);
    const { merged, complaints } = mergeFolders(args.dir, args.out);
    if (merged === null) {
      for (const complaint of complaints) terminal.complain(complaint);
      const noun = complaints.length === 1 ? 'problem' : 'problems';
      throw new UserError(`${complaints.length} ${noun} with the shards; nothing was written`);
    }
    const { plan, records } = merged;
    const rows = plan.runs.map(({ key }) => records.get(key)!);
    const files = writeSweepFiles(args.out, plan.head, rows, args.metric);
    writeWhole(join(args.out, JOURNAL_FILE), journalText(plan, records));
    await terminal.print(sweepText(plan.head, rows, terminal));
    terminal.say(`wrote ${files.join(', ')} to ${args.out}`);
    return verdictExit(verdictOf(rows));
  },
});
