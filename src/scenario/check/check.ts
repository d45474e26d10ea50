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
import { checkFamilies } from './check_families.ts';
import { checkKernel } from './check_kernel.ts';
import { checkAnswers, checkMasquerade } from './check_masquerade.ts';
import { checkNodes } from './check_nodes.ts';
import { checkPaths } from './check_paths.ts';
import { checkServices } from './check_services.ts';
import { checkSysctls } from './check_sysctl.ts';

const CHECKS: readonly ((sections: Sections) => readonly Draft[])[] = [
  checkKernel,
  checkServices,
  checkPaths,
  checkMasquerade,
  checkAnswers,
  checkNodes,
  checkClients,
  checkFamilies,
  checkSysctls,
  checkEvents,
  checkController,
  checkExpectations,
  checkSeries,
];

export function checkSections(sections: Sections): Draft[] {
  // What is wrong with a service is as wrong with its other addresses.
  const drafts = CHECKS.flatMap((check) => check(sections));
  const seen = new Set<string>();
  return drafts.filter((each) => {
    const key = JSON.stringify(each);
    return !seen.has(key) && seen.add(key);
  });
}

/** Columns of the series that every run has, and those for each real server. */
const COLUMNS = 24;
const COLUMNS_PER_SERVER = 3;

/** Of each of several nodes, and those for each real server on it. */
const COLUMNS_PER_NODE = 8;

function checkSeries({ duration_ns, interval_ns, services, events, nodes, keys }: Sections): Draft[] {
  if (duration_ns === null || interval_ns === null) return [];
  // Whichever of the two is written is the one to look at.
  const path = keys.has('interval') || !keys.has('duration') ? ['interval'] : ['duration'];
  if (interval_ns > duration_ns) {
    const hint = keys.has('interval') ? 'make it shorter' : 'the default interval is 1s: add a shorter one';
    return [draft('E_COMBINATION', path, 'interval is longer than duration', hint)];
  }
  const servers = countServers(services, events);
  const columns =
    COLUMNS + COLUMNS_PER_SERVER * servers * (1 + nodes.length) + COLUMNS_PER_NODE * nodes.length;
  const rows = Math.ceil(duration_ns / interval_ns);
  if (rows * columns <= LIMITS.seriesCells) return [];
  const longer_s = Math.ceil(((duration_ns / 1e9) * columns) / LIMITS.seriesCells);
  const message = `${rows} rows of series, ${columns} columns each, are more than memory should hold`;
  return [draft('E_TOO_BIG', path, message, `an interval of ${Math.max(1, longer_s)}s would do`)];
}

/** Those that events add have columns from the first row on. */
function countServers(services: Sections['services'], events: Sections['events']): number {
  const first = (allEntries(services) ?? []).reduce((sum, { realServers }) => sum + realServers.length, 0);
  const adds = events.filter(({ entry }) => entry?.add !== undefined);
  const added = new Set(adds.map(({ entry }) => `${entry!.service} ${entry!.add!.address}`));
  return first + added.size;
}
