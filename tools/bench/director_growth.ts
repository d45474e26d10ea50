/**
 * A director and the packets that grow its tables: the part of the growth benchmark that is bundled, as the program
 * itself is, before it runs.
 */
import { RandomStream } from '../../src/engine/random.ts';
import { Simulation } from '../../src/engine/simulation.ts';
import { Director } from '../../src/kernel/director.ts';
import { IPPROTO_TCP, SkBuffs, TH_ACK, TH_FIN, TH_SYN } from '../../src/kernel/sk_buff.ts';

const VIRTUAL = 0x0a600001;
const SERVER = 0x0af40105;
export const PACKETS_PER_ENTRY = 6;

interface Setting {
  readonly skbs: SkBuffs;
  readonly director: Director;
}

/** A director with one real server and nobody around it. */
export function bareDirector(): Setting {
  const skbs = new SkBuffs();
  const director = new Director(
    new Simulation(),
    skbs,
    {
      kernel: '5.4',
      hz: 250,
      conntrackHooks: true,
      sysctl: { 'net.ipv4.vs.conntrack': 1, 'net.netfilter.nf_conntrack_max': 0 },
    },
    { toClient: (skb) => skbs.free(skb), toServer: (skb) => skbs.free(skb) },
    new RandomStream('bench', 'growth'),
  );
  const service = director.addService({
    protocol: IPPROTO_TCP,
    address: VIRTUAL,
    port: 80,
    scheduler: 'rr',
    schedulerFlags: [],
    persistent_s: 0,
    onePacket: false,
  });
  director.addRealServer(service, {
    address: SERVER,
    port: 8080,
    weight: 1,
    forward: 'masq',
    upperThreshold: 0,
    lowerThreshold: 0,
  });
  return { skbs, director };
}

/** A handshake, and a close from both sides, for each entry; gives the longest time that a SYN took. */
export function grow({ skbs, director }: Setting, entries: number): number {
  const send = (
    client: number,
    port: number,
    fromClient: boolean,
    flags: number,
    seq: number,
    ack: number,
  ) => {
    const skb = skbs.alloc();
    skbs.setProtocol(skb, IPPROTO_TCP);
    skbs.setSaddr(skb, fromClient ? client : SERVER);
    skbs.setSport(skb, fromClient ? port : 8080);
    skbs.setDaddr(skb, fromClient ? VIRTUAL : client);
    skbs.setDport(skb, fromClient ? 80 : port);
    skbs.setFlags(skb, flags);
    skbs.setSeq(skb, seq);
    skbs.setAck(skb, ack);
    skbs.setLen(skb, 0);
    if (fromClient) director.receiveFromClient(skb);
    else director.receiveFromServer(skb);
  };
  let longest_ms = 0;
  for (let entry = 0; entry < entries; entry++) {
    const client = 0x0a010000 + (entry >> 15);
    const port = 32768 + (entry & 32767);
    const start = process.hrtime.bigint();
    send(client, port, true, TH_SYN, 1000, 0);
    const pause_ms = Number(process.hrtime.bigint() - start) / 1e6;
    if (pause_ms > longest_ms) longest_ms = pause_ms;
    send(client, port, false, TH_SYN | TH_ACK, 5000, 1001);
    send(client, port, true, TH_ACK, 1001, 5001);
    send(client, port, false, TH_FIN | TH_ACK, 5001, 1001);
    send(client, port, true, TH_FIN | TH_ACK, 1001, 5002);
    send(client, port, false, TH_ACK, 5002, 1002);
  }
  return longest_ms;
}
