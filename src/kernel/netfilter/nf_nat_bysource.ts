/** nf_nat_bysource of nf_nat_core.c: bound conntracks by where they come from, the newest first. */
import { HashChains, mixNear, NEAR_BITS } from '../../engine/hash_chains.ts';

/** The columns of ConntrackTable that say where an entry comes from. */
interface Sources {
  readonly protocol: Uint8Array;
  readonly origSaddr: Int32Array;
  readonly origSport: Uint16Array;
}

export class NatBySource {
  readonly #sources: Sources;
  readonly #chains = new HashChains((ct) => this.#hashOf(ct));
  /** Entries are numbered from 0 on; there is a bucket for each number that has been seen. */
  #buckets = 16;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  add(ct: number): void {
    this.#chains.reserve(ct);
    for (; this.#buckets <= ct; this.#buckets++) this.#chains.addBucket();
    this.#chains.add(ct, this.#hashOf(ct));
  }

  remove(ct: number): void {
    this.#chains.remove(ct, this.#hashOf(ct));
  }

  /** The newest entry that may come from there (hash_by_src), or NO_NODE. */
  first(protocol: number, saddr: number, sport: number): number {
    return this.#chains.first(sourceHash(protocol, saddr, sport));
  }

  next(ct: number): number {
    return this.#chains.next(ct);
  }

  #hashOf(ct: number): number {
    const { protocol, origSaddr, origSport } = this.#sources;
    return sourceHash(protocol[ct]!, origSaddr[ct]!, origSport[ct]!);
  }
}

function sourceHash(protocol: number, saddr: number, sport: number): number {
  return mixNear(saddr, sport & ~NEAR_BITS, protocol, sport);
}
