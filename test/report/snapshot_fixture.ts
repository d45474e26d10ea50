/** A hand-made director at an instant; the figures are those of the recorded samples. */
import type { Snapshot, Stats } from '../../src/measure/snapshot.ts';

const NO_STATS: Stats = {
  conns: 0,
  inpkts: 0,
  outpkts: 0,
  inbytes: 0,
  outbytes: 0,
  cps: 0,
  inpps: 0,
  outpps: 0,
  inbps: 0,
  outbps: 0,
};

export function stats(changes: Partial<Stats> = {}): Stats {
  return { ...NO_STATS, ...changes };
}

/** The director of the recorded samples, at an instant. */
export function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  const busy = stats({ conns: 14209, inpkts: 111769, outpkts: 74613, inbytes: 7207174, outbytes: 8334358 });
  const idle = stats({ conns: 2, inpkts: 12, outpkts: 8, inbytes: 774, outbytes: 894 });
  return {
    at_ns: 31e9,
    kernel: '6.1.192',
    hz: 100,
    tableSize: 4096,
    timeouts: { tcp: 900, tcpfin: 120, udp: 300 },
    sysctl: {},
    stats: stats({
      conns: 0xbf57,
      inpkts: 0x4c8a3,
      outpkts: 0x35f11,
      inbytes: 0x3b2a10c,
      outbytes: 0x4e81200,
      cps: 0x12a,
      inpps: 0x8be,
      outpps: 0x6f4,
      inbps: 0x4a1c0,
      outbps: 0x5d000,
    }),
    services: [
      {
        protocol: 'tcp',
        address: '10.96.0.1',
        port: 80,
        scheduler: 'rr',
        schedulerFlags: [],
        persistent_s: 0,
        onePacket: false,
        stats: busy,
        destinations: [
          {
            address: '10.244.1.5',
            port: 8080,
            forward: 'masq',
            weight: 1,
            activeConn: 0,
            inActConn: 14116,
            persistConn: 0,
            upperThreshold: 0,
            lowerThreshold: 0,
            stats: idle,
          },
        ],
      },
    ],
    connections: [
      {
        protocol: 'tcp',
        client: '10.0.0.1',
        clientPort: 32768,
        virtual: '10.96.0.1',
        virtualPort: 80,
        destination: '10.244.1.5',
        destinationPort: 8080,
        state: 'TIME_WAIT',
        expires_s: 117,
      },
    ],
    conntracks: [
      {
        protocol: 'tcp',
        state: 'TIME_WAIT',
        timeout_s: 116,
        original: { source: '10.0.0.1', sourcePort: 40000, destination: '10.96.0.1', destinationPort: 80 },
        reply: { source: '10.244.1.5', sourcePort: 8080, destination: '10.0.0.1', destinationPort: 40000 },
        assured: true,
        unreplied: false,
      },
      {
        protocol: 'tcp',
        state: 'SYN_SENT',
        timeout_s: 118,
        original: { source: '10.0.0.1', sourcePort: 40002, destination: '10.96.0.1', destinationPort: 80 },
        reply: { source: '10.244.1.5', sourcePort: 8080, destination: '10.0.0.1', destinationPort: 40002 },
        assured: false,
        unreplied: true,
      },
    ],
    conntrackStats: { insert_failed: 0 },
    ...changes,
  };
}
