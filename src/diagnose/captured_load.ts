/** Connections of a capture as the rows of a replay, and the services that they went to. */
import type { Flow } from '../evidence/capture/flows.ts';
import type { CaptureSummary } from '../evidence/capture/packet_file.ts';
import { median } from '../evidence/timed.ts';
import type { ImportedService, ImportedTable } from '../import/ipvsadm.ts';
import { type ImportedReplay, type ReplayRow, replayLoad } from '../import/replay_load.ts';
import { familyOf } from '../text/endpoint.ts';

const ORDINARY = { weight: 1, upperThreshold: 0, lowerThreshold: 0 };
/** Where requests go of which only the client's end was seen. */
const SOMEWHERE = { 4: '10.244.1.1:8080', 6: '[fd00:244::1]:8080' } as const;

/** What clients called, each with the real servers that NAT was seen to choose; the busiest first. */
export function servicesCalled(flows: readonly Flow[]): ImportedTable {
  const called = new Map<string, { connections: number; servers: Set<string> }>();
  for (const { server, realServer, isPartial } of flows) {
    if (isPartial) continue;
    const service = called.get(server) ?? { connections: 0, servers: new Set<string>() };
    service.connections++;
    if (realServer !== null) service.servers.add(realServer);
    called.set(server, service);
  }
  return tableOf(
    [...called].map(([address, { connections, servers }]) => ({
      address,
      connections,
      servers: [...servers],
    })),
  );
}

/** The busiest first. */
export function tableOf(
  called: readonly {
    readonly address: string;
    readonly connections: number;
    readonly servers: readonly string[];
  }[],
): ImportedTable {
  const services = called.map(
    ({ address, connections, servers }): ImportedService => ({
      protocol: 'tcp',
      address,
      scheduler: 'rr',
      schedulerFlags: [],
      persistent_s: 0,
      onePacket: false,
      forward: 'masq',
      realServers:
        servers.length === 0
          ? [
              {
                ...ORDINARY,
                address: SOMEWHERE[familyOf(address)],
                assumed: 'none was seen; ipvsadm -Ln lists them',
              },
            ]
          : servers.toSorted().map((server) => ({ ...ORDINARY, address: server })),
      connections,
      inactive: 0,
    }),
  );
  return { services: services.toSorted((a, b) => b.connections - a.connections), ignored: [] };
}

export interface CapturedLoad {
  readonly replay: ImportedReplay;
  readonly connections: number;
  /** From the first packet to the last, in whole seconds. */
  readonly duration_s: number;
  readonly notes: readonly string[];
}

/**
 * The connections to one service; null where none began in the capture. Time begins with the whole second of the first
 * packet: kernels count ticks, and what falls on one does so again.
 */
export function capturedLoad(
  flows: readonly Flow[],
  service: string,
  { start_ns, end_ns }: Pick<CaptureSummary, 'start_ns' | 'end_ns'>,
): CapturedLoad | null {
  const offset_ns = Number((start_ns ?? 0n) % 1_000_000_000n);
  const own = flows.filter(({ server }) => server === service);
  const begun = own.filter(({ isPartial }) => !isPartial);
  if (begun.length === 0) return null;
  const trip_ns = medianTrip_ns(begun);
  const silent = begun.filter(({ synAck_ns, requests }) => synAck_ns !== null && requests === 0).length;
  const refused = begun.filter(({ synAck_ns }) => synAck_ns === null).length;
  const notes: string[] = [];
  const say = (count: number, what: string): void => {
    if (count > 0) notes.push(`${count} of ${own.length} connections ${what}`);
  };
  say(own.length - begun.length, 'began before the capture: left out');
  say(silent, 'carried no data: each is replayed with one byte there and back');
  say(refused, 'were never answered: each is replayed with a request of ordinary size');
  return {
    replay: replayLoad(
      begun.map((flow) => ({ ...rowOf(flow, trip_ns ?? 0), start_ns: offset_ns + flow.start_ns })),
      trip_ns,
    ),
    connections: begun.length,
    duration_s: Math.ceil((offset_ns + end_ns) / 1e9) + 1,
    notes,
  };
}

function rowOf(flow: Flow, trip_ns: number): ReplayRow {
  const { start_ns, client, clientPort, requests, answers, fin } = flow;
  const row: ReplayRow = {
    start_ns,
    address: client,
    port: clientPort,
    ...(fin === null ? {} : { closes: fin }),
  };
  if (flow.synAck_ns === null) return row;
  if (requests === 0) return { ...row, requestBytes: 1, responseBytes: 1, service_ns: 0 };
  return {
    ...row,
    requests,
    requestBytes: Math.round(flow.requestBytes / requests),
    ...(answers === 0
      ? {}
      : {
          responseBytes: Math.round(flow.answerBytes / answers),
          // What the client saw is the server's time and a way there and back.
          service_ns: Math.max(0, Math.round(flow.service_ns / answers) - trip_ns),
        }),
    ...(requests === 1 ? {} : { pause_ns: Math.round(flow.pause_ns / (requests - 1)) }),
  };
}

/** Of handshakes that no SYN had to be sent again for; null where there was none. */
function medianTrip_ns(flows: readonly Flow[]): number | null {
  const trips = flows.flatMap(({ syns, synAck_ns, start_ns }) =>
    syns === 1 && synAck_ns !== null ? [synAck_ns - start_ns] : [],
  );
  return trips.length === 0 ? null : median(trips);
}
