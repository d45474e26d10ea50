/**
 * The causes that are known. Adding one is a file in known/ and a line here: the summaries, `why`, `advise`,
 * `explain` and the reports follow.
 */
import type { Result } from '../measure/result.ts';
import type { RequestAccount } from './account.ts';
import type { Cause, Finding } from './cause.ts';
import { ASSOCIATION_REUSE } from './known/association_reuse.ts';
import { CONNTRACK_CLASH } from './known/conntrack_clash.ts';
import { CONNTRACK_REFUSES } from './known/conntrack_refuses.ts';
import { DEAD_SERVER } from './known/dead_server.ts';
import { DELETED_SERVER } from './known/deleted_server.ts';
import { DRAINED_SYN } from './known/drained_syn.ts';
import { ENTRY_GIVEN_UP } from './known/entry_given_up.ts';
import { HAIRPIN } from './known/hairpin.ts';
import { HASHED_SERVER } from './known/hashed_server.ts';
import { IDLE_ENTRY } from './known/idle_entry.ts';
import { BACKLOG_FULL } from './known/limits/backlog_full.ts';
import { CONN_TABLE_FULL } from './known/limits/conn_table_full.ts';
import { CONNTRACK_FULL } from './known/limits/conntrack_full.ts';
import { DROP_DEFENCE } from './known/limits/drop_defence.ts';
import { PORTS_RUN_OUT } from './known/limits/ports_run_out.ts';
import { LINK_LOSS } from './known/link_loss.ts';
import { NO_ENDPOINTS } from './known/no_endpoints.ts';
import { NO_LOCAL_ENDPOINT } from './known/no_local_endpoint.ts';
import { NOBODYS_ADDRESS } from './known/nobodys_address.ts';
import { ANSWERS_PAST } from './known/nodes/answers_past.ts';
import { NODE_BEHIND } from './known/nodes/node_behind.ts';
import { NODE_GONE } from './known/nodes/node_gone.ts';
import { NODE_LOST } from './known/nodes/node_lost.ts';
import { SAME_START } from './known/nodes/same_start.ts';
import { PERSISTENCE } from './known/persistence.ts';
import { PORT_REUSE } from './known/port_reuse.ts';
import { PROCESS_GONE } from './known/process_gone.ts';
import { REMOVED_SERVER } from './known/removed_server.ts';
import { REUSE_KEPT } from './known/reuse_kept.ts';
import { STALE_AFFINITY } from './known/stale_affinity.ts';
import { STALE_UDP } from './known/stale_udp.ts';
import { TIME_STAMPS } from './known/time_stamps.ts';
import { causeInWordsOf, inWordsOf, spokenBy, spokenIn } from './words.ts';

/** Where several fit one request the first one tells its story: what is particular comes before what is general. */
export const CAUSES: readonly Cause[] = [
  PORT_REUSE,
  ASSOCIATION_REUSE,
  PORTS_RUN_OUT,
  STALE_UDP,
  STALE_AFFINITY,
  NOBODYS_ADDRESS,
  NODE_LOST,
  NODE_BEHIND,
  NODE_GONE,
  ANSWERS_PAST,
  IDLE_ENTRY,
  ENTRY_GIVEN_UP,
  REMOVED_SERVER,
  DEAD_SERVER,
  DELETED_SERVER,
  DRAINED_SYN,
  HASHED_SERVER,
  NO_ENDPOINTS,
  NO_LOCAL_ENDPOINT,
  HAIRPIN,
  CONN_TABLE_FULL,
  CONNTRACK_FULL,
  CONNTRACK_CLASH,
  CONNTRACK_REFUSES,
  TIME_STAMPS,
  BACKLOG_FULL,
  DROP_DEFENCE,
  LINK_LOSS,
  PROCESS_GONE,
  REUSE_KEPT,
  PERSISTENCE,
  SAME_START,
];

/** What a saved result has of them, the one that concerns most first. */
export function findCauses(result: Result): readonly Finding[] {
  const spoken = spokenIn(result.scenario);
  const found = CAUSES.flatMap((cause) => {
    const evidence = cause.inResult(result);
    if (evidence === null) return [];
    return [{ ...evidence, cause: causeInWordsOf(spoken, cause), text: inWordsOf(spoken, evidence.text) }];
  });
  return found.sort((a, b) => b.concerned - a.concerned);
}

export interface RequestFinding {
  readonly cause: Cause;
  /** With the figures of this request. */
  readonly text: string;
}

/** What the packets of one request have of them. */
export function causesOfRequest(account: RequestAccount): readonly RequestFinding[] {
  const spoken = spokenBy(account);
  return CAUSES.flatMap((cause) => {
    const text = cause.inRequest(account);
    if (text === null) return [];
    return [{ cause: causeInWordsOf(spoken, cause), text: inWordsOf(spoken, text) }];
  });
}
