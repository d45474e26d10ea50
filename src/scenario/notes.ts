/** What was read in a scenario with some doubt that does not keep it from being run, a sentence each. */
import { expectKernel, kernelAtLeast } from '../kernel/release/release.ts';
import { SWITCH_NAMES, type SwitchName } from '../kernel/release/switches.ts';
import { DECISIVE } from './check/check_kernel.ts';
import { openPicks } from './controllers/kube_proxy.ts';
import type { Scenario, Service } from './scenario.ts';

/** Switches of clients' TCP: those of time stamps matter where masquerading draws ports. */
const OF_STAMPS: readonly SwitchName[] = [
  'timestampOffsets',
  'timestampsPerHosts',
  'timestampsPerConnection',
  'synResentSoon',
];
/** The oldest kernel that recordings of SCTP are of. */
const SCTP_RECORDED = [5, 4] as const;
const OF_HOSTS: readonly SwitchName[] = [
  'evenPortHint',
  'evenPortsFirst',
  'portHintPerDestination',
  'randomPortSteps',
  'synLinearTimeouts',
];

export function scenarioNotes(scenario: Scenario): readonly string[] {
  const { kernel, nodes, clients, controller, masquerade, services, conntrackHooks } = scenario;
  const hasSctp = services.some(({ protocol, path }) => protocol === 'sctp' && path !== 'direct');
  const directors = new Set(nodes?.map((node) => node.kernel ?? kernel) ?? [kernel]);
  const hosts = new Set(clients.map((client) => client.kernel));
  const ports = [masquerade?.ports, ...(nodes ?? []).map((node) => node.masqueradePorts)];
  const ofHosts = ports.includes('random-fully') ? [...OF_HOSTS, ...OF_STAMPS] : OF_HOSTS;
  return [
    ...[...new Set([kernel, ...directors, ...hosts])].flatMap((text) =>
      kernelNote(text, (name) =>
        ofHosts.includes(name) ? hosts.has(text) : directors.has(text) && concerns(name, scenario),
      ),
    ),
    ...[...directors].flatMap((text) =>
      hasSctp && conntrackHooks && !kernelAtLeast(expectKernel(text), ...SCTP_RECORDED)
        ? [`kernel ${text}: of SCTP in conntrack before 5.4 there is no recording; taken for what 5.4 does`]
        : [],
    ),
    ...new Set(
      [controller, ...(nodes ?? []).map((node) => node.controller)].flatMap((each) =>
        each?.kind === 'kube-proxy' ? openPicks(each.version) : [],
      ),
    ),
  ];
}

function kernelNote(text: string, matters: (name: SwitchName) => boolean): string[] {
  const { answers } = expectKernel(text);
  const open = SWITCH_NAMES.filter((name) => answers[name].state === 'unknown' && matters(name));
  if (open.length === 0) return [];
  const list = open.join(', ');
  return [`kernel ${text}: cannot tell ${list}; taken as off. See: ipvsim explain kernel "${text}"`];
}

/** Whether the scenario has what a switch is about. Those of the port-reuse block have been checked. */
function concerns(name: SwitchName, { services, conntrackHooks }: Scenario): boolean {
  const some = (test: (service: Service) => boolean): boolean => services.some(test);
  if ((DECISIVE as readonly string[]).includes(name)) return false;
  if (/\.(udp|onlyStreams)/.test(name)) return conntrackHooks && some(({ protocol }) => protocol === 'udp');
  if (name === 'conntrack.sctpInitStaysClosed')
    return conntrackHooks && some(({ protocol }) => protocol === 'sctp');
  if (name.startsWith('conntrack.')) return conntrackHooks && some(({ protocol }) => protocol === 'tcp');
  switch (name) {
    case 'assuredTemplates':
    case 'renamedKeepsPort':
      return some(({ persistent_s }) => persistent_s > 0);
    case 'totalConns':
      return some(({ scheduler }) => /^(w?lc|lblcr?)$/.test(scheduler));
    case 'hashUpperBits':
      return some(({ scheduler }) => /^([sd]h|lblcr?)$/.test(scheduler));
    case 'timestampOffsets':
    case 'timestampsPerHosts':
    case 'timestampsPerConnection':
    case 'synResentSoon':
      return false;
    case 'sloppy':
    case 'firstAckEstablishes':
      return false;
    case 'cpuSlicesExpire':
    case 'cpuSlicesStay':
      return some(({ realServers }) => realServers.some(({ cpu }) => cpu !== undefined));
    default:
      return true;
  }
}
