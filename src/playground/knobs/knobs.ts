/** What can be changed beside the picture: each knob is a key of --set, and its value now is the scenario's. */
import type { Client, Scenario } from '../../scenario/scenario.ts';
import { ownServices } from '../../scenario/service_addresses.ts';
import { hostOf } from '../../text/endpoint.ts';

export type Choice = readonly [value: string, name: string];

export interface Knob {
  /** As behind --set. */
  readonly key: string;
  readonly name: string;
  readonly about: string;
  readonly value: string;
  /** To choose from; any text where there is none. */
  readonly choices?: readonly Choice[];
  /** What an event of the scenario says that changes it during the run; absent where that cannot be. */
  readonly event?: (value: string) => string;
}

/** The knobs that the scenario has a use for, in their order. */
export function knobsOf(scenario: Scenario): readonly Knob[] {
  const { kernel, masquerade, clients, services, seed } = scenario;
  const [client] = clients;
  const own = ownServices(services);
  const [service] = own;
  return [
    ...SYSCTLS.flatMap(([key, about]) => sysctlKnob(scenario, key, about)),
    { key: 'kernel', name: 'kernel of the node', about: 'as uname -r prints it', value: kernel },
    ...(service === undefined
      ? []
      : [
          {
            key: 'service.path',
            name: 'data path',
            about: 'how packets reach the real servers',
            value: service.path,
            choices: DATA_PATHS,
          },
        ]),
    {
      key: 'masquerade',
      name: 'masquerade',
      about: 'whose connections leave with the address of the node, and from which port',
      value: masquerade?.ports ?? 'none',
      choices: MASQUERADES,
    },
    ...(client === undefined ? [] : clientKnobs(client)),
    ...own.flatMap((one, index) =>
      weightKnobs(one, own.length === 1 ? 'service' : `services.${index}`, own.length > 1),
    ),
    { key: 'seed', name: 'seed', about: 'the same seed gives the same run', value: seed },
  ];
}

const DATA_PATHS = [
  ['ipvs', 'ipvs'],
  ['iptables', 'iptables'],
  ['nftables', 'nftables'],
  ['ebpf', 'ebpf'],
  ['ipvs-bpf', 'ipvs-bpf'],
  ['direct', 'direct'],
] as const;

const MASQUERADES = [
  ['none', 'none'],
  ['plain', 'plain'],
  ['random-fully', 'random-fully'],
] as const;

const SYSCTLS = [
  ['net.ipv4.vs.conn_reuse_mode', 'what a SYN for an old entry does: 0 takes the entry over'],
  ['net.ipv4.vs.expire_nodest_conn', 'whether entries go with their real server'],
  ['net.ipv4.vs.conntrack', 'whether IPVS keeps conntrack entries'],
] as const;

const OFF_ON = [
  ['0', '0'],
  ['1', '1'],
] as const;

const NO_YES = [
  ['false', 'no'],
  ['true', 'yes'],
] as const;

function sysctlKnob({ sysctl }: Scenario, key: string, about: string): Knob[] {
  const value = sysctl[key];
  if (value === undefined) return [];
  // Other values than these the scenario itself may have.
  const choices: readonly Choice[] = value > 1 ? [...OFF_ON, [String(value), String(value)]] : OFF_ON;
  const event = (to: string) => `sysctl: {${key}: ${to}}`;
  return [{ key, name: key.replace(/^.*\./u, ''), about, value: String(value), choices, event }];
}

function clientKnobs({ kernel, load, ports, keepAlive, addresses, onNode }: Client): Knob[] {
  const at = (key: string) => `clients.0.${key}`;
  const knobs: Knob[] = [
    {
      key: at('kernel'),
      name: 'kernel of the client',
      about: 'it chooses the source ports',
      value: kernel,
    },
  ];
  if (load.kind === 'closed') {
    const value = String(load.concurrency);
    knobs.push({ key: at('concurrency'), name: 'concurrency', about: 'requests at a time', value });
  }
  if (load.kind === 'open') {
    const about = 'requests that are due per second';
    knobs.push({ key: at('rate'), name: 'rate', about, value: `${load.rate_per_s}/s` });
  }
  if (load.kind !== 'probe') {
    const about = 'net.ipv4.ip_local_port_range';
    knobs.push({ key: at('ports'), name: 'source ports', about, value: ports.join('-') });
  }
  knobs.push({
    key: at('keepAlive'),
    name: 'keep-alive',
    about: 'whether connections are kept for the next request',
    choices: NO_YES,
    value: String(keepAlive),
  });
  if (onNode === undefined) {
    const about = 'source addresses, as 10.0.0.1 or 10.0.0.1-10.0.0.4';
    knobs.push({ key: at('addresses'), name: 'client addresses', about, value: rangeOf(addresses) });
  }
  return knobs;
}

/** Neighbours as a range. */
function rangeOf(addresses: readonly string[]): string {
  const first = addresses[0] ?? '';
  return addresses.length < 2 ? first : `${first}-${addresses.at(-1)}`;
}

/** More real servers than that are for the scenario's text. */
const MOST_WEIGHTS = 4;

function weightKnobs(
  { name, path, realServers }: Scenario['services'][number],
  prefix: string,
  isNamed: boolean,
): Knob[] {
  // Rules have no weights.
  if (path !== 'ipvs' && path !== 'ipvs-bpf') return [];
  const service = isNamed ? `, service: ${name}` : '';
  return realServers.slice(0, MOST_WEIGHTS).map(({ address, weight }, index) => ({
    key: `${prefix}.realServers.${index}.weight`,
    name: `weight of ${address}`,
    about: 'for the scheduler; 0 takes no new connections',
    value: String(weight),
    event: (to) => `weight: {"${address}": ${to}}${service}`,
  }));
}

/** Real servers that can be killed, by their addresses, with what the event of it says. */
export function killable({ controller, services }: Scenario): readonly Choice[] {
  const named = services.filter(({ exposed }) => exposed === undefined);
  return named.flatMap(({ name, realServers }) =>
    realServers.map(({ address }): Choice => {
      const pod = `terminatePod: "${hostOf(address)}"`;
      const service = named.length > 1 ? `, service: ${name}` : '';
      // Without a controller nobody else takes it out of the service.
      return [controller === undefined ? `${pod}, delete: "${address}"${service}` : pod, address];
    }),
  );
}
