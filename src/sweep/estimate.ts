/**
 * How much work and memory a scenario will take, from its text alone: an upper bound for a run without a cliff,
 * within a factor of two of the truth for the shipped scenarios (the tests measure it). A cliff only makes less.
 */
import { mean_ns } from '../scenario/distribution.ts';
import { loadKindOf } from '../scenario/loads/loads.ts';
import type { Client, Scenario, Service } from '../scenario/scenario.ts';
import { segmentsOf } from '../scenario/segments.ts';

export interface Estimate {
  readonly requests: number;
  readonly events: number;
  readonly memory_bytes: number;
}

/** Measured: events of the simulator per request over a new connection, and per request on a kept one. */
const EVENTS_PER_CONNECTION = 22;
const EVENTS_PER_KEPT_REQUEST = 9.5;
/** Measured: for each further segment of a message; those of an answer are acknowledged one by one. */
const EVENTS_PER_REQUEST_SEGMENT = 4;
const EVENTS_PER_ANSWER_SEGMENT = 10;
/** Measured: 64 for the packet, its place on a wire, and what both need while they double. */
const BYTES_PER_SEGMENT = 200;
/** Measured: 133 bytes for IPVS entry, conntrack and both sockets, and what a table needs while it doubles. */
const BYTES_PER_CONNECTION = 250;
/** Latencies are kept until the run is summed up. */
const BYTES_PER_REQUEST = 16;
const BYTES_PER_CELL = 40;
const COLUMNS = 40;
const IDLE_BYTES = 60e6;
/** Seconds that an entry outlives its connection: TIME_WAIT. */
const LINGER_S = 120;

export function estimate(scenario: Scenario): Estimate {
  let requests = 0;
  let events = 0;
  let connections = 0;
  let segments = 0;
  for (const client of scenario.clients) {
    const load = clientLoad(scenario, client);
    requests += load.requests;
    events +=
      load.requests *
      ((client.keepAlive ? EVENTS_PER_KEPT_REQUEST : EVENTS_PER_CONNECTION) +
        load.requestSegments * EVENTS_PER_REQUEST_SEGMENT +
        load.answerSegments * EVENTS_PER_ANSWER_SEGMENT);
    connections += load.connections;
    segments += load.underWay * Math.max(load.requestSegments, load.answerSegments);
  }
  const rows = scenario.duration_ns / scenario.interval_ns;
  const memory_bytes =
    IDLE_BYTES +
    connections * BYTES_PER_CONNECTION +
    segments * BYTES_PER_SEGMENT +
    requests * BYTES_PER_REQUEST +
    rows * COLUMNS * BYTES_PER_CELL;
  return { requests, events: events + rows, memory_bytes };
}

interface ClientLoad {
  readonly requests: number;
  /** Alive at once, those in TIME_WAIT included. */
  readonly connections: number;
  /** Messages on the wires at once: a message is sent whole. */
  readonly underWay: number;
  /** Segments of a message beyond the first. */
  readonly requestSegments: number;
  readonly answerSegments: number;
}

function clientLoad(scenario: Scenario, client: Client): ClientLoad {
  const service = scenario.services.find(({ name }) => name === client.to);
  const seconds = Math.max(0, (scenario.duration_ns - client.start_ns) / 1e9);
  const rate_per_s = Math.min(demand(scenario, client, service), capacity(service));
  const wanted = rate_per_s * seconds;
  const requests = client.requests === 0 ? wanted : Math.min(wanted, client.requests);
  const reserved = (client.reservedPorts ?? []).reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const ports = (client.ports[1] - client.ports[0] + 1 - reserved) * client.addresses.length;
  const concurrency = loadKindOf(client.load).concurrency(client.load) || 1;
  const alive = client.keepAlive ? concurrency : rate_per_s * Math.min(seconds, LINGER_S) + concurrency;
  const answerBytes = Math.max(...(service?.realServers ?? []).map(({ responseBytes }) => responseBytes), 0);
  return {
    requests,
    connections: Math.min(alive, ports, requests + concurrency),
    underWay: Math.min(rate_per_s * (trip_ns(scenario) / 1e9) + concurrency, requests + concurrency),
    requestSegments: segmentsOf(client.requestBytes) - 1,
    answerSegments: segmentsOf(answerBytes) - 1,
  };
}

/** There and back. */
function trip_ns({ links }: Scenario): number {
  return 2 * (links.clientSide.delay_ns + links.serverSide.delay_ns);
}

/** Requests per second that the client would make if nothing held it up. */
function demand(scenario: Scenario, client: Client, service: Service | undefined): number {
  const answer_ns = Math.min(...(service?.realServers ?? []).map(({ serviceTime }) => mean_ns(serviceTime)));
  const trips = client.keepAlive ? 1 : 2;
  const request_ns = trips * trip_ns(scenario) + (Number.isFinite(answer_ns) ? answer_ns : 0);
  return loadKindOf(client.load).demand_per_s(client.load, request_ns);
}

/** Requests per second that the real servers can answer; without a limit on workers there is none. */
function capacity(service: Service | undefined): number {
  const limits = (service?.realServers ?? []).map(({ workers, serviceTime }) =>
    workers === 0 ? Number.POSITIVE_INFINITY : workers / (Math.max(1, mean_ns(serviceTime)) / 1e9),
  );
  return limits.length === 0 ? Number.POSITIVE_INFINITY : limits.reduce((sum, limit) => sum + limit, 0);
}
