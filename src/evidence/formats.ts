/** The formats that are known. Adding one is a file in formats/ and a line here. */
import type { Format } from './format.ts';
import { ACCESS_LOG } from './formats/access_log.ts';
import { CLIENT_ERRORS } from './formats/client_errors.ts';
import { CONNTRACK_FLOWS, CONNTRACK_STATS } from './formats/conntrack.ts';
import { COUNTERS } from './formats/counters.ts';
import { IPVS_CONNECTIONS } from './formats/ipvs_connections.ts';
import { IPVS_RULES } from './formats/ipvs_rules.ts';
import { IPVS_STATS } from './formats/ipvs_stats.ts';
import { IPVS_TABLE } from './formats/ipvs_table.ts';
import { IPVS_TIMEOUTS } from './formats/ipvs_timeouts.ts';
import { KEEPALIVED } from './formats/keepalived.ts';
import { KERNEL_LOG } from './formats/kernel_log.ts';
import { KERNEL_NAME } from './formats/kernel_name.ts';
import { KUBERNETES } from './formats/kubernetes.ts';
import { LOAD_REPORT } from './formats/load_report.ts';
import { MARK_RULES } from './formats/mark_rules.ts';
import { SOCKETS } from './formats/sockets.ts';
import { SYSCTLS } from './formats/sysctls.ts';

/** The first whose beginning a line is has it: what is particular comes before what is general. */
export const FORMATS: readonly Format[] = [
  IPVS_TABLE,
  IPVS_CONNECTIONS,
  IPVS_RULES,
  IPVS_TIMEOUTS,
  IPVS_STATS,
  KEEPALIVED,
  MARK_RULES,
  KUBERNETES,
  CONNTRACK_FLOWS,
  CONNTRACK_STATS,
  SOCKETS,
  LOAD_REPORT,
  KERNEL_LOG,
  CLIENT_ERRORS,
  ACCESS_LOG,
  KERNEL_NAME,
  COUNTERS,
  SYSCTLS,
];
