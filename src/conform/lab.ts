/**
 * The recorder's laboratory with the model in the kernel's place: one director, set up as a recording's
 * header says and driven as its steps say. Who compares is compare.ts.
 */
import { RandomStream } from '../engine/random.ts';
import { Simulation } from '../engine/simulation.ts';
import { Director } from '../kernel/director.ts';
import { kernelFeatures } from '../kernel/features.ts';
import { IPPROTO_TCP, IPPROTO_UDP, SkBuffs } from '../kernel/sk_buff.ts';
import type { Tap } from '../kernel/tap.ts';
import { type Endpoint, parseEndpoint } from './endpoint.ts';
import { frameOf, parseFlags } from './frame.ts';
import { observe, type State } from './observe.ts';
import { type Frame, type Recording, RecordingError, type RecordingHeader, type Step } from './recording.ts';

/** The director's own address on the real servers' side in every recording. */
const DIRECTOR_ADDRESS = '10.0.2.1:0';

/** From the recorder's clock to a director of 3.10: what fits all its recordings is 0.15 to 0.2 ms. */
const TRANSIT_MS = 0.18;

export class Lab {
  readonly director: Director;
  readonly #simulation = new Simulation();
  readonly #skbs = new SkBuffs();
  readonly #header: RecordingHeader;
  readonly #virtual: Endpoint;
  readonly #service: number;
  #frames: Frame[] = [];
  /** Source ports that the recorded kernel drew for this step; the model has no way to guess them. */
  #drawnPorts: number[] = [];

  /** Throws RecordingError where the header asks for what the model does not have. */
  constructor({ header }: Pick<Recording, 'header'>) {
    this.#header = header;
    this.#virtual = parseEndpoint(header.vip, 1);
    this.director = asRecordingError(1, () => this.#createDirector());
    this.#service = asRecordingError(1, () => this.#addService());
    for (const { addr, weight } of header.realServers) this.#add(addr, weight, 1);
  }

  /** Has packets and decisions observed from now on. */
  listen(makeTap: (skbs: SkBuffs, clock: { readonly now_ns: number }) => Tap): void {
    this.director.tap = makeTap(this.#skbs, this.#simulation);
  }

  observe(): State {
    return observe(this.director, this.#service);
  }

  /** Does what the step on this line says and returns the frames that came out by the time the recorder looked. */
  run(step: Step, line: number, transit_ms: number | undefined): readonly Frame[] {
    this.#frames = [];
    this.#drawnPorts = drawnPorts(step);
    const transit = transit_ms ?? (this.#header.hz === 1000 ? TRANSIT_MS : 0);
    this.#simulation.advance(Math.round((step.at + transit) * 1e6));
    asRecordingError(line, () => this.#act(step, line));
    this.#simulation.advance(Math.round(step.seen * 1e6));
    return this.#frames;
  }

  #createDirector(): Director {
    const { kernel, hz, track, sysctl } = this.#header;
    const config = {
      kernel,
      hz,
      conntrackHooks: track !== false,
      // The recordings' rules use conntrack, none NAT; its module is loaded.
      natHooks: !kernelFeatures(kernel).natOnDemand,
      sysctl,
      localAddress: parseEndpoint(DIRECTOR_ADDRESS, 1).address,
    };
    const output = {
      toClient: (skb: number) => this.#record(skb, 'client'),
      toServer: (skb: number) => this.#record(skb, 'server'),
    };
    const random = new RandomStream('replay', 'director');
    const director = new Director(this.#simulation, this.#skbs, config, output, random);
    const draw = director.net.drawPort;
    director.net.drawPort = (size) => {
      const port = this.#drawnPorts.shift();
      return port === undefined ? draw(size) : (port - 1024 + size) % size;
    };
    return director;
  }

  #addService(): number {
    const { protocol, scheduler, schedFlags, persist, onePacket } = this.#header;
    return this.director.addService({
      protocol: protocol === 'tcp' ? IPPROTO_TCP : IPPROTO_UDP,
      address: this.#virtual.address,
      port: this.#virtual.port,
      scheduler,
      schedulerFlags: schedulerFlags(schedFlags),
      persistent_s: persist ?? 0,
      onePacket: onePacket ?? false,
    });
  }

  #act(step: Step, line: number): void {
    const { director } = this;
    switch (step.op) {
      case 'client': {
        const skb = this.#packet(step, parseEndpoint(step.src!, line), this.#virtual, line);
        director.tap?.packet('client', skb, true);
        director.receiveFromClient(skb);
        return;
      }
      case 'server': {
        const destination = parseEndpoint(step.dst!, line);
        const skb = this.#packet(step, parseEndpoint(step.src!, line), destination, line);
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
        const { address, port } = parseEndpoint(step.dest!, line);
        director.setWeight(this.#service, address, port, step.weight!);
        return;
      }
      case 'add':
        this.#add(step.dest!, step.weight ?? 1, line);
        return;
      case 'del': {
        const { address, port } = parseEndpoint(step.dest!, line);
        director.deleteRealServer(this.#service, address, port);
        return;
      }
      default:
        step.op satisfies never;
    }
  }

  #add(endpoint: string, weight: number, line: number): void {
    const thresholds = { upperThreshold: 0, lowerThreshold: 0 };
    const { forward } = this.#header;
    this.director.addRealServer(this.#service, {
      ...parseEndpoint(endpoint, line),
      weight,
      forward,
      ...thresholds,
    });
  }

  #packet(step: Step, source: Endpoint, destination: Endpoint, line: number): number {
    const flags = parseFlags(step.flags ?? '', line);
    const skbs = this.#skbs;
    const skb = skbs.alloc();
    skbs.setSaddr(skb, source.address);
    skbs.setSport(skb, source.port);
    skbs.setDaddr(skb, destination.address);
    skbs.setDport(skb, destination.port);
    skbs.setProtocol(skb, step.udp === true ? IPPROTO_UDP : IPPROTO_TCP);
    skbs.setFlags(skb, flags);
    skbs.setSeq(skb, step.seq ?? 0);
    skbs.setAck(skb, step.ack ?? 0);
    skbs.setLen(skb, step.len ?? 0);
    return skb;
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

function schedulerFlags(flags: RecordingHeader['schedFlags']): readonly string[] {
  if (flags === undefined) return [];
  return typeof flags === 'string' ? flags.split(',').filter((flag) => flag !== '') : flags;
}

/** A frame to a real server whose source is not the packet's own left with a port that NAT drew. */
function drawnPorts(step: Step): number[] {
  if (step.op !== 'client') return [];
  return step.out
    .filter((frame) => frame.to === 'server' && frame.ipip === undefined && frame.src !== step.src)
    .map((frame) => Number(frame.src.split(':')[1]));
}
