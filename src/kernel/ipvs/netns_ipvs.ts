/** struct netns_ipvs: what IPVS knows of a namespace. */
import type { DelayedWork } from '../workqueue.ts';
import type { IpVsConnTable } from './ip_vs_conn.ts';
import type { IpVsDest } from './ip_vs_dest.ts';
import type { TcpProtocol } from './ip_vs_proto_tcp.ts';
import type { IpVsService } from './ip_vs_service.ts';
import type { IpVsServiceTable } from './ip_vs_svc_table.ts';
import type { IpVsVirtual } from './ip_vs_virtual.ts';
import type { IpVsStats } from './stats.ts';

export interface NetnsIpvs {
  readonly conns: IpVsConnTable;
  /** State tables and timeouts of TCP, and UDP's timeout. */
  readonly tcp: TcpProtocol;
  /** By number. */
  readonly services: IpVsService[];
  /** What clients address, by number; entries refer to them so. */
  readonly virtuals: IpVsVirtual[];
  /** ip_vs_svc_table: the same, as packets find them. */
  readonly serviceTable: IpVsServiceTable;
  /** Every destination that ever was, by number; connections refer to them so. */
  readonly dests: IpVsDest[];
  /** Those of them that have ever had an entry, in the order of their first: nothing else has counted anything. */
  readonly countedDests: IpVsDest[];
  /** The services of these. */
  readonly countedServices: Set<IpVsService>;
  readonly trash: IpVsDest[];
  /** timer_setup(), INIT_DELAYED_WORK(): for a scheduler's timer. */
  readonly delayed: (work: () => void) => DelayedWork;
  /** ip_vs_dest_trash_expire() */
  readonly destTrashTimer: DelayedWork;
  /** expire_nodest_conn_work_handler() (v5.9) */
  readonly expireNodestConnWork: DelayedWork;
  /** defense_work_handler() */
  readonly defenseWork: DelayedWork;
  /** Packets since drop_packet last took one (ipvs->drop_counter counts down). */
  dropCounter: number;
  /** Whether some service is met ahead of conntrack (ip_vs_bpf_ops of TencentOS). */
  hasEarlyServices: boolean;
  /** ip_vs_stats of the whole namespace. */
  stats: IpVsStats;
}
