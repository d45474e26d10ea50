/**
 * A result's effective scenario as a scenario file, which parse.ts reads as the same scenario again. Keys of the
 * effective scenario are those of the file but for their unit (written_keys.ts), so that only what is arranged otherwise is
 * named here.
 */
import { stringify } from 'yaml';
import { asOneOrBoth } from '../../scenario/addresses.ts';
import { clientKeys } from '../../scenario/effective_client.ts';
import type { Client, Scenario, Service, TimelineAction, TimelineEvent } from '../../scenario/scenario.ts';
import { type Exposure, ownServices } from '../../scenario/service_addresses.ts';
import { realServerKeys, writtenKeys } from '../../scenario/written_keys.ts';
import { hostOf, portOf } from '../../text/endpoint.ts';
import { duration } from '../numbers.ts';
import { printable } from '../text.ts';

type Entry = Readonly<Record<string, unknown>>;

export function scenarioFile(scenario: Scenario): string {
  const { name, title, description, masquerade, sysctl, sysctlOrigin, ...others } = scenario;
  const { services, clients, events, expect, nodes, ...rest } = others;
  const isSet = ([key]: readonly [string, number]) => /^(scenario|--set)/.test(sysctlOrigin[key] ?? '');
  return text({
    name,
    title,
    ...(description === '' ? {} : { description }),
    ...writtenKeys(rest, duration),
    ...(nodes === undefined ? {} : { nodes: nodes.map(nodeEntry) }),
    ...(masquerade === undefined ? ownAddress(clients) : masqueradeEntry(masquerade, nodes)),
    sysctl: Object.fromEntries(Object.entries(sysctl).filter(isSet)),
    services: ownServices(services).map((service) => serviceEntry(service, services)),
    clients: clients.map((client) => clientKeys(client, duration)),
    events: events
      .filter((event) => !isImplied(event, scenario))
      .map(({ at_ns, action }) => ({ at: duration(at_ns), ...actionEntry(action) })),
    expect: expect.map(({ expression }) => expression),
  });
}

/** YAML; where a name holds signs that a terminal or page must not show as they are, JSON, which can escape them. */
function text(file: Entry): string {
  const yaml = stringify(file, { lineWidth: 0, aliasDuplicateObjects: false });
  if (yaml.split('\n').every((line) => printable(line) === line)) return yaml;
  const json = JSON.stringify(file, null, 2).replace(/[^\n\x20-\x7e]/g, (sign) => {
    return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `${json}\n`;
}

function masqueradeEntry(
  { ports, ...where }: NonNullable<Scenario['masquerade']>,
  nodes: Scenario['nodes'],
): Entry {
  const isLeft = nodes?.some(({ masqueradePorts }) => masqueradePorts !== undefined);
  return { masquerade: isLeft ? 'kube-proxy' : ports, ...where };
}

/** The node's address, where only its own clients have it. */
function ownAddress(clients: readonly Client[]): Entry {
  const own = [...new Set(clients.flatMap(({ onNode }) => onNode ?? []))];
  return own.length === 0 ? {} : { nodeAddress: asOneOrBoth(own) };
}

/** Whether the event is one about a service's real server, as it happens to another address of the service. */
function isImplied({ at_ns, action }: TimelineEvent, { services, events }: Scenario): boolean {
  if (!('service' in action)) return false;
  const of = services.find(({ name }) => name === action.service)?.exposed?.of;
  if (of === undefined) return false;
  const same = JSON.stringify({ ...action, service: of });
  return events.some((other) => other.at_ns === at_ns && JSON.stringify(other.action) === same);
}

/** The controller of a node is the scenario's, of another release, and its rules are what that release makes. */
function nodeEntry({
  controller,
  masqueradePorts: _,
  ...node
}: NonNullable<Scenario['nodes']>[number]): Entry {
  return { ...node, ...(controller === undefined ? {} : { kubernetes: controller.version }) };
}

/** A service without a name of its own is called by its address; its other addresses stand with it. */
function serviceEntry(
  { name, persistent_s, realServers, ...service }: Service,
  services: readonly Service[],
): Entry {
  return {
    ...(name === service.address ? {} : { name }),
    ...writtenKeys(service, duration),
    ...exposedEntry(services.filter(({ exposed }) => exposed?.of === name)),
    ...(persistent_s === 0 ? {} : { persistent: duration(persistent_s * 1e9) }),
    realServers: realServers.map((server) => realServerKeys(server, duration)),
  };
}

function exposedEntry(others: readonly Service[]): Entry {
  const [first] = others;
  if (first === undefined) return {};
  const hosts = (exposure: Exposure) =>
    others.filter(({ exposed }) => exposed!.as === exposure).map(({ address }) => hostOf(address));
  const nodePort = others.find(({ exposed }) => exposed!.as === 'nodePort')?.address;
  const targets = others.filter(({ exposed }) => exposed!.as === 'target').map(({ name }) => name);
  const externalIPs = hosts('externalIP');
  const loadBalancerIPs = hosts('loadBalancerIP');
  return {
    ...(nodePort === undefined ? {} : { nodePort: portOf(nodePort) }),
    ...(externalIPs.length === 0 ? {} : { externalIPs }),
    ...(loadBalancerIPs.length === 0 ? {} : { loadBalancerIPs }),
    ...(targets.length === 0 ? {} : { targets }),
    ...(first.exposed!.isLocal ? { externalTrafficPolicy: 'Local' } : {}),
  };
}

function actionEntry(action: TimelineAction): Entry {
  switch (action.kind) {
    case 'sysctl':
      return { ...onNode(action), sysctl: { [action.key]: action.value } };
    case 'weight':
      return { service: action.service, weight: { [action.realServer]: action.weight } };
    case 'add':
      return { service: action.service, add: realServerKeys(action.realServer, duration) };
    case 'unplugNode':
    case 'plugNode':
      return { [action.kind]: action.node };
    case 'rebootNode':
      return { rebootNode: action.node, bootTime: duration(action.boot_ns) };
    case 'delete':
      return { service: action.service, delete: action.realServer };
    case 'controller':
      return { ...onNode(action), controller: action.order };
    default:
      return { [action.kind]: action.address };
  }
}

function onNode({ node }: { readonly node?: string }): Entry {
  return node === undefined ? {} : { node };
}
