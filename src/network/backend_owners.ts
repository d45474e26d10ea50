/**
 * Which service a connection to a real server belongs to, where several services share the real server. IPVS
 * says it of each packet that it sends on, and conntrack knows where rules have sent it from; elsewhere the client's address
 * does, or, where that host talks to several services, its socket.
 */
import { NO_NODE } from '../engine/hash_chains.ts';
import type { Director } from '../kernel/director.ts';
import { portKey, portProtocol } from '../kernel/ipv4/inet_endpoints.ts';
import type { TcpStack } from '../kernel/ipv4/tcp.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { AddressBook } from '../text/address_book.ts';
import { TRANSPORT_NUMBERS } from '../text/transport.ts';

/** What is known of a packet that has just come. */
interface Arrival {
  /** Its next hop: which director's, and which destination there; or -1. */
  readonly arrivedFor: number;
  readonly clientStack: TcpStack;
  readonly serverStack: TcpStack;
  directorOfClient(addr: number, port: number): Director | null;
}

export class BackendOwners {
  /** Backends by number of the listening socket, each with its service's name. */
  readonly #at: { readonly backend: number; readonly service: string }[][] = [];
  /** Backends by next hop: one for each address of a service by mark. */
  readonly #byNexthop = new Map<number, number[]>();
  /** By address, the services that clients there talk to. */
  readonly #servicesOf = new Map<number, Set<string>>();
  readonly #scenario: Scenario;
  readonly #arrival: Arrival;

  constructor(scenario: Scenario, arrival: Arrival) {
    this.#scenario = scenario;
    this.#arrival = arrival;
    for (const { addresses, to } of scenario.clients) {
      for (const text of addresses) {
        const address = this.#book.address(text) | 0;
        this.#servicesOf.set(address, (this.#servicesOf.get(address) ?? new Set()).add(to));
      }
    }
  }

  add(listener: number, backend: number, service: string): void {
    (this.#at[listener] ??= []).push({ backend, service });
  }

  addNexthop(nexthop: number, backend: number): void {
    const there = this.#byNexthop.get(nexthop) ?? [];
    this.#byNexthop.set(nexthop, there);
    if (!there.includes(backend)) there.push(backend);
  }

  /** The backends that packets with that next hop are for. */
  backendsOf(nexthop: number): readonly number[] {
    return this.#byNexthop.get(nexthop) ?? [];
  }

  get #book(): AddressBook {
    return this.#arrival.clientStack.skbs.book;
  }

  /** The backend that the packet at hand, from that client's port to that listening socket, is for. */
  of(listener: number, caddr: number, cport: number): number {
    const there = this.#at[listener]!;
    if (there.length === 1) return there[0]!.backend;
    const { arrivedFor } = this.#arrival;
    const sent = arrivedFor < 0 ? [] : this.#byNexthop.get(arrivedFor)!;
    if (sent.length === 1) return sent[0]!;
    const translated = this.#translated(listener, caddr, cport);
    if (translated !== undefined) return translated;
    const services = this.#servicesOf.get(caddr);
    const candidates = there.filter(({ service }) => services?.has(service));
    const sender =
      candidates.length > 1 && candidates.find(({ service }) => this.#hasSocket(service, caddr, cport));
    return (sender || candidates[0] || there[0]!).backend;
  }

  /** What conntrack says of it. */
  #translated(listener: number, caddr: number, cport: number): number | undefined {
    const { serverStack } = this.#arrival;
    const director = this.#arrival.directorOfClient(caddr, cport);
    if (director === null) return undefined;
    const port = serverStack.services.port[listener]!;
    const from = { addr: serverStack.services.addr[listener]!, port: port & 0xffff };
    const protocol = portProtocol(port);
    const before = director.destinationBefore(protocol, from, { addr: caddr, port: cport });
    if (before === null) return undefined;
    const address = this.#book.formatEndpoint(before.addr, before.port);
    const service = this.#scenario.services.find(
      (each) => each.address === address && TRANSPORT_NUMBERS[each.protocol] === protocol,
    );
    return this.#at[listener]!.find((each) => each.service === service?.name)?.backend;
  }

  #hasSocket(name: string, caddr: number, cport: number): boolean {
    const { services, socks } = this.#arrival.clientStack;
    const { address, protocol } = this.#scenario.services.find((each) => each.name === name)!;
    const { address: addr, port } = this.#book.endpoint(address);
    const number = services.find(addr, portKey(TRANSPORT_NUMBERS[protocol], port));
    return number !== NO_NODE && socks.find(caddr, cport, number) !== NO_NODE;
  }
}
