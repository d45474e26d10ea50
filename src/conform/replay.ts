/**
 * Replays a recording through the model and compares after every step. Comparing is in compare.ts; here the
 * director is set up as the header says and driven as the steps say.
 */
import { RandomStream } from '../engine/random.ts';
import { Simulation } from '../engine/simulation.ts';
import { Director } from '../kernel/director.ts';
import { kernelFeatures } from '../kernel/era.ts';
import {
  Encapsulation,
  IPPROTO_ICMP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  SkBuffs,
  TH_ACK,
  TH_FIN,
  TH_PUSH,
  TH_RST,
  TH_SYN,
} from '../kernel/sk_buff.ts';
import { compareStep, type Divergence, type Expected } from './compare.ts';
import { formatAddress, formatEndpoint } from './observe.ts';
import { type Frame, type Recording, RecordingError, type Step } from './recording.ts';

/** The director's own address on the real servers' side in every recording. */
const DIRECTOR_ADDRESS = '10.0.2.1';

export interface ReplayResult {
  readonly steps: number;
  readonly divergences: readonly Divergence[];
}

export interface ReplayOptions {
  /** Stop after this many divergences: what follows a divergence mostly follows from it. */
  readonly maxDivergences?: number;
  /** Called after every step with what the model shows; for tests of invariants. */
  readonly onStep?: (director: Director, index: number) => void;
}

/**
 * Replays the whole recording. Throws RecordingError where a step cannot be done at all.
 *
 * In the recordings of 3.10 the processor takes time, so when a packet met the director is known only to a
 * millisecond, which there is a jiffy; and a jiffy can decide over seconds of timer slack. Where the likely
 * instant disagrees with what was seen, the jiffy before or after is tried for the packet that set the timer
 * in question, and kept if the recording then agrees further.
 */
export function replay(recording: Recording, options: ReplayOptions = {}): ReplayResult {
  const transits_ms = new Map<number, number>();
  let best = replayOnce(recording, options, transits_ms);
  if (recording.header.hz !== 1000) return best;
  for (let attempt = 0; attempt < MAX_ALIGNMENTS && best.divergences.length > 0; attempt++) {
    const better = realign(recording, options, transits_ms, best);
    if (better === null) break;
    best = better;
  }
  return best;
}

/** From the recorder's clock to the director: what fits all recordings of 3.10 is 0.15 to 0.2 ms. */
const TRANSIT_MS = 0.18;
const EARLIEST_MS = 0;
const LATEST_MS = 1;
const MAX_ALIGNMENTS = 20;

/** Tries other instants for the packets that the first divergence may hang on; null if none helps. */
function realign(
  recording: Recording,
  options: ReplayOptions,
  transits_ms: Map<number, number>,
  current: ReplayResult,
): ReplayResult | null {
  const first = current.divergences[0]!;
  const clients = [...first.recorded, ...first.modelled].flatMap((row) => row.match(ENDPOINT) ?? []);
  let tried = 0;
  for (let index = first.step; index >= 0 && tried < 6; index--) {
    const step = recording.steps[index]!;
    const touches = clients.includes(step.op === 'server' ? step.dst! : (step.src ?? ''));
    if (!touches || transits_ms.has(index)) continue;
    tried++;
    for (const transit_ms of [EARLIEST_MS, LATEST_MS]) {
      transits_ms.set(index, transit_ms);
      const other = replayOnce(recording, options, transits_ms);
      if (other.divergences.length === 0 || other.divergences[0]!.step > first.step) return other;
    }
    transits_ms.delete(index);
  }
  return null;
}

const ENDPOINT = /\b\d+\.\d+\.\d+\.\d+:\d+\b/g;

function replayOnce(
  recording: Recording,
  options: ReplayOptions,
  transits_ms: ReadonlyMap<number, number>,
): ReplayResult {
  const lab = new Lab(recording);
  const divergences: Divergence[] = [];
  const { maxDivergences = Number.POSITIVE_INFINITY } = options;
  let expected: Expected = { ipvs: [], rs: lab.initialRealServers(), ct: [] };
  let done = 0;
  for (const [index, step] of recording.steps.entries()) {
    const frames = lab.run(step, index, transits_ms.get(index));
    expected = { ipvs: step.ipvs ?? expected.ipvs, rs: step.rs ?? expected.rs, ct: step.ct ?? expected.ct };
    done++;
    divergences.push(...compareStep(lab.director, index, step, expected, frames));
    options.onStep?.(lab.director, index);
    if (divergences.length >= maxDivergences) break;
  }
  return { steps: done, divergences };
}

class Lab {
  readonly director: Director;
  readonly #simulation = new Simulation();
  readonly #skbs = new SkBuffs();
  readonly #header: Recording['header'];
  readonly #service: number;
  readonly #virtual: Endpoint;
  #frames: Frame[] = [];
  /** Source ports that the recorded kernel drew for this step; the model has no way to guess them. */
  #drawnPorts: number[] = [];

  constructor({ header }: Recording) {
    this.#header = header;
    this.#virtual = parseEndpoint(header.vip, 1);
    this.director = this.#createDirector();
    this.#service = this.director.addService({
      protocol: header.protocol === 'tcp' ? IPPROTO_TCP : IPPROTO_UDP,
      address: this.#virtual.address,
      port: this.#virtual.port,
      scheduler: header.scheduler,
      schedulerFlags: schedulerFlags(header.schedFlags),
      persistent_s: header.persist ?? 0,
      onePacket: header.onePacket ?? false,
    });
    for (const server of header.realServers) this.#add(server.addr, server.weight, 1);
  }

  initialRealServers(): Expected['rs'] {
    return Object.fromEntries(this.#header.realServers.map(({ addr, weight }) => [addr, [weight, 0, 0]]));
  }

  /** Does what the step says and returns the frames that came out by the time the recorder looked. */
  run(step: Step, index: number, transit_ms: number | undefined): readonly Frame[] {
    this.#frames = [];
    this.#drawnPorts = drawnPorts(step);
    const transit = transit_ms ?? (this.#header.hz === 1000 ? TRANSIT_MS : 0);
    this.#simulation.advance(Math.round((step.at + transit) * 1e6));
    try {
      this.#act(step, index + 2);
    } catch (error) {
      if (error instanceof RangeError) throw new RecordingError(index + 2, error.message);
      throw error;
    }
    this.#simulation.advance(Math.round(step.seen * 1e6));
    return this.#frames;
  }

  #createDirector(): Director {
    const { header } = { header: this.#header };
    const director = new Director(
      this.#simulation,
      this.#skbs,
      {
        kernel: header.kernel,
        hz: header.hz,
        conntrackHooks: header.track !== false,
        // The recordings' rules use conntrack, none NAT; its module is loaded.
        natHooks: !kernelFeatures(header.kernel).natOnDemand,
        sysctl: header.sysctl,
        localAddress: parseEndpoint(`${DIRECTOR_ADDRESS}:0`, 1).address,
      },
      {
        toClient: (skb) => this.#record(skb, 'client'),
        toServer: (skb) => this.#record(skb, 'server'),
      },
      new RandomStream('replay', 'director'),
    );
    const draw = director.net.drawPort;
    director.net.drawPort = (size) => {
      const port = this.#drawnPorts.shift();
      return port === undefined ? draw(size) : (port - 1024 + size) % size;
    };
    return director;
  }

  #act(step: Step, line: number): void {
    const { director } = this;
    switch (step.op) {
      case 'client':
        director.receiveFromClient(this.#packet(step, parseEndpoint(step.src!, line), this.#virtual, line));
        return;
      case 'server':
        director.receiveFromServer(
          this.#packet(step, parseEndpoint(step.src!, line), parseEndpoint(step.dst!, line), line),
        );
        return;
      case 'sleep':
        return;
      case 'sysctl':
        director.setSysctl(step.key!, step.value!);
        return;
      case 'weight': {
        const dest = parseEndpoint(step.dest!, line);
        director.setWeight(this.#service, dest.address, dest.port, step.weight!);
        return;
      }
      case 'add':
        this.#add(step.dest!, step.weight ?? 1, line);
        return;
      case 'del': {
        const dest = parseEndpoint(step.dest!, line);
        director.deleteRealServer(this.#service, dest.address, dest.port);
        return;
      }
      default:
        step.op satisfies never;
    }
  }

  #add(endpoint: string, weight: number, line: number): void {
    const { address, port } = parseEndpoint(endpoint, line);
    this.director.addRealServer(this.#service, {
      address,
      port,
      weight,
      forward: this.#header.forward,
      upperThreshold: 0,
      lowerThreshold: 0,
    });
  }

  #packet(step: Step, source: Endpoint, destination: Endpoint, line: number): number {
    const skbs = this.#skbs;
    const skb = skbs.alloc();
    skbs.saddr[skb] = source.address;
    skbs.sport[skb] = source.port;
    skbs.daddr[skb] = destination.address;
    skbs.dport[skb] = destination.port;
    skbs.protocol[skb] = step.udp === true ? IPPROTO_UDP : IPPROTO_TCP;
    skbs.flags[skb] = parseFlags(step.flags ?? '', line);
    skbs.seq[skb] = step.seq ?? 0;
    skbs.ack[skb] = step.ack ?? 0;
    skbs.len[skb] = step.len ?? 0;
    return skb;
  }

  #record(skb: number, to: 'client' | 'server'): void {
    const skbs = this.#skbs;
    const src = formatEndpoint(skbs.saddr[skb]!, skbs.sport[skb]!);
    const dst = formatEndpoint(skbs.daddr[skb]!, skbs.dport[skb]!);
    const protocol = skbs.protocol[skb]!;
    const inner = protocol === IPPROTO_UDP ? { udp: true } : { flags: formatFlags(skbs.flags[skb]!) };
    const dest = to === 'server' ? this.director.net.dests[skbs.nexthop[skb]!] : undefined;
    const rs = dest === undefined ? {} : { rs: formatAddress(dest.addr) };
    if (protocol === IPPROTO_ICMP) {
      const icmp = `${skbs.flags[skb]! >> 4}/${skbs.flags[skb]! & 15}`;
      this.#frames.push({
        to,
        src: formatAddress(skbs.saddr[skb]!),
        dst: formatAddress(skbs.daddr[skb]!),
        icmp,
      });
    } else if (skbs.encapsulation[skb] === Encapsulation.ipip) {
      const outer = { src: formatAddress(this.director.net.localAddress), dst: formatAddress(dest!.addr) };
      this.#frames.push({ to, ...outer, ipip: { src, dst, ...inner }, ...rs });
    } else {
      this.#frames.push({ to, src, dst, ...inner, ...rs });
    }
    skbs.free(skb);
  }
}

interface Endpoint {
  readonly address: number;
  readonly port: number;
}

function parseEndpoint(text: string, line: number): Endpoint {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3}):(\d{1,5})$/.exec(text);
  const numbers = match?.slice(1).map(Number);
  if (numbers === undefined || numbers.some((n, i) => n > (i < 4 ? 255 : 65535))) {
    throw new RecordingError(line, `not an address: ${text}`);
  }
  const [a, b, c, d, port] = numbers as [number, number, number, number, number];
  return { address: ((a << 24) | (b << 16) | (c << 8) | d) >>> 0, port };
}

function schedulerFlags(flags: Recording['header']['schedFlags']): readonly string[] {
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

const FLAG_LETTERS: readonly (readonly [string, number])[] = [
  ['S', TH_SYN],
  ['F', TH_FIN],
  ['R', TH_RST],
  ['P', TH_PUSH],
  ['A', TH_ACK],
];

function parseFlags(letters: string, line: number): number {
  let flags = 0;
  for (const letter of letters) {
    const known = FLAG_LETTERS.find(([name]) => name === letter);
    if (known === undefined) throw new RecordingError(line, `unknown TCP flag ${letter}`);
    flags |= known[1];
  }
  return flags;
}

function formatFlags(flags: number): string {
  return FLAG_LETTERS.filter(([, bit]) => (flags & bit) !== 0)
    .map(([letter]) => letter)
    .join('');
}
