/**
 * Random packet scripts of the kinds that the recordings hold: a few clients and real servers whose connections
 * open, talk and close as they should most of the time, with packets out of turn, ports that come round, waits,
 * changes of weights and settings between. The model goes along, for real servers answer what reaches them.
 */
import { RandomStream } from '../engine/random.ts';
import type { CommandStep, PacketScript, PacketStep, ScriptServer } from './packet_script.ts';
import { Performance, type PerformedStep } from './perform.ts';
import { headerOf, Planner } from './plan.ts';

/** What a random script may wait in all, and how many steps it has. */
export interface RandomLimits {
  readonly wait_s: number;
  readonly steps: number;
}

const VIP = '10.96.0.10:80';
const CLIENT_ADDRESSES = ['10.0.1.2', '10.0.1.3'];
const PORTS = [40000, 40001, 40002];
/** What a random script cannot ask: twos throws dice of its own, and lblcr's clock is that of its cache. */
const SCHEDULERS = ['rr', 'wrr', 'lc', 'wlc', 'sed', 'nq', 'sh', 'dh', 'mh', 'fo', 'ovf'];
const WAITS_S = [0.02, 0.5, 1, 3, 9, 11, 31, 61, 100, 121, 126];

/** How a connection goes: who sends what. */
const TALK = ['c:S', 's:SA', 'c:A', 'c:PA', 's:A', 's:PA', 'c:A'] as const;
const ENDINGS = [
  ['c:FA', 's:FA', 'c:A'],
  ['s:FA', 'c:A', 'c:FA', 's:A'],
  ['c:FA', 's:A', 's:FA', 'c:A'],
  ['c:RA'],
  ['s:RA'],
  [],
] as const;
const STRAY_FLAGS = ['S', 'SA', 'A', 'PA', 'FA', 'R', 'RA'];

interface Flow {
  readonly client: string;
  /** What is still to be sent. */
  rest: string[];
  /** Where the director sent it last. */
  server: string | null;
}

/** The same script for the same seed and number. */
export function randomScript(
  seed: string,
  number: number,
  kernel: string,
  limits: RandomLimits,
): PacketScript {
  return new Writer(new RandomStream(seed, `script/${number}`), kernel, limits).write(
    `Random script ${number} of seed ${seed}`,
  );
}

class Writer {
  readonly #random: RandomStream;
  readonly #kernel: string;
  readonly #limits: RandomLimits;
  readonly #steps: (PacketStep | CommandStep)[] = [];
  readonly #planner = new Planner();
  readonly #flows: Flow[];
  #setup!: Omit<PacketScript, 'steps'>;
  #model!: Performance;
  #listed: string[] = [];
  #now_ns = 0;
  #waited_s = 0;

  constructor(random: RandomStream, kernel: string, limits: RandomLimits) {
    this.#random = random;
    this.#kernel = kernel;
    this.#limits = limits;
    this.#flows = CLIENT_ADDRESSES.flatMap((address) =>
      PORTS.map((port) => ({ client: `${address}:${port}`, rest: [], server: null })),
    );
  }

  write(title: string): PacketScript {
    this.#setup = this.#randomSetup(title);
    this.#listed = this.#setup.realServers.map(({ address }) => address);
    this.#model = new Performance({ ...headerOf(this.#setup), kernel: this.#kernel, hz: this.#setup.hz });
    while (this.#steps.length < this.#limits.steps) this.#anything();
    return { ...this.#setup, steps: this.#steps };
  }

  #randomSetup(title: string): Omit<PacketScript, 'steps'> {
    const isUdp = this.#chance(0.1);
    const forward = this.#chance(0.8) ? 'masq' : this.#pick(['route', 'tunnel'] as const);
    const scheduler = this.#pick(SCHEDULERS);
    const realServers: ScriptServer[] = Array.from({ length: 1 + this.#random.below(3) }, (_, index) => ({
      address: `10.0.2.${index + 2}:${forward === 'masq' ? 8080 : 80}`,
      weight: this.#chance(0.7) ? 1 : this.#random.below(4),
    }));
    return {
      title,
      kernel: null,
      hz: 100,
      service: {
        protocol: isUdp ? 'udp' : 'tcp',
        address: VIP,
        scheduler,
        schedulerFlags:
          scheduler === 'sh' || scheduler === 'mh'
            ? this.#someOf([`${scheduler}-port`, `${scheduler}-fallback`])
            : [],
        forward,
        persistent_s: this.#chance(0.15) ? 60 : 0,
        onePacket: isUdp && this.#chance(0.3),
      },
      realServers,
      sysctl: {
        'net.ipv4.vs.conntrack': this.#chance(0.8) ? 1 : 0,
        'net.ipv4.vs.conn_reuse_mode': this.#pick([0, 1, 1, 2, 3]),
        'net.ipv4.vs.expire_nodest_conn': this.#random.below(2),
        'net.ipv4.vs.expire_quiescent_template': this.#random.below(2),
        'net.ipv4.vs.sloppy_tcp': this.#chance(0.1) ? 1 : 0,
      },
      track: this.#chance(0.9),
    };
  }

  #anything(): void {
    const dice = this.#random.uniform();
    if (dice < 0.72) this.#talk(this.#pick(this.#flows));
    else if (dice < 0.82) this.#stray(this.#pick(this.#flows));
    else if (dice < 0.92) this.#wait();
    else this.#command();
  }

  /** A few packets in turn, so that connections come to their end within a script. */
  #talk(flow: Flow): void {
    if (flow.rest.length === 0) {
      const whole =
        this.#setup.service.protocol === 'udp' ? ['c:', 's:', 'c:'] : [...TALK, ...this.#pick(ENDINGS)];
      flow.rest.push(...whole);
    }
    const run = 1 + this.#random.below(flow.rest.length);
    for (const packet of flow.rest.splice(0, run)) {
      const [end, flags] = packet.split(':') as ['c' | 's', string];
      this.#send(flow, end, flags, flags === 'PA' ? 10 + this.#random.below(90) : 0, false);
    }
  }

  #stray(flow: Flow): void {
    const isUdp = this.#setup.service.protocol === 'udp';
    const flags = isUdp ? '' : this.#pick(STRAY_FLAGS);
    this.#send(flow, this.#chance(0.7) ? 'c' : 's', flags, flags === 'PA' ? 10 : 0, this.#chance(0.2));
  }

  #send(flow: Flow, end: 'c' | 's', flags: string, length: number, again: boolean): void {
    const { forward, protocol } = this.#setup.service;
    const server = flow.server;
    if (end === 's' && (server === null || forward !== 'masq')) return;
    const performed = this.#do({
      kind: 'packet',
      line: 0,
      at_ns: this.#now_ns,
      from: end === 'c' ? 'client' : 'server',
      source: end === 'c' ? flow.client : server!,
      destination: end === 'c' ? VIP : flow.client,
      flags: protocol === 'udp' ? null : flags,
      length,
      seq: null,
      ack: null,
      again,
    });
    const sent = performed.at(-1)!.outcome.frames.find(({ to }) => to === 'server');
    if (end === 'c' && sent !== undefined) flow.server = sent.dst;
  }

  #wait(): void {
    const seconds = this.#pick(WAITS_S);
    if (this.#waited_s + seconds > this.#limits.wait_s) return;
    this.#waited_s += seconds;
    this.#now_ns += Math.round(seconds * 1e9);
    this.#do({ kind: 'command', line: 0, at_ns: this.#now_ns, command: { name: 'sleep' } });
  }

  #command(): void {
    const command = this.#randomCommand();
    if (command !== null) this.#do({ kind: 'command', line: 0, at_ns: this.#now_ns, command });
  }

  #randomCommand(): CommandStep['command'] | null {
    const server = this.#listed.length === 0 ? null : this.#pick(this.#listed);
    switch (this.#random.below(5)) {
      case 0:
        return { name: 'sysctl', key: 'net.ipv4.vs.conn_reuse_mode', value: this.#random.below(4) };
      case 1:
        return { name: 'sysctl', key: 'net.ipv4.vs.expire_nodest_conn', value: this.#random.below(2) };
      case 2:
        if (server === null) return null;
        this.#listed = this.#listed.filter((each) => each !== server);
        return { name: 'delete', server };
      case 3: {
        const absent = this.#setup.realServers
          .map(({ address }) => address)
          .filter((each) => !this.#listed.includes(each));
        if (absent.length === 0) return null;
        const back = this.#pick(absent);
        this.#listed.push(back);
        return { name: 'add', server: back, weight: 1 + this.#random.below(3) };
      }
      default:
        return server === null ? null : { name: 'weight', server, weight: this.#random.below(4) };
    }
  }

  #do(step: PacketStep | CommandStep): PerformedStep[] {
    this.#steps.push(step);
    return this.#planner.plan(step).map((planned) => this.#model.step(planned));
  }

  #chance(share: number): boolean {
    return this.#random.uniform() < share;
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#random.below(choices.length)]!;
  }

  #someOf<T>(choices: readonly T[]): T[] {
    return choices.filter(() => this.#chance(0.5));
  }
}
