/**
 * A result's effective scenario as a scenario file, which parse.ts reads as the same scenario again. Keys of the
 * effective scenario are those of the file but for their unit (`delay_ns: 100000` is `delay: 100us`), so that only
 * what is arranged otherwise is named here.
 */
import { stringify } from 'yaml';
import { clientKeys } from '../../scenario/effective_client.ts';
import type { RealServer, Scenario, Service, TimelineAction } from '../../scenario/scenario.ts';
import { duration } from '../numbers.ts';
import { printable } from '../text.ts';

type Entry = Readonly<Record<string, unknown>>;

export function scenarioFile(scenario: Scenario): string {
  const { name, title, description, masquerade, sysctl, sysctlOrigin, ...others } = scenario;
  const { services, clients, events, expect, ...rest } = others;
  const isSet = ([key]: readonly [string, number]) => /^(scenario|--set)/.test(sysctlOrigin[key] ?? '');
  return text({
    name,
    title,
    ...(description === '' ? {} : { description }),
    ...entry(rest),
    ...(masquerade === undefined ? {} : masqueradeEntry(masquerade)),
    sysctl: Object.fromEntries(Object.entries(sysctl).filter(isSet)),
    services: services.map(serviceEntry),
    clients: clients.map((client) => clientKeys(client, duration)),
    events: events.map(({ at_ns, action }) => ({ at: duration(at_ns), ...actionEntry(action) })),
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

/** Units become part of the value; null is a key that is not there. */
function entry(object: object): Entry {
  const pairs = Object.entries(object).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(
    pairs.map(([key, value]) =>
      key.endsWith('_ns') ? [key.slice(0, -'_ns'.length), duration(value as number)] : [key, written(value)],
    ),
  );
}

function written(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(written);
  if (typeof value !== 'object' || value === null) return value;
  if ('kind' in value) {
    // A distribution; what else has a kind in a scenario keeps it.
    if (value.kind === 'constant' && 'value_ns' in value) return duration(value.value_ns as number);
    if (value.kind === 'exponential' && 'mean_ns' in value)
      return { exponential: duration(value.mean_ns as number) };
    if (value.kind === 'empirical' && 'values_ns' in value)
      return { empirical: (value.values_ns as readonly number[]).map(duration) };
  }
  return entry(value);
}

function masqueradeEntry({ ports, ...where }: NonNullable<Scenario['masquerade']>): Entry {
  return { masquerade: ports, ...where };
}

/** A service without a name of its own is called by its address. */
function serviceEntry({ name, persistent_s, realServers, ...service }: Service): Entry {
  return {
    ...(name === service.address ? {} : { name }),
    ...entry(service),
    ...(persistent_s === 0 ? {} : { persistent: duration(persistent_s * 1e9) }),
    realServers: realServers.map(realServerEntry),
  };
}

function realServerEntry({ cpu, ...server }: RealServer): Entry {
  if (cpu === undefined) return entry(server);
  const { cpuset, quota_ns, ...rest } = cpu;
  const limits = { ...(cpuset === 0 ? {} : { cpuset }), ...(quota_ns === 0 ? {} : { quota_ns }) };
  return { ...entry(server), cpu: entry({ ...rest, ...limits }) };
}

function actionEntry(action: TimelineAction): Entry {
  switch (action.kind) {
    case 'sysctl':
      return { sysctl: { [action.key]: action.value } };
    case 'weight':
      return { service: action.service, weight: { [action.realServer]: action.weight } };
    case 'add':
      return { service: action.service, add: realServerEntry(action.realServer) };
    case 'delete':
      return { service: action.service, delete: action.realServer };
    case 'controller':
      return { controller: action.order };
    default:
      return { [action.kind]: action.address };
  }
}
