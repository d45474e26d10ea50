/** The golden of a scenario on disk: read, compared, and written anew on request. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import {
  compareGolden,
  formatGolden,
  type Golden,
  goldenOf,
  goldenPath,
  newColumns,
  parseGolden,
} from '../../check/golden.ts';
import { parseTolerance, type Tolerance } from '../../check/tolerance.ts';
import type { Result } from '../../measure/result.ts';
import { systemError } from '../../storage/system_error.ts';
import { UserError } from '../../storage/user_error.ts';
import { writeWhole } from '../../storage/whole_file.ts';

/** Null where the scenario has none. Tolerances of the command line win over those of the file. */
export async function readGolden(
  scenarioPath: string,
  tolerances: ReadonlyMap<string, Tolerance>,
): Promise<Golden | null> {
  const path = goldenPath(scenarioPath);
  if (!existsSync(path)) return null;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw systemError(`read ${path}`, error);
  }
  const golden = parseGolden(text, path);
  return { ...golden, tolerances: new Map([...golden.tolerances, ...tolerances]) };
}

/** `METRIC=2%` of --tolerance. */
export function parseTolerances(options: readonly string[]): Map<string, Tolerance> {
  return new Map(
    options.map((text) => {
      const equals = text.indexOf('=');
      if (equals < 1)
        throw new UserError(
          `--tolerance needs METRIC=TOLERANCE, got ${JSON.stringify(text)}`,
          'for example qps=2%',
        );
      return [text.slice(0, equals), parseTolerance(text.slice(equals + 1), `--tolerance ${text}`)];
    }),
  );
}

export interface Update {
  readonly path: string;
  /** What changed, a line each; empty when the golden was right. */
  readonly changes: readonly string[];
}

/** Writes the golden of a result. What it says about the change is exact: tolerances forgive nothing here. */
export async function updateGolden(
  scenarioPath: string,
  result: Result,
  before: Golden | null,
): Promise<Update> {
  const path = goldenPath(scenarioPath);
  const golden = goldenOf(result, before);
  const changes = before === null ? [newGolden(golden)] : differencesOf(before, result);
  if (changes.length > 0) writeWhole(path, formatGolden(golden));
  return { path, changes };
}

function newGolden(golden: Golden): string {
  const columns = Object.values(golden.series);
  return `new golden: ${columns.length} series of ${columns[0]?.length ?? 0} rows`;
}

function differencesOf(before: Golden, result: Result): string[] {
  const exact = compareGolden({ ...before, tolerances: new Map() }, result);
  const changes = exact.differences.map(
    ({ metric, message }) => `${metric} ${message.replace(/ \(tolerance exact\)$/, '')}`,
  );
  const added = newColumns(before, result);
  if (changes.length > 0 && added.length > 0) changes.push(`not in the golden: ${added.join(', ')}`);
  return changes;
}
