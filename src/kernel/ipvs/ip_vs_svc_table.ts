/**
 * ip_vs_ctl.c: ip_vs_svc_table, the hash in which a packet finds its service by protocol, address and port. Services by
 * firewall mark are found here, too: by the addresses whose packets are marked for them.
 */
import type { IpVsVirtual } from './ip_vs_virtual.ts';

/** IP_VS_SVC_TAB_BITS: as many buckets as the kernel has, to begin with. */
const TAB_BITS = 8;
/** Where a chain is longer than that on average there are more buckets: how long one is decides nothing but the time to walk it. */
const LONGEST_CHAIN = 2;

export class IpVsServiceTable {
  private buckets = emptyBuckets(1 << TAB_BITS);
  private virtuals = 0;
  readonly #addresses = new Set<number>();

  /** ip_vs_svc_hash(). At the end of its chain: of two services alike, the older one is found; but a mark is looked for first. */
  hash(virtual: IpVsVirtual, isLocal = true): void {
    if (++this.virtuals > this.buckets.length * LONGEST_CHAIN) this.grow();
    const bucket = this.bucketOf(virtual.protocol, virtual.addr, virtual.port);
    if (virtual.service.fwmark === 0) bucket.push(virtual);
    else bucket.unshift(virtual);
    if (isLocal) this.#addresses.add(virtual.addr);
  }

  /** Whether the director has the address for a service's sake, a signed number, on whatever port. */
  hasAddress(addr: number): boolean {
    return this.#addresses.has(addr);
  }

  /** __ip_vs_service_find(): what is virtual of the packet's entry, its address as a signed number, or null. */
  find(protocol: number, vaddr: number, vport: number): IpVsVirtual | null {
    const bucket = this.bucketOf(protocol, vaddr, vport);
    for (let i = 0; i < bucket.length; i++) {
      const virtual = bucket[i]!;
      if (virtual.port === vport && virtual.addr === vaddr && virtual.protocol === protocol) return virtual;
    }
    return null;
  }

  private grow(): void {
    const { buckets } = this;
    this.buckets = emptyBuckets(buckets.length * 4);
    // Those alike are in one chain, before and after, and stay in their order.
    for (const virtual of buckets.flat()) {
      this.bucketOf(virtual.protocol, virtual.addr, virtual.port).push(virtual);
    }
  }

  private bucketOf(protocol: number, addr: number, port: number): IpVsVirtual[] {
    return this.buckets[ip_vs_svc_hashkey(protocol, addr, port) & (this.buckets.length - 1)]!;
  }
}

function emptyBuckets(count: number): IpVsVirtual[][] {
  return Array.from({ length: count }, () => []);
}

/**
 * ip_vs_svc_hashkey(), v6.1. The address of the struct netns_ipvs, which the kernel mixes in, is the same for all
 * services: it moves every chain to another bucket and changes none.
 */
function ip_vs_svc_hashkey(protocol: number, addr: number, port: number): number {
  return protocol ^ addr ^ (port >>> TAB_BITS) ^ port;
}
