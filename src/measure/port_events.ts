/** What happened to the source ports of a client address towards one service, as rows: port_log.ts writes, port_map.ts reads. */
import type { Client, Scenario } from '../scenario/scenario.ts';
import type { Transport } from '../text/transport.ts';

/** What a row says. Smaller numbers are places in `kinds`: the port's entry is of that kind from now on. */
export const PORT_ENTRY_OVER = 32;
export const PORT_OPENED = 33;
export const PORT_SYN_DROPPED = 34;

/** Rows in order of time; `timeout_ns` is what an entry's timer has been started with. */
export interface PortEvents {
  /** Names of the kinds of entries. */
  readonly kinds: readonly string[];
  readonly length: number;
  readonly at_ns: Float64Array;
  readonly port: Uint16Array;
  readonly what: Uint8Array;
  readonly timeout_ns: Float64Array;
}

/** Whose ports: a client's address and the service it talks to. */
export interface PortOwner {
  readonly client: string;
  readonly address: string;
  readonly service: string;
  /** What opens its connections. */
  readonly protocol: Transport;
  /** The service's own address. */
  readonly virtual: string;
  /** The lowest and the highest port that it may use. */
  readonly ports: readonly [number, number];
}

/** Every address of every client, in the scenario's order. */
export function portOwners({ clients, services }: Scenario): PortOwner[] {
  return clients.flatMap((client) =>
    client.addresses.map((address) => {
      const { address: virtual, protocol } = services.find(({ name }) => name === client.to)!;
      return {
        client: client.name,
        address,
        service: client.to,
        protocol,
        virtual,
        ports: portsOf(client),
      };
    }),
  );
}

function portsOf({ load, ports }: Client): readonly [number, number] {
  return load.kind === 'probe' ? [load.port, load.port] : ports;
}
