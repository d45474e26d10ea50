/** What is weighed. Adding one is a file in hypotheses/ and a line here. */

import { ANSWERS_PAST } from './hypotheses/answers_past.ts';
import { BACKLOG_FULL } from './hypotheses/backlog_full.ts';
import { CONN_TABLE_FULL } from './hypotheses/conn_table_full.ts';
import { CONNTRACK_CLASH } from './hypotheses/conntrack_clash.ts';
import { CONNTRACK_FULL } from './hypotheses/conntrack_full.ts';
import { DEAD_SERVER } from './hypotheses/dead_server.ts';
import { DELETED_SERVER } from './hypotheses/deleted_server.ts';
import { IDLE_ENTRY } from './hypotheses/idle_entry.ts';
import { LINK_LOSS } from './hypotheses/link_loss.ts';
import { NO_ENDPOINTS } from './hypotheses/no_endpoints.ts';
import { PORT_REUSE } from './hypotheses/port_reuse.ts';
import { PORTS_RUN_OUT } from './hypotheses/ports_run_out.ts';
import { REMOVED_SERVER } from './hypotheses/removed_server.ts';
import { SLOW_SERVER } from './hypotheses/slow_server.ts';
import { STALE_AFFINITY } from './hypotheses/stale_affinity.ts';
import { STALE_UDP } from './hypotheses/stale_udp.ts';
import type { Hypothesis } from './hypothesis.ts';

export const HYPOTHESES: readonly Hypothesis[] = [
  PORT_REUSE,
  DELETED_SERVER,
  REMOVED_SERVER,
  ANSWERS_PAST,
  DEAD_SERVER,
  IDLE_ENTRY,
  STALE_UDP,
  STALE_AFFINITY,
  NO_ENDPOINTS,
  CONNTRACK_FULL,
  CONNTRACK_CLASH,
  CONN_TABLE_FULL,
  BACKLOG_FULL,
  LINK_LOSS,
  PORTS_RUN_OUT,
  SLOW_SERVER,
];
