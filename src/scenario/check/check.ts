/**
 * What must hold between keys that are each right by themselves. Every check is a function of the sections
 * and knows nothing of YAML; a new one is a line in the list.
 */

import { type Draft, draft } from '../draft.ts';
import { LIMITS } from '../schema/limits.ts';
import { allEntries, type Sections } from '../schema/sections.ts';
import { checkClients } from './check_clients.ts';
import { checkController } from './check_controller.ts';
import { checkEvents } from './check_events.ts';
import { checkExpectations } from './check_expect.ts';
import { checkPaths } from './check_paths.ts';
import { checkServices } from './check_services.ts';
import { checkSysctls } from './check_sysctl.ts';

const CHECKS: readonly ((sections: Sections) => readonly Draft[])[] = [
  checkServices,
  checkPaths,
  checkClients,
  checkSysctls,
  checkEvents,
  checkController,
  checkExpectations,
  checkSeries,
];

export function checkSections(sections: Sections): Draft[] {
  return CHECKS.flatMap((check) => check(sections));
}

/** Columns of the series that every run has, and those for each real server. */
const COLUMNS = 24;
const COLUMNS_PER_SERVER = 3;

function checkSeries({ duration_ns, interval_ns, services }: Sections): Draft[] {
  if (duration_ns === null || interval_ns === null) return [];
  if (interval_ns > duration_ns) {
    return [draft('E_COMBINATION', ['interval'], 'interval is longer than duration', 'make it shorter')];
  }
  const servers = (allEntries(services) ?? []).reduce((sum, { realServers }) => sum + realServers.length, 0);
  const rows = Math.ceil(duration_ns / interval_ns);
  const cells = rows * (COLUMNS + COLUMNS_PER_SERVER * servers);
  if (cells <= LIMITS.seriesCells) return [];
  const longer_s = Math.ceil(
    ((duration_ns / 1e9) * (COLUMNS + COLUMNS_PER_SERVER * servers)) / LIMITS.seriesCells,
  );
  const message = `duration and interval make ${rows} rows of series; that is more than memory should hold`;
  return [draft('E_TOO_BIG', ['interval'], message, `an interval of ${Math.max(1, longer_s)}s would do`)];
}
