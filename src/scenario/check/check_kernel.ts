/**
 * What the name of the director's kernel leaves open. Where the scenario turns on it there is no answer, only the
 * two that it may be; what matters less is told in notes.ts.
 */
import type { KernelRelease } from '../../kernel/release/release.ts';
import { SWITCHES, type SwitchName } from '../../kernel/release/switches.ts';
import { writeInstead } from '../../kernel/release/write_instead.ts';
import { controllerKind } from '../controllers/controllers.ts';
import { type Draft, draft, type Path } from '../draft.ts';
import { allEntries, type Sections } from '../schema/sections.ts';
import { effectiveSysctl } from '../sysctl.ts';

/** The switches of the port-reuse block and of deleted real servers: on them hangs what a scenario is about. */
export const DECISIVE = [
  'connReuseMode',
  'reuseDropsTracked',
  'reuseDropsConfirmedOnly',
  'nodestReschedules',
  'nodestInAnyMode',
] as const satisfies readonly SwitchName[];

export function checkKernel(sections: Sections): Draft[] {
  const { kernel, nodes, sysctl } = sections;
  const ofNodes = nodes.flatMap(({ path, entry }) =>
    entry === null
      ? []
      : checkOne(
          {
            ...sections,
            kernel: entry.kernel ?? kernel,
            ...(entry.kubernetes === undefined ? {} : { kubernetes: entry.kubernetes, controller: null }),
            ...(sysctl === null ? {} : { sysctl: { ...sysctl, ...entry.sysctl } }),
          },
          entry.kernel === undefined ? ['kernel'] : [...path, 'kernel'],
        ),
  );
  return nodes.length === 0 ? checkOne(sections, ['kernel']) : ofNodes;
}

/** `path`: where the kernel is named. */
function checkOne(sections: Sections, path: Path): Draft[] {
  const { kernel } = sections;
  if (kernel === null) return [];
  const unknown = DECISIVE.filter((name) => kernel.answers[name].state === 'unknown');
  if (unknown.length === 0) return [];
  const open = unknown.filter(turnsOn(sections, kernel));
  return open.length === 0 ? [] : [cannotTell(kernel, open, path)];
}

function cannotTell(kernel: KernelRelease, open: readonly SwitchName[], path: Path): Draft {
  const { source, text } = kernel;
  const commits = open.map((name) => `${SWITCHES[name].commit} ("${SWITCHES[name].title}")`);
  const message = `kernel ${text} is one of ${source.system}: cannot tell whether it has ${commits.join(' and ')}, on which this scenario turns`;
  const [without, withThem] = writeInstead(kernel, open, DECISIVE);
  const them = open.length === 1 ? 'it' : 'them';
  const hint = [
    ...(source.tell === null ? [] : [`on the node, this tells: ${source.tell}`]),
    `without ${them} write kernel: ${without}, with ${them} kernel: ${withThem}`,
    `ipvsim explain kernel "${text}"`,
  ];
  return draft('E_CANNOT_TELL', path, message, hint.join('\n'));
}

/** Whether what happens in the scenario depends on a switch. */
function turnsOn(sections: Sections, kernel: KernelRelease): (name: SwitchName) => boolean {
  const services = (allEntries(sections.services) ?? []).filter(({ path }) => /^ipvs/.test(path));
  const hasConnections = services.some(({ protocol }) => protocol !== 'udp');
  const mode = values(sections, kernel, 'net.ipv4.vs.conn_reuse_mode');
  const nodest = values(sections, kernel, 'net.ipv4.vs.expire_nodest_conn').some((value) => value !== 0);
  const tracks = values(sections, kernel, 'net.ipv4.vs.conntrack').some((value) => value !== 0);
  const leaves = serversLeave(sections);
  return (name) => {
    switch (name) {
      case 'connReuseMode':
        return hasConnections;
      case 'reuseDropsTracked':
      case 'reuseDropsConfirmedOnly':
        return hasConnections && tracks && mode.some((value) => value !== 0);
      case 'nodestInAnyMode':
        return hasConnections && nodest && leaves && mode.includes(0);
      case 'nodestReschedules':
        return services.length > 0 && nodest && leaves;
      default:
        return false;
    }
  };
}

/** The values that a setting has during the run. */
function values(sections: Sections, kernel: KernelRelease, name: string): readonly number[] {
  const { controller, kubernetes, sysctl } = sections;
  const kind = controller?.kind ?? (kubernetes === null ? null : 'kube-proxy');
  const version = controller?.version ?? kubernetes?.text ?? null;
  const layers = [
    {
      origin: '',
      values: kind === null || kind === 'none' ? {} : controllerKind(kind).sysctls(version, kernel),
    },
    { origin: '', values: (sysctl ?? {}) as Record<string, number> },
  ];
  const first = effectiveSysctl(kernel, layers).values[name];
  const later = sections.events.map(({ entry }) => entry?.sysctl?.[name]);
  return [first, ...later].filter((value) => value !== undefined);
}

/** Whether a real server may get weight 0 or be deleted, by an event or by a controller. */
function serversLeave({ events, services }: Sections): boolean {
  const zero = services.some(({ entry }) => entry?.realServers.some(({ weight }) => weight === 0));
  return (
    zero || events.some(({ entry }) => entry === null || Object.keys(entry).some((key) => LEAVING.has(key)))
  );
}

const LEAVING: ReadonlySet<string> = new Set([
  'weight',
  'delete',
  'terminatePod',
  'unreadyPod',
  'controller',
]);
