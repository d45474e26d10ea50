/**
 * The recorder's laboratory with the model in the kernel's place: one director, set up as a recording's
 * header says and driven as its steps say. Who compares is compare.ts.
 */
import { RandomStream } from '../engine/random.ts';
import { Simulation } from '../engine/simulation.ts';
import { Director, type DirectorConfig } from '../kernel/director.ts';
import { kernelFeatures } from '../kernel/features.ts';
import type { MarkedAddresses, VirtualAddress } from '../kernel/ipvs/ip_vs_ctl.ts';
import type { KubeEndpoint, MasqueradeWho } from '../kernel/netfilter/kube_rules.ts';
import { collectExpired } from '../kernel/netfilter/nf_conntrack_gc.ts';
import { IPPROTO_SCTP, IPPROTO_TCP, IPPROTO_UDP, SkBuffs } from '../kernel/sk_buff.ts';
import type { Tap } from '../kernel/tap.ts';
import { AddressBook, type BookedEndpoint } from '../text/address_book.ts';
import { Choices } from './choices.ts';
import { parseAddress, parseEndpoint, parseNetwork } from './endpoint.ts';
import { frameOf, parseChunk, parseFlags } from './frame.ts';
import { otherSideOfJiffy } from './jiffy_edge.ts';
import { observe, type State } from './observe.ts';
import {
  type Frame,
  type Recording,
  RecordingError,
  type RecordingHeader,
  type ServiceHeader,
  type Step,
  serviceName,
  virtualAddresses,
} from './recording.ts';

/** From the recorder's clock to a director of 3.10: what fits all its recordings is 0.15 to 0.2 ms. */
const TRANSIT_MS = 0.18;

/** What came out of a step, and the state as the recorder read it, at a jiffy's edge also that of its other side. */
export interface Seen {
  readonly frames: readonly Frame[];
  readonly state: State;
  readonly otherSide: State | null;
}

export class Lab {
  readonly director: Director;
  readonly #simulation = new Simulation();
  readonly #book = new AddressBook();
  readonly #skbs = new SkBuffs(this.#book);
  readonly #header: RecordingHeader;
  readonly #choices: Choices;
  /** Numbers of the services, IPVS's or the rules', by the name that steps have for them. */
  readonly #services = new Map<string, number>();
  /** Endpoints of rules by address; each keeps the clients that were sent to it, listed or not. */
  readonly #endpoints = new Map<string, KubeEndpoint>();
  #frames: Frame[] = [];
  /** Whether the step is a packet from a server. */
  #isAnswer = false;

  /** Throws RecordingError where the header asks for what the model does not have. */
  constructor({ header }: Pick<Recording, 'header'>) {
    this.#header = header;
    this.director = asRecordingError(1, () => this.#createDirector());
    this.#choices = new Choices(this.director);
    for (const service of header.services) {
      const add = header.path === 'ipvs' ? this.#addIpvsService : this.#addRuleService;
      this.#services.set(
        serviceName(service),
        asRecordingError(1, () => add.call(this, service)),
      );
    }
  }

  /** Has packets and decisions observed from now on. */
  listen(makeTap: (skbs: SkBuffs, clock: { readonly now_ns: number }) => Tap): void {
    this.director.tap = makeTap(this.#skbs, this.#simulation);
  }

  observe(): State {
    return observe(this.director);
  }

  /**
   * Does what the step on this line says, at `met_ns` or when the recorder says, and returns what the recorder saw. The
   * next step begins at `next_ns`.
   */
  run(step: Step, line: number, met_ns: number | undefined, next_ns: number): Seen {
    this.#frames = [];
    this.#isAnswer = step.op === 'server';
    this.#choices.recorded(step);
    const { hz } = this.#header;
    const transit_ms = hz === 1000 ? TRANSIT_MS : 0;
    this.#simulation.advance(met_ns ?? Math.round((step.at + transit_ms) * 1e6));
    asRecordingError(line, () => this.#act(step, line));
    const seen_ns = Math.min(Math.round(step.seen * 1e6), next_ns);
    const other_ns = otherSideOfJiffy(seen_ns, hz);
    const before = other_ns !== null && other_ns < seen_ns ? this.#lookAt(other_ns) : null;
    const state = this.#lookAt(seen_ns)!;
    const after =
      other_ns !== null && other_ns > seen_ns && other_ns <= next_ns ? this.#lookAt(other_ns) : null;
    // ct_seq_show(): reading the conntrack table takes what has run out from it.
    collectExpired(this.director.net);
    return { frames: this.#frames, state, otherSide: before ?? after };
  }

  /** The state at an instant, null if it is over. */
  #lookAt(at_ns: number): State | null {
    if (at_ns < this.#simulation.now_ns) return null;
    this.#simulation.advance(at_ns);
    return observe(this.director);
  }

  #createDirector(): Director {
    const { kernel, hz, track, sysctl, natRules, path, masquerade, podRange, dropInvalid } = this.#header;
    const { clientSide, serverSide } = this.#header.directorAddresses;
    const config: DirectorConfig = {
      kernel,
      hz,
      conntrackHooks: track !== false,
      // Where no rule asks for NAT, its module is loaded all the same.
      natHooks: natRules || !kernelFeatures(kernel).natOnDemand,
      sysctl,
      addresses: {
        clientSide: clientSide === null ? 0 : parseAddress(this.#book, clientSide, 1) | 0,
        serverSide: parseAddress(this.#book, serverSide, 1) | 0,
      },
      kube: {
        randomFully: masquerade === 'random-fully',
        podRanges: podRange === undefined ? [] : [parseNetwork(this.#book, podRange, 1)],
        dropInvalid: dropInvalid ?? path === 'iptables',
      },
    };
    const output = {
      toClient: (skb: number) => this.#record(skb, 'client'),
      toServer: (skb: number) => this.#record(skb, 'server'),
      ...(this.#header.client === 'director' ? { toNode: (skb: number) => this.#receiveAtNode(skb) } : {}),
    };
    return new Director(this.#simulation, this.#skbs, config, output, new RandomStream('replay', 'director'));
  }

  #addIpvsService(service: ServiceHeader): number {
    const { director } = this;
    const { scheduler, schedFlags, persist, persistMask, onePacket } = service;
    if (scheduler === undefined)
      throw new RecordingError(1, `the service ${serviceName(service)} has no scheduler`);
    const index = director.addService({
      ...this.#virtual(service),
      scheduler,
      schedulerFlags: schedulerFlags(schedFlags),
      persistent_s: persist ?? 0,
      netmask: persistMask === undefined ? -1 : parseAddress(this.#book, persistMask, 1) | 0,
      onePacket: onePacket ?? false,
      masquerade: this.#masqueradeWho(service),
    });
    for (const { addr, weight } of service.realServers ?? this.#header.realServers) {
      this.#add(index, addr, weight, 1);
    }
    return index;
  }

  #virtual(service: ServiceHeader): VirtualAddress | MarkedAddresses {
    const protocol = protocolNumber(service.protocol);
    const [first, ...others] = virtualAddresses(service).map((text) => ({
      protocol,
      ...parseEndpoint(this.#book, text, 1),
    }));
    return service.fwmark === undefined ? first! : { fwmark: service.fwmark, targets: [first!, ...others] };
  }

  #addRuleService(service: ServiceHeader): number {
    const { address: addr, port } = parseEndpoint(this.#book, serviceName(service), 1);
    const index = this.director.addNatService({
      protocol: protocolNumber(service.protocol),
      addr,
      port,
      masquerade: this.#masqueradeWho(service),
      affinity_s: this.#header.affinity ?? 0,
    });
    const listed = this.#header.realServers.map(({ addr }) => this.#endpoint(addr, 1));
    this.director.setNatEndpoints(index, listed);
    return index;
  }

  /** kube-proxy's rules: every client of a NodePort, and those of a ClusterIP that are not in the range of pods. */
  #masqueradeWho({ nodePort }: ServiceHeader): MasqueradeWho {
    if (this.#header.masquerade === 'none') return 'none';
    return nodePort === true ? 'all' : 'off-cluster';
  }

  #endpoint(text: string, line: number): KubeEndpoint {
    const { address, port } = parseEndpoint(this.#book, text, line);
    const known = this.#endpoints.get(text) ?? { addr: address | 0, port, recent: new Map(), bound: 0 };
    this.#endpoints.set(text, known);
    return known;
  }

  #act(step: Step, line: number): void {
    const { director } = this;
    switch (step.op) {
      case 'client': {
        const virtual = parseEndpoint(
          this.#book,
          step.dst ?? virtualAddresses(this.#header.services[0]!)[0]!,
          line,
        );
        const skb = this.#packet(step, parseEndpoint(this.#book, step.src!, line), virtual, line);
        director.tap?.packet('client', skb, true);
        if (this.#header.client === 'director') director.receiveFromNode(skb);
        else director.receiveFromClient(skb);
        return;
      }
      case 'server': {
        const source = parseEndpoint(this.#book, step.src!, line);
        const destination = parseEndpoint(this.#book, step.dst!, line);
        const skb = this.#packet(step, source, destination, line);
        director.tap?.packet('real-server', skb, true);
        director.receiveFromServer(skb);
        return;
      }
      case 'sleep':
        return;
      case 'sysctl':
        director.setSysctl(step.key!, step.value!);
        return;
      case 'weight': {
        const { address, port } = parseEndpoint(this.#book, step.dest!, line);
        const service = this.#serviceOf(step, line);
        orRefuse(line, () => director.setWeight(service, address, port, step.weight!));
        return;
      }
      case 'add':
        this.#add(this.#serviceOf(step, line), step.dest!, step.weight ?? 1, line);
        return;
      case 'del': {
        const { address, port } = parseEndpoint(this.#book, step.dest!, line);
        const service = this.#serviceOf(step, line);
        orRefuse(line, () => director.deleteRealServer(service, address, port));
        return;
      }
      case 'endpoints': {
        const listed = step.endpoints!.map((text) => this.#endpoint(text, line));
        for (const index of this.#services.values()) director.setNatEndpoints(index, listed);
        return;
      }
      case 'conntrack': {
        const { protocol, origDst, replySrc } = step.delete!;
        const to = { addr: parseAddress(this.#book, origDst, line), port: 0 };
        const from = { addr: parseAddress(this.#book, replySrc, line), port: 0 };
        director.deleteConntracks(protocolNumber(protocol), to, from);
        return;
      }
      default:
        step.op satisfies never;
    }
  }

  #serviceOf({ service }: Step, line: number): number {
    const index = this.#services.get(service ?? serviceName(this.#header.services[0]!));
    if (index === undefined) throw new RecordingError(line, `there is no service ${service}`);
    return index;
  }

  #add(service: number, endpoint: string, weight: number, line: number): void {
    const thresholds = { upperThreshold: 0, lowerThreshold: 0 };
    const { forward } = this.#header;
    const at = parseEndpoint(this.#book, endpoint, line);
    orRefuse(line, () => this.director.addRealServer(service, { ...at, weight, forward, ...thresholds }));
  }

  #packet(step: Step, source: BookedEndpoint, destination: BookedEndpoint, line: number): number {
    const { sctp } = step;
    const flags = sctp === undefined ? parseFlags(step.flags ?? '', line) : parseChunk(sctp, line);
    const skbs = this.#skbs;
    const skb = skbs.alloc();
    skbs.setSaddr(skb, source.address);
    skbs.setSport(skb, source.port);
    skbs.setDaddr(skb, destination.address);
    skbs.setDport(skb, destination.port);
    skbs.setProtocol(skb, step.udp === true ? IPPROTO_UDP : sctp === undefined ? IPPROTO_TCP : IPPROTO_SCTP);
    skbs.setFlags(skb, flags);
    skbs.setSeq(skb, step.vtag ?? step.seq ?? 0);
    skbs.setAck(skb, step.itag ?? step.ack ?? 0);
    skbs.setLen(skb, step.len ?? 0);
    return skb;
  }

  /**
   * A client on the director: its raw socket hears what comes from the servers by a service's address. The stack's
   * own RSTs are dropped before conntrack sees them (see the header's rules), so every packet counts as taken.
   */
  #receiveAtNode(skb: number): boolean {
    const source = this.#book.formatEndpoint(this.#skbs.saddr(skb), this.#skbs.sport(skb));
    if (this.#isAnswer && this.#header.services.some((service) => virtualAddresses(service).includes(source)))
      this.#record(skb, 'client');
    else this.#skbs.free(skb);
    return true;
  }

  #record(skb: number, to: Frame['to']): void {
    const { tap } = this.director;
    tap?.packet(to === 'client' ? 'director-in' : 'director-out', skb, true);
    tap?.packet(to === 'client' ? 'client' : 'real-server', skb, false);
    this.#frames.push(frameOf(this.director, this.#skbs, skb, to));
    this.#skbs.free(skb);
  }
}

/** The director refuses with a RangeError what it does not know; here that is the recording's fault. */
function asRecordingError<T>(line: number, deed: () => T): T {
  try {
    return deed();
  } catch (error) {
    throw error instanceof RangeError ? new RecordingError(line, error.message) : error;
  }
}

function protocolNumber(name: string): number {
  if (name === 'sctp') return IPPROTO_SCTP;
  return name === 'tcp' ? IPPROTO_TCP : IPPROTO_UDP;
}

function schedulerFlags(flags: ServiceHeader['schedFlags']): readonly string[] {
  if (flags === undefined) return [];
  return typeof flags === 'string' ? flags.split(',').filter((flag) => flag !== '') : flags;
}

/** What the director refuses, as ipvsadm would, is a mistake of the recording. */
function orRefuse(line: number, deed: () => void): void {
  try {
    deed();
  } catch (error) {
    if (error instanceof RangeError) throw new RecordingError(line, error.message);
    throw error;
  }
}
