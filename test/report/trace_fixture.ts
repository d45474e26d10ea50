/** Hand-made traces: the life of one source port, as the recorder would write it down. */
import { type Asked, accountOf } from '../../src/causes/account.ts';
import type { TapPoint, TraceEvent, TracePacket } from '../../src/measure/trace.ts';
import { whyOf } from '../../src/report/why.ts';
import { renderWhy, type WhyOptions } from '../../src/report/why_text.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';

const CLIENT = { address: '10.0.0.1', port: 32770 };
const VIRTUAL = { address: '10.96.0.1', port: 80 };
const SERVER = { address: '10.244.1.5', port: 8080 };

const FIN = 1;
const SYN = 2;
const PSH = 8;
const ACK = 16;

const LINK_NS = 100_000;

type Place = { readonly address: string; readonly port: number };

/** Packets through the director by masquerading, with ids as the recorder gives them. */
class Story {
  readonly events: TraceEvent[] = [];
  #id = 0;

  packet(from: Place, to: Place, flags: number, changes: Partial<TracePacket> = {}): TracePacket {
    return {
      id: this.#id,
      protocol: 'tcp',
      source: from.address,
      sourcePort: from.port,
      destination: to.address,
      destinationPort: to.port,
      flags,
      seq: 1000,
      ack: (flags & ACK) === 0 ? 0 : 5000,
      length: 0,
      retransmission: 0,
      tunnel: null,
      realServer: null,
      ...changes,
    };
  }

  next(): void {
    this.#id++;
  }

  seen(at_ns: number, point: TapPoint, sending: boolean, packet: TracePacket): void {
    this.events.push({ kind: 'packet', at_ns, point, sending, packet });
  }

  decided(
    at_ns: number,
    kernelFunction: string,
    branch: string,
    values: Record<string, string | number>,
    packet: TracePacket,
  ): void {
    this.events.push({ kind: 'decision', at_ns, kernelFunction, branch, values, packet });
  }

  dropped(
    at_ns: number,
    reason: 'old_conntrack' | 'link_loss',
    kernelFunction: string,
    packet: TracePacket,
  ): void {
    this.events.push({ kind: 'drop', at_ns, reason, kernelFunction, packet });
  }

  /** From the client to the real server, or back. */
  through(at_ns: number, from: 'client' | 'server', flags: number, changes: Partial<TracePacket> = {}): void {
    this.next();
    const [before, after] =
      from === 'client'
        ? [this.packet(CLIENT, VIRTUAL, flags, changes), this.packet(CLIENT, SERVER, flags, changes)]
        : [this.packet(SERVER, CLIENT, flags, changes), this.packet(VIRTUAL, CLIENT, flags, changes)];
    const points: readonly (readonly [TapPoint, boolean])[] =
      from === 'client'
        ? [
            ['client', true],
            ['director-in', false],
            ['director-out', true],
            ['real-server', false],
          ]
        : [
            ['real-server', true],
            ['director-out', false],
            ['director-in', true],
            ['client', false],
          ];
    points.forEach(([point, sending], index) => {
      this.seen(
        at_ns + (index === 0 ? 0 : index === 3 ? 2 : 1) * LINK_NS,
        point,
        sending,
        index < 2 ? before : after,
      );
    });
  }
}

/** A whole connection: handshake, request, response, the server closes first. */
function connection(story: Story, at_ns: number): void {
  const ms = 1e6;
  story.through(at_ns + 0.2 * ms, 'server', SYN | ACK);
  story.through(at_ns + 0.4 * ms, 'client', ACK);
  story.through(at_ns + 0.4 * ms, 'client', PSH | ACK, { length: 100 });
  story.through(at_ns + 60.6 * ms, 'server', PSH | ACK, { length: 612 });
  story.through(at_ns + 60.6 * ms, 'server', FIN | ACK);
  story.through(at_ns + 60.8 * ms, 'client', FIN | ACK);
  story.through(at_ns + 61.0 * ms, 'server', ACK);
}

/** A port's first use, then a second one whose first `drops` SYNs meet the entry of the first. */
export function slowConnect(drops = 1, second_ns = 16.128e9): TraceEvent[] {
  const story = new Story();
  story.through(1e6, 'client', SYN);
  connection(story, 1e6);
  let at_ns = second_ns;
  for (let syn = 0; syn < drops; syn++) {
    story.next();
    const packet = story.packet(CLIENT, VIRTUAL, SYN, { retransmission: syn });
    const values = {
      because: 'conn_reuse_mode',
      server: '10.244.1.5:8080',
      weight: 1,
      state: 'TIME_WAIT',
      ...(drops > 1 ? { overdue: 1 } : {}),
      conn_reuse_mode: 1,
      conntrack: 'in use',
    };
    story.seen(at_ns, 'client', true, packet);
    story.seen(at_ns + LINK_NS, 'director-in', false, packet);
    story.decided(at_ns + LINK_NS, 'ip_vs_in', 'drop', values, packet);
    story.dropped(at_ns + LINK_NS, 'old_conntrack', 'ip_vs_in', packet);
    at_ns += 2 ** syn * 1e9;
  }
  story.next();
  story.through(at_ns, 'client', SYN, { retransmission: drops });
  connection(story, at_ns);
  return story.events;
}

/** A SYN that a link loses, and nothing after it. */
export function lostSyn(): TraceEvent[] {
  const story = new Story();
  story.next();
  const packet = story.packet(CLIENT, VIRTUAL, SYN);
  story.seen(0, 'client', true, packet);
  story.dropped(50_000, 'link_loss', 'link', packet);
  return story.events;
}

/** The director's answer when it has no real server. */
export function refused(): TraceEvent[] {
  const story = new Story();
  story.next();
  const syn = story.packet(CLIENT, VIRTUAL, SYN);
  story.seen(0, 'client', true, syn);
  story.seen(LINK_NS, 'director-in', false, syn);
  story.decided(
    LINK_NS,
    'ip_vs_rr_schedule',
    'no destination available',
    { service: '10.96.0.1:80', destinations: 2 },
    syn,
  );
  story.next();
  const icmp = story.packet(VIRTUAL, { address: CLIENT.address, port: VIRTUAL.port }, 0x33, {
    protocol: 'icmp',
    sourcePort: CLIENT.port,
  });
  story.seen(LINK_NS, 'director-in', true, icmp);
  story.events.push({
    kind: 'drop',
    at_ns: LINK_NS,
    reason: 'no_dest',
    kernelFunction: 'ip_vs_leave',
    packet: syn,
  });
  story.seen(2 * LINK_NS, 'client', false, icmp);
  return story.events;
}

const SCENARIO = parseScenario(
  'service: { address: 10.96.0.1:80, realServers: [{ address: 10.244.1.5:8080 }] }\n' +
    'clients: [{ addresses: 10.0.0.1, concurrency: 1 }]\n',
).scenario!;

/** `why` about a request of a trace; the second connect of slowConnect() when nothing is said. */
export function whyText(
  events: readonly TraceEvent[],
  asked: Partial<Asked> = {},
  scenario: Scenario = SCENARIO,
  options: WhyOptions = {},
): string {
  const last_ns = events.at(-1)?.at_ns ?? 0;
  const account = accountOf(scenario, events, { start_ns: 16.128e9, end_ns: last_ns, errno: null, ...asked });
  const ends = { source: '10.0.0.1:32770', destination: '10.96.0.1:80' };
  return renderWhy(whyOf(account, { chosen: '', client: 'client', protocol: 'tcp', ...ends }), options);
}
