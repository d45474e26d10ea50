/** Settings of the kernel in a scenario: the kernel's table, what a scenario assumes instead, and which layer wins. */
import { expectKernel, type KernelRelease } from '../kernel/release/release.ts';
import { SWITCHES } from '../kernel/release/switches.ts';
import {
  kernelDefault,
  type Since,
  SYSCTL_TABLE,
  type SysctlRow,
  sysctlExistsIn,
} from '../kernel/sysctl_table.ts';
import type { Scenario } from './scenario.ts';

export { kernelDefault, sysctlExistsIn };

export interface SysctlInfo extends SysctlRow {
  /** What a scenario starts with where that is not the kernel's default, and why. */
  readonly assumed: { readonly value: number; readonly origin: string } | null;
}

const KERNEL_DEFAULT = 'kernel default';

const ASSUMED: Readonly<Record<string, SysctlInfo['assumed']>> = {
  'net.ipv4.vs.conntrack': {
    value: 1,
    origin: 'assumed: kube-proxy, kube-router and Docker set it; kernel default 0',
  },
};

export const SYSCTLS: readonly SysctlInfo[] = SYSCTL_TABLE.map((row) => ({
  ...row,
  assumed: ASSUMED[row.name] ?? null,
}));

const BY_NAME: ReadonlyMap<string, SysctlInfo> = new Map(SYSCTLS.map((info) => [info.name, info]));

/** The setting with that full name, or null for one the model does not have. */
export function sysctlInfo(name: string): SysctlInfo | null {
  return BY_NAME.get(name) ?? null;
}

/** Settings from one source; later layers win over earlier ones. */
export interface SysctlLayer {
  readonly origin: string;
  readonly values: Readonly<Record<string, number>>;
}

export interface EffectiveSysctl {
  readonly values: Readonly<Record<string, number>>;
  readonly origin: Readonly<Record<string, string>>;
}

/** Every setting that the kernel has, with its value in force at the start and where that comes from. */
export function effectiveSysctl(kernel: KernelRelease, layers: readonly SysctlLayer[]): EffectiveSysctl {
  const values: Record<string, number> = {};
  const origin: Record<string, string> = {};
  for (const info of SYSCTLS) {
    if (!sysctlExistsIn(info, kernel)) continue;
    values[info.name] = info.assumed?.value ?? kernelDefault(info, kernel);
    origin[info.name] = info.assumed?.origin ?? KERNEL_DEFAULT;
    for (const layer of layers) {
      const value = layer.values[info.name];
      if (value === undefined) continue;
      values[info.name] = value;
      origin[info.name] = layer.origin;
    }
  }
  return { values, origin };
}

/** Kernel, ticks and settings of the node of that number, or of the only director. */
export function nodeSettings(
  { nodes, kernel, hz, sysctl }: Pick<Scenario, 'nodes' | 'kernel' | 'hz' | 'sysctl'>,
  index: number,
): Pick<Scenario, 'kernel' | 'hz' | 'sysctl'> {
  const node = nodes?.[index];
  if (node === undefined) return { kernel, hz, sysctl };
  const own = expectKernel(node.kernel ?? kernel);
  const settings = Object.entries({ ...sysctl, ...node.sysctl });
  return {
    kernel: own.text,
    hz: node.hz ?? hz,
    sysctl: Object.fromEntries(settings.filter(([name]) => sysctlExistsIn(BY_NAME.get(name)!, own))),
  };
}

type WithNodes = Parameters<typeof nodeSettings>[0];

/** The same by the node's name; of the first, or the only one, where none is said. */
export function settingsAt(scenario: WithNodes, node: string | undefined): ReturnType<typeof nodeSettings> {
  const index = scenario.nodes?.findIndex(({ name }) => name === node) ?? 0;
  return nodeSettings(scenario, Math.max(0, index));
}

/** The same of every director, in the order of the nodes. */
export function directorSettings(scenario: WithNodes): ReturnType<typeof nodeSettings>[] {
  return (scenario.nodes ?? [null]).map((_, index) => nodeSettings(scenario, index));
}

/** The least value that a setting has at a director; 0 where none has it. */
export function leastSysctl(scenario: WithNodes, key: string): number {
  const values = directorSettings(scenario).flatMap(({ sysctl }) => sysctl[key] ?? []);
  return values.length === 0 ? 0 : Math.min(...values);
}

/** `5.0`, the release of kernel.org that brought it. */
export function sinceText(since: Since): string {
  return (typeof since === 'string' ? SWITCHES[since].since : since).join('.');
}

/** `Linux 4.1 or later, or RHEL and CentOS 7 from 7.2 on`; null where every supported kernel has it. */
export function sysctlKernels(info: SysctlInfo): string | null {
  if (info.since === null) return null;
  const backported = info.since === 'connReuseMode' ? ', or RHEL and CentOS 7 from 7.2 on' : '';
  return `Linux ${sinceText(info.since)} or later${backported}`;
}
