/**
 * The life of a client address' source ports towards one service: a tap that keeps a row per change, from which
 * port_map.ts tells how the ports stand at any instant.
 */
import { makeColumns } from '../engine/columns.ts';
import type { DropReason } from '../kernel/drop_reason.ts';
import { ENTRY_KINDS } from '../kernel/ipvs/ip_vs_conn.ts';
import { IPPROTO_UDP, type SkBuffs } from '../kernel/sk_buff.ts';
import type { EntryFlow, Tap, TapPoint } from '../kernel/tap.ts';
import { passesNode } from '../network/topology.ts';
import type { Scenario } from '../scenario/scenario.ts';
import {
  PORT_ENTRY_OVER,
  PORT_OPENED,
  PORT_SYN_DROPPED,
  type PortEvents,
  type PortOwner,
} from './port_events.ts';

/** Entries whose timer starts anew in the same state are noted again when that has changed it by so much. */
const NOTED_NS = 500e6;

const columns = { at_ns: Float64Array, port: Uint16Array, what: Uint8Array, timeout_ns: Float64Array };

class PortRows extends makeColumns(columns) {
  readonly kinds = ENTRY_KINDS;
  length = 0;

  add(at_ns: number, port: number, what: number, timeout_ns: number): void {
    const row = this.length++;
    if (row >= this.room) this.makeRoom(row);
    this.at_ns[row] = at_ns;
    this.port[row] = port;
    this.what[row] = what;
    this.timeout_ns[row] = timeout_ns;
  }
}

const PORTS = 65536;
const NONE = -1;

export class PortLog implements Tap {
  readonly owner: PortOwner;
  readonly #rows = new PortRows(1024);
  readonly #skbs: SkBuffs;
  readonly #clock: { readonly now_ns: number };
  readonly #address: number;
  readonly #virtual: { readonly address: number; readonly port: number };
  /** Whether SYNs go to the service's own address, or to that of a real server. */
  readonly #toVirtual: boolean;
  /** Ports that have been opened towards the service. */
  readonly #isOpened = new Uint8Array(PORTS);
  /** The newest entry of each port, what was noted of it, and when it would be over by that. */
  readonly #entry = new Int32Array(PORTS).fill(NONE);
  readonly #kind = new Uint8Array(PORTS);
  readonly #until_ns = new Float64Array(PORTS);
  /** The port of each entry that is the newest of one. */
  readonly #portOf = new Map<number, number>();

  constructor(skbs: SkBuffs, clock: { readonly now_ns: number }, scenario: Scenario, owner: PortOwner) {
    this.owner = owner;
    this.#skbs = skbs;
    this.#clock = clock;
    this.#address = skbs.book.address(owner.address);
    this.#virtual = skbs.book.endpoint(owner.virtual);
    this.#toVirtual = passesNode(scenario.services.find(({ name }) => name === owner.service)!.path);
  }

  get events(): PortEvents {
    return this.#rows;
  }

  packet(point: TapPoint, skb: number, sending: boolean): void {
    if (point !== 'client' || !sending) return;
    const skbs = this.#skbs;
    if (skbs.saddr(skb) >>> 0 !== this.#address || !this.#isFirst(skb)) return;
    if (this.#toVirtual && !this.#isVirtual(skbs.daddr(skb) >>> 0, skbs.dport(skb))) return;
    this.#isOpened[skbs.sport(skb)] = 1;
    this.#add(skbs.sport(skb), PORT_OPENED, 0);
  }

  decision(): void {}

  drop(_reason: DropReason, _kernelFunction: string, skb: number): void {
    const skbs = this.#skbs;
    // Its destination may be the real server's by now.
    if (!skbs.isSyn(skb) || skbs.saddr(skb) >>> 0 !== this.#address) return;
    if (this.#isOpened[skbs.sport(skb)] === 1) this.#add(skbs.sport(skb), PORT_SYN_DROPPED, 0);
  }

  entry(entry: number, flow: EntryFlow, kind: number, timeout_ns: number): void {
    const { cport: port } = flow;
    // Port 0 has the templates of persistent services.
    if (flow.caddr !== this.#address || port === 0 || !this.#isVirtual(flow.vaddr, flow.vport)) return;
    const until_ns = this.#clock.now_ns + timeout_ns;
    const isNew = this.#entry[port] !== entry;
    if (isNew) {
      this.#portOf.delete(this.#entry[port]!);
      this.#portOf.set(entry, port);
      this.#entry[port] = entry;
    } else if (this.#kind[port] === kind && Math.abs(until_ns - this.#until_ns[port]!) < NOTED_NS) {
      return;
    }
    this.#kind[port] = kind;
    this.#until_ns[port] = until_ns;
    this.#add(port, kind, timeout_ns);
  }

  entryOver(entry: number): void {
    const port = this.#portOf.get(entry);
    if (port === undefined) return;
    this.#portOf.delete(entry);
    this.#entry[port] = NONE;
    this.#add(port, PORT_ENTRY_OVER, 0);
  }

  #add(port: number, what: number, timeout_ns: number): void {
    this.#rows.add(this.#clock.now_ns, port, what, timeout_ns);
  }

  /** A first SYN or INIT opens a connection; every datagram of a client is one from a port of its own. */
  #isFirst(skb: number): boolean {
    const skbs = this.#skbs;
    if (skbs.protocol(skb) === IPPROTO_UDP) return true;
    return skbs.isSyn(skb) && skbs.retransmission(skb) === 0;
  }

  #isVirtual(address: number, port: number): boolean {
    return address === this.#virtual.address && port === this.#virtual.port;
  }
}
