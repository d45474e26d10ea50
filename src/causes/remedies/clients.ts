/** Remedies at the clients. */
import { loadKindOf } from '../../scenario/loads/loads.ts';
import type { Client, Scenario } from '../../scenario/scenario.ts';
import { leastSysctl } from '../../scenario/sysctl.ts';
import { addressAfter } from '../../text/endpoint.ts';
import type { Transport } from '../../text/transport.ts';
import { clientEntry } from './entry.ts';
import { NOT_SIMULATED, type Remedy } from './remedy.ts';

const WIDEST_PORTS = [1024, 65535] as const;
const MORE_CLIENTS = 4;
const FEWER_RETRIES = 8;
const TCP_TIMEOUT = 'net.ipv4.vs.timeout.tcp';

export const KEEP_ALIVE: Remedy = {
  name: 'keep-alive',
  deed: 'let clients keep their connections',
  effect: 'far fewer connections, so that a source port is not needed again so soon',
  price: 'a connection that lasts stays with its real server, and load spreads less evenly',
  changes: (scenario) =>
    perClient(scenario, (client) =>
      client.keepAlive || speaks('udp', scenario, client) ? null : 'keepAlive=true',
    ),
};

export const WIDER_PORTS: Remedy = {
  name: 'wider ports',
  deed: `net.ipv4.ip_local_port_range="${WIDEST_PORTS.join(' ')}" at the clients`,
  effect: 'it takes longer until a port comes round again',
  price: 'ports of services that listen there must be reserved (ip_local_reserved_ports)',
  changes: (scenario) => perClient(scenario, widerPorts),
};

export const SPREAD_CLIENTS: Remedy = {
  name: 'more clients',
  deed: `spread the load over ${MORE_CLIENTS} addresses`,
  effect: 'each has source ports of its own',
  price: 'more hosts, or addresses to manage',
  changes: moreClients,
};

export const TCP_KEEPALIVE: Remedy = {
  name: 'TCP keepalive',
  deed: 'SO_KEEPALIVE in the client, with net.ipv4.tcp_keepalive_time below the timeout (600 for 900 s)',
  effect: 'a probe restarts the timer of the entry before it is over',
  price: 'a packet and its answer for each idle connection and period, and entries that never go',
  changes: (scenario) => {
    const timeout_s = leastSysctl(scenario, TCP_TIMEOUT);
    const time_s = Math.max(1, Math.floor((timeout_s * 2) / 3));
    return perClient(scenario, (client) =>
      !speaks('tcp', scenario, client) || client.tcpKeepalive !== undefined
        ? null
        : `tcpKeepalive.time=${time_s}s`,
    );
  },
};

export const CLOCK_STAMPS: Remedy = {
  name: 'tcp_timestamps 2',
  deed: 'net.ipv4.tcp_timestamps=2 at the clients',
  effect: "time stamps are the clock's, and those of a later connection are later",
  price:
    'time stamps tell how long the host has been up, and hosts behind one address are told apart by them',
  changes: (scenario) =>
    perClient(scenario, (client) =>
      !speaks('tcp', scenario, client) || client.tcpTimestamps === 2 ? null : 'tcpTimestamps=2',
    ),
};

export const RETRIES2: Remedy = {
  name: 'tcp_retries2 8',
  deed: 'net.ipv4.tcp_retries2=8 at the clients',
  effect: 'a connection without acknowledgements is given up after some 100 s instead of 15 minutes',
  price: 'all connections of the host are given up as early, those that a network outage holds up too',
  changes: (scenario) =>
    perClient(scenario, (client) =>
      !speaks('tcp', scenario, client) || (client.tcpRetries2 ?? 15) <= FEWER_RETRIES
        ? null
        : `tcpRetries2=${FEWER_RETRIES}`,
    ),
};

export const USER_TIMEOUT: Remedy = {
  name: 'user timeout',
  deed: 'TCP_USER_TIMEOUT on the socket (30 s)',
  effect: 'this connection is given up after that time without an acknowledgement',
  price: 'the application must set it; a longer outage than that ends its connections',
  changes: (scenario) =>
    perClient(scenario, (client) =>
      !speaks('tcp', scenario, client) || client.userTimeout_ns !== undefined ? null : 'userTimeout=30s',
    ),
};

export const RETRY: Remedy = {
  name: 'retry',
  deed: 'let the client try again over a new connection',
  effect: 'the error does not reach the user',
  price: 'only for requests that may be done twice',
  changes: NOT_SIMULATED,
};

export const NEW_SOCKET: Remedy = {
  name: 'new socket',
  deed: 'let the sender open a new socket now and then',
  effect: 'a new source port is scheduled anew',
  price: 'a change in the sender',
  changes: NOT_SIMULATED,
};

/** A change of every client with a load of its own; a probe's one port is its point. */
function perClient(scenario: Scenario, change: (client: Client) => string | null): string[] {
  return scenario.clients.flatMap((client, index) => {
    const setting = client.load.kind === 'probe' ? null : change(client);
    return setting === null ? [] : [`clients.${index}.${setting}`];
  });
}

function widerPorts({ ports: [low, high] }: Client): string | null {
  if (low <= WIDEST_PORTS[0] && high >= WIDEST_PORTS[1]) return null;
  return `ports=${Math.min(low, WIDEST_PORTS[0])}-${WIDEST_PORTS[1]}`;
}

/** The busiest client's load on several hosts, each with an address, ports and a port cursor of its own. */
function moreClients(scenario: Scenario): string[] | null {
  const shares = scenario.clients.map((client, index) => ({ index, client, shared: share(client) }));
  const chosen = shares.find(({ shared }) => shared !== null);
  if (chosen?.shared == null) return null;
  const { index, client, shared } = chosen;
  const taken = new Set(scenario.clients.flatMap(({ addresses }) => addresses));
  const others = Array.from({ length: MORE_CLIENTS - 1 }, (_, number) => ({
    ...shared,
    name: `${client.name}-${number + 2}`,
    addresses: [freeAddress(client.addresses[0]!, taken)],
  }));
  const count = scenario.clients.length;
  return [
    `clients.${index}=${clientEntry({ ...shared, addresses: [client.addresses[0]!] })}`,
    ...others.map((other, number) => `clients.${count + number}=${clientEntry(other)}`),
  ];
}

/** A client with its part of the load; null where it cannot be split. */
function share(client: Client): Client | null {
  if (client.onNode !== undefined) return null;
  const requests = Math.ceil(client.requests / MORE_CLIENTS);
  const load = loadKindOf(client.load).share(client.load, MORE_CLIENTS);
  return load === null ? null : { ...client, requests, load };
}

function freeAddress(after: string, taken: Set<string>): string {
  let address = after;
  do address = addressAfter(address);
  while (taken.has(address));
  taken.add(address);
  return address;
}

function speaks(transport: Transport, { services }: Scenario, { to }: Client): boolean {
  return services.some(({ name, protocol }) => name === to && protocol === transport);
}
