/** The files of a finished sweep. Nothing in them depends on the number of threads, shards or restarts. */
import { join } from 'node:path';
import { makeFolder } from '../../storage/make_folder.ts';
import { systemError } from '../../storage/system_error.ts';
import { writeWhole } from '../../storage/whole_file.ts';
import type { SweepHead } from '../plan.ts';
import type { RunRecord } from '../record.ts';
import { heatMap } from './heat_map.ts';
import { sweepCsv } from './sweep_csv.ts';
import { sweepParquet } from './sweep_parquet.ts';
import { sweepColumns } from './table.ts';

/** `metric` is what the heat map shows. Returns the names of the files. */
export function writeSweepFiles(
  folder: string,
  head: SweepHead,
  records: readonly RunRecord[],
  metric: string,
): string[] {
  const columns = sweepColumns(head, records);
  const files: [name: string, content: string | Uint8Array][] = [
    ['sweep.csv', sweepCsv(columns)],
    ['sweep.parquet', sweepParquet(columns)],
  ];
  const map = heatMap(
    head,
    records,
    columns.find(({ name }) => name === metric),
  );
  if (map !== null) files.push(['heat_map.svg', map]);
  try {
    makeFolder(folder);
  } catch (error) {
    throw systemError(`create the folder ${folder}`, error);
  }
  for (const [name, content] of files) writeWhole(join(folder, name), content);
  return files.map(([name]) => name);
}
