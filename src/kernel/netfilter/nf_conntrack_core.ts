/**
 * net/netfilter/nf_conntrack_core.c: the conntrack table, as columns of typed arrays. An entry `ct` is a
 * slot; its two directions are the hash nodes 2*ct (original) and 2*ct + 1 (reply). What moves its state is in
 * nf_conntrack_proto_tcp.ts and nf_conntrack_proto_udp.ts; when packets meet it, in nf_conntrack_in.ts.
 */
import { mixNear, NEAR_BITS, NO_NODE } from '../../engine/hash_chains.ts';
import { makeTable } from '../../engine/table.ts';
import { IPPROTO_TCP, NO_CONNTRACK, type SkBuffs } from '../sk_buff.ts';
import { newSegment } from './nf_conntrack_tcp_segment.ts';
import { TcpTracks } from './nf_conntrack_tcp_tracks.ts';
import { NatBySource } from './nf_nat_bysource.ts';

export const IP_CT_DIR_ORIGINAL = 0;
export const IP_CT_DIR_REPLY = 1;

/** Bits of `status` (enum ip_conntrack_status), at places of our own. */
export const IPS_DST_NAT = 0x01;
export const IPS_SEEN_REPLY = 0x02;
export const IPS_ASSURED = 0x04;
export const IPS_CONFIRMED = 0x08;
export const IPS_SRC_NAT = 0x10;
/** The source has been bound, if only to itself. */
export const IPS_SRC_NAT_DONE = 0x20;
/** The same for the destination. */
export const IPS_DST_NAT_DONE = 0x100;
/** Out of the table, but its last packet still carries it. */
export const IPS_DYING = 0x40;
/** Ours: the slot holds an entry. */
const IN_USE = 0x80;
/** Ours: kube-proxy's mark 0x4000 on the packet that made the entry. */
export const IPS_MARK_MASQ = 0x200;
/** Ours: nat->masq_index is set, and whether it is that of the loopback device. */
export const IPS_MASQ = 0x400;
export const IPS_MASQ_LO = 0x800;
/** Ours: in the chain of its source. */
const BY_SOURCE = 0x1000;

/** In `proto`: a new TCP entry has no track yet. */
export const NO_TRACK = -1;

/** What `conntrack -S` counts. */
export interface ConntrackStats {
  found: number;
  invalid: number;
  insert: number;
  insert_failed: number;
  drop: number;
  early_drop: number;
}

const columns = {
  // Original tuple; the reply tuple is its mirror except where IPVS or NAT changed it.
  origSaddr: Int32Array,
  origDaddr: Int32Array,
  origSport: Uint16Array,
  origDport: Uint16Array,
  replySaddr: Int32Array,
  replyDaddr: Int32Array,
  replySport: Uint16Array,
  replyDport: Uint16Array,
  protocol: Uint8Array,
  status: Uint16Array,
  /** Jiffy of expiry once confirmed; until then, jiffies to live. */
  timeout: Int32Array,
  /** TCP state (see nf_conntrack_proto_tcp.ts); for UDP whether two seconds of a stream have passed. */
  state: Uint8Array,
  /**
   * ct->proto. UDP: the jiffy from which on the flow is a stream. TCP: its track, which holds what the window check
   * needs; of a flow at rest (see nf_conntrack_tcp_rest.ts) how far its original side has come.
   */
  proto: Int32Array,
  /** Of a flow at rest, how far its replying side has come, and what else its track held; else `rest` is 0. */
  replyEnd: Int32Array,
  rest: Int32Array,
};

/** Found by both tuples: two nodes an entry, one bucket. */
export class ConntrackTable extends makeTable(columns, { nodes: 2, rowsPerBucket: 1 }) {
  /** Tracks of the TCP flows that are not at rest. */
  readonly tracks = new TcpTracks();
  /** The TCP packet in hand. */
  readonly segment = newSegment();
  /** Kept only where somebody is masqueraded. */
  bySource: NatBySource | null = null;
  /** Entries in existence, unconfirmed ones included (net->ct.count). */
  count = 0;
  probes = 0;
  readonly stats: ConntrackStats = {
    found: 0,
    invalid: 0,
    insert: 0,
    insert_failed: 0,
    drop: 0,
    early_drop: 0,
  };
  /** An unconfirmed entry for a packet saddr:sport -> daddr:dport, without a track; all else is zero. */
  alloc(protocol: number, saddr: number, sport: number, daddr: number, dport: number): number {
    const ct = this.take();
    this.protocol[ct] = protocol;
    this.origSaddr[ct] = this.replyDaddr[ct] = saddr;
    this.origSport[ct] = this.replyDport[ct] = sport;
    this.origDaddr[ct] = this.replySaddr[ct] = daddr;
    this.origDport[ct] = this.replySport[ct] = dport;
    this.status[ct] = IN_USE;
    this.state[ct] = 0;
    this.timeout[ct] = 0;
    this.proto[ct] = NO_TRACK;
    this.rest[ct] = 0;
    this.count++;
    return ct;
  }

  /** Forgets an entry that never was in the hash, or is no longer. */
  free(ct: number): void {
    const track = this.proto[ct]!;
    if (track !== NO_TRACK && this.protocol[ct] === IPPROTO_TCP && this.rest[ct] === 0) {
      this.tracks.release(track);
    }
    if ((this.status[ct]! & BY_SOURCE) !== 0) this.bySource!.remove(ct);
    this.status[ct] = 0;
    this.count--;
    this.release(ct);
  }

  isConfirmed(ct: number): boolean {
    return (this.status[ct]! & IPS_CONFIRMED) !== 0;
  }

  /** __nf_conntrack_hash_insert() */
  insert(ct: number): void {
    this.chains.add(ct * 2, this.hashOf(ct * 2));
    this.chains.add(ct * 2 + 1, this.hashOf(ct * 2 + 1));
    this.status[ct]! |= IPS_CONFIRMED;
    this.stats.insert++;
  }

  /** nf_ct_kill(): out of the hash and gone. */
  kill(ct: number): void {
    this.#unlink(ct);
    this.free(ct);
  }

  /** As a node has it that has booted: no entry, and no statistics. */
  flush(): void {
    for (let ct = 0; ct < this.used; ct++) if (this.isConfirmed(ct)) this.kill(ct);
    for (const name of Object.keys(this.stats)) this.stats[name as keyof ConntrackStats] = 0;
  }

  /** nf_ct_kill() by a packet that goes on with its entry: nf_ct_put() frees it when the packet is gone. */
  killByPacket(ct: number): void {
    this.#unlink(ct);
    this.status[ct]! |= IPS_DYING;
  }

  /** Whether nothing but a packet holds the entry. */
  isLoose(ct: number): boolean {
    const status = this.status[ct]!;
    return (status & IN_USE) !== 0 && (status & (IPS_CONFIRMED | IPS_DYING)) !== IPS_CONFIRMED;
  }

  /** From now on NAT finds entries by their source. */
  keepSources(): void {
    this.bySource ??= new NatBySource(this);
  }

  addBySource(ct: number): void {
    if (this.bySource === null) return;
    this.bySource.add(ct);
    this.status[ct]! |= BY_SOURCE;
  }

  /** nf_ct_delete(): one that is not in the hash, or dying already, stays as it is. */
  #unlink(ct: number): void {
    if (this.isLoose(ct)) return;
    this.chains.remove(ct * 2, this.hashOf(ct * 2));
    this.chains.remove(ct * 2 + 1, this.hashOf(ct * 2 + 1));
  }

  /** The hash node whose tuple is saddr:sport -> daddr:dport, or NO_NODE; expired entries count too. */
  find(protocol: number, saddr: number, sport: number, daddr: number, dport: number): number {
    const chains = this.chains;
    let node = chains.first(tupleHash(protocol, saddr, sport, daddr, dport));
    for (; node !== NO_NODE; node = chains.next(node)) {
      this.probes++;
      const ct = node >> 1;
      if ((node & 1) === IP_CT_DIR_ORIGINAL) {
        if (
          this.origSport[ct] === sport &&
          this.origSaddr[ct] === saddr &&
          this.origDport[ct] === dport &&
          this.origDaddr[ct] === daddr &&
          this.protocol[ct] === protocol
        ) {
          return node;
        }
      } else if (
        this.replySport[ct] === sport &&
        this.replySaddr[ct] === saddr &&
        this.replyDport[ct] === dport &&
        this.replyDaddr[ct] === daddr &&
        this.protocol[ct] === protocol
      ) {
        return node;
      }
    }
    return NO_NODE;
  }

  protected hashOf(node: number): number {
    const ct = node >> 1;
    if ((node & 1) === IP_CT_DIR_ORIGINAL) {
      return tupleHash(
        this.protocol[ct]!,
        this.origSaddr[ct]!,
        this.origSport[ct]!,
        this.origDaddr[ct]!,
        this.origDport[ct]!,
      );
    }
    return tupleHash(
      this.protocol[ct]!,
      this.replySaddr[ct]!,
      this.replySport[ct]!,
      this.replyDaddr[ct]!,
      this.replyDport[ct]!,
    );
  }
}

/** The two addresses share a word: a tuple and its mirror need not collide, neighbours must not. */
function tupleHash(protocol: number, saddr: number, sport: number, daddr: number, dport: number): number {
  const ports = ((sport & ~NEAR_BITS) << 16) | (dport & ~NEAR_BITS);
  return mixNear(saddr ^ Math.imul(daddr, 31), ports, protocol, sport ^ dport);
}

/** nf_reset_ct(), and what freeing a packet does: an entry that is not in the table goes with its packet. */
export function nf_ct_put(table: ConntrackTable, skbs: SkBuffs, skb: number): void {
  const node = skbs.nfct(skb);
  if (node >= 0 && table.isLoose(node >> 1)) table.free(node >> 1);
  skbs.setNfct(skb, NO_CONNTRACK);
}
