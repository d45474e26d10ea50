/** The table of a sweep as Parquet: the columns of the CSV with their types. */
import { parquetWriteBuffer } from 'hyparquet-writer';
import { VERSION } from '../../version.ts';
import type { Column } from './table.ts';

export function sweepParquet(columns: readonly Column[]): Uint8Array {
  const buffer = parquetWriteBuffer({
    columnData: columns.map(({ name, kind, values }) => ({
      name,
      type: kind === 'text' ? 'STRING' : kind === 'integer' ? 'INT64' : 'DOUBLE',
      data: kind === 'integer' ? values.map((value) => (value === null ? null : BigInt(value))) : [...values],
    })),
    createdBy: `ipvsim ${VERSION}`,
  });
  return new Uint8Array(buffer);
}
