/** ip_vs_ctl.c: ip_vs_svc_table, the hash in which a packet finds its service by protocol, address and port. */
import type { IpVsService } from './ip_vs_service.ts';

/** IP_VS_SVC_TAB_BITS */
const TAB_BITS = 8;
const TAB_SIZE = 1 << TAB_BITS;

export class IpVsServiceTable {
  private readonly buckets: readonly IpVsService[][] = Array.from({ length: TAB_SIZE }, () => []);

  readonly #addresses = new Set<number>();

  /** ip_vs_svc_hash(). At the end of its chain: of two services alike, the older one is found. */
  hash(service: IpVsService): void {
    this.buckets[ip_vs_svc_hashkey(service.protocol, service.addr, service.port)]!.push(service);
    this.#addresses.add(service.addr);
  }

  /** Whether a service has the address, a signed number, on whatever port. */
  hasAddress(addr: number): boolean {
    return this.#addresses.has(addr);
  }

  /** __ip_vs_service_find(): the service, its address as a signed number, or null. */
  find(protocol: number, vaddr: number, vport: number): IpVsService | null {
    const bucket = this.buckets[ip_vs_svc_hashkey(protocol, vaddr, vport)]!;
    for (let i = 0; i < bucket.length; i++) {
      const service = bucket[i]!;
      if (service.port === vport && service.addr === vaddr && service.protocol === protocol) return service;
    }
    return null;
  }
}

/**
 * ip_vs_svc_hashkey(), v6.1. The address of the struct netns_ipvs, which the kernel mixes in, is the same for all
 * services: it moves every chain to another bucket and changes none.
 */
function ip_vs_svc_hashkey(protocol: number, addr: number, port: number): number {
  return (protocol ^ addr ^ (port >>> TAB_BITS) ^ port) & (TAB_SIZE - 1);
}
