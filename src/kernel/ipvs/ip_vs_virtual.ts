/** The virtual side of entries: what clients address, and the service that takes it. */
import type { IpVsDest } from './ip_vs_dest.ts';
import type { IpVsService } from './ip_vs_service.ts';

/**
 * cp->protocol, cp->vaddr and cp->vport. An ordinary service has one; one by firewall mark has one for each address
 * whose packets are marked, and one for its templates, whose protocol is IP and whose address is the mark.
 */
export interface IpVsVirtual {
  /** Position in net.virtuals; connections refer to it. */
  readonly index: number;
  readonly protocol: number;
  /** A signed number. */
  readonly addr: number;
  readonly port: number;
  readonly service: IpVsService;
  /**
   * ip_vs_sched_persist() (v6.1): only where the client asked for the service's own port is the real server's taken, and
   * a service by mark has none.
   */
  readonly keepsPort: boolean;
}

/** cp->dport: a destination without port is met at the one that the client asked for (ip_vs_schedule()). */
export function destPort(virtual: IpVsVirtual, dest: IpVsDest): number {
  return dest.port !== 0 && !virtual.keepsPort ? dest.port : virtual.port;
}
