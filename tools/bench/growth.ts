/**
 * Growth from ten thousand to `N` million entries, at the director itself: `node --expose-gc --import tsx
 * tools/bench/growth.ts [MILLIONS]`. Each entry is a handshake and a close from both sides. Prints a line of
 * JSON for each size: processor time of a packet, the longest pause of any one packet, bytes for an entry.
 */
import { RandomStream } from '../../src/engine/random.ts';
import { Simulation } from '../../src/engine/simulation.ts';
import { Director } from '../../src/kernel/director.ts';
import { IPPROTO_TCP, SkBuffs, TH_ACK, TH_FIN, TH_SYN } from '../../src/kernel/sk_buff.ts';

const VIRTUAL = 0x0a600001;
const SERVER = 0x0af40105;
const sizes = [10_000, 100_000, 1_000_000, 10_000_000].filter(
  (size) => size <= Number(process.argv[2] ?? 1) * 1_000_000,
);

for (const size of sizes) {
  globalThis.gc?.();
  const idle_bytes = process.memoryUsage().rss;
  const simulation = new Simulation();
  const skbs = new SkBuffs();
  const director = new Director(
    simulation,
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
  const send = (
    client: number,
    port: number,
    fromClient: boolean,
    flags: number,
    seq: number,
    ack: number,
  ) => {
    const skb = skbs.alloc();
    skbs.protocol[skb] = IPPROTO_TCP;
    skbs.saddr[skb] = fromClient ? client : SERVER;
    skbs.sport[skb] = fromClient ? port : 8080;
    skbs.daddr[skb] = fromClient ? VIRTUAL : client;
    skbs.dport[skb] = fromClient ? 80 : port;
    skbs.flags[skb] = flags;
    skbs.seq[skb] = seq;
    skbs.ack[skb] = ack;
    skbs.len[skb] = 0;
    if (fromClient) director.receiveFromClient(skb);
    else director.receiveFromServer(skb);
  };
  let longest_ms = 0;
  const cpuStart = process.cpuUsage();
  for (let entry = 0; entry < size; entry++) {
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
  const { user, system } = process.cpuUsage(cpuStart);
  globalThis.gc?.();
  process.stdout.write(
    `${JSON.stringify({
      entries: director.connectionCount,
      packet_ns: ((user + system) * 1e3) / (size * 6),
      longest_pause_ms: longest_ms,
      bytes_per_entry: (process.memoryUsage().rss - idle_bytes) / size,
      ipvs_probes_per_packet: director.net.conns.probes / (size * 6),
      conntrack_probes_per_packet: director.net.conntracks.probes / (size * 6),
    })}\n`,
  );
}
