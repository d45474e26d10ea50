/** What can be changed beside the picture: each knob is a key of --set, and its value now is the scenario's. */
import type { Scenario } from '../scenario/scenario.ts';

export interface Knob {
  /** As behind --set. */
  readonly key: string;
  readonly name: string;
  readonly about: string;
  /** Null where the scenario has no use for it. */
  readonly value: (scenario: Scenario) => string | null;
  /** To choose from; any text where there is none. */
  readonly choices?: readonly (readonly [value: string, name: string])[];
}

const OFF_ON = [
  ['0', '0'],
  ['1', '1'],
] as const;

function sysctl(key: string, about: string): Knob {
  return {
    key,
    name: key.replace(/^.*\./u, ''),
    about,
    choices: OFF_ON,
    value: ({ sysctl }) => (key in sysctl ? String(sysctl[key]) : null),
  };
}

export const KNOBS: readonly Knob[] = [
  sysctl('net.ipv4.vs.conn_reuse_mode', 'what a SYN for an old entry does: 0 takes the entry over'),
  sysctl('net.ipv4.vs.expire_nodest_conn', 'whether entries go with their real server'),
  sysctl('net.ipv4.vs.conntrack', 'whether IPVS keeps conntrack entries'),
  {
    key: 'kernel',
    name: 'kernel of the node',
    about: 'as uname -r prints it',
    value: ({ kernel }) => kernel,
  },
  {
    key: 'clients.0.kernel',
    name: 'kernel of the client',
    about: 'it chooses the source ports',
    value: ({ clients }) => clients[0]?.kernel ?? null,
  },
  {
    key: 'clients.0.concurrency',
    name: 'concurrency',
    about: 'requests at a time',
    value: ({ clients: [client] }) =>
      client?.load.kind === 'closed' ? String(client.load.concurrency) : null,
  },
  {
    key: 'clients.0.rate',
    name: 'rate',
    about: 'requests that are due per second',
    value: ({ clients: [client] }) => (client?.load.kind === 'open' ? `${client.load.rate_per_s}/s` : null),
  },
  {
    key: 'clients.0.ports',
    name: 'source ports',
    about: 'net.ipv4.ip_local_port_range',
    value: ({ clients }) => clients[0]?.ports.join('-') ?? null,
  },
  {
    key: 'clients.0.keepAlive',
    name: 'keep-alive',
    about: 'whether connections are kept for the next request',
    choices: [
      ['false', 'no'],
      ['true', 'yes'],
    ],
    value: ({ clients }) => (clients[0] === undefined ? null : String(clients[0].keepAlive)),
  },
];
