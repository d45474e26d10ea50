/** The settings of a namespace as the fields that the kernel's functions read, under the kernel's names. */
import { type KernelRelease, kernelHas } from './release/release.ts';
import { kernelDefault, SYSCTL_TABLE, type SysctlName, type SysctlRow } from './sysctl_table.ts';

/** `net.ipv4.vs.timeout.tcp` is `timeout_tcp`, any other name's field is its last word. */
type FieldOf<Name> = Name extends `net.ipv4.vs.timeout.${infer Timeout}`
  ? `timeout_${Timeout}`
  : Name extends `net.ipv4.vs.${infer Field}`
    ? Field
    : Name extends `net.netfilter.${infer Field}`
      ? Field
      : Name extends `net.ipv4.${infer Field}`
        ? Field
        : never;

export type NetSysctl = { [Name in SysctlName as FieldOf<Name>]: number };

const FIELD: ReadonlyMap<string, keyof NetSysctl> = new Map(
  SYSCTL_TABLE.map(({ name }) => [
    name,
    name.replace('timeout.', 'timeout_').split('.').at(-1)! as keyof NetSysctl,
  ]),
);

/**
 * The kernel's own defaults. One that came with a switch is 0 without it; one that came with a release does no harm
 * before. Timeouts of `ipvsadm --set` are 0, which leaves those of the protocol.
 */
export function defaultSysctl(kernel: KernelRelease): NetSysctl {
  const value = (row: SysctlRow): number => {
    if (row.kind === 'ipvsadm --set') return 0;
    return typeof row.since === 'string' && !kernelHas(kernel, row.since) ? 0 : kernelDefault(row, kernel);
  };
  return Object.fromEntries(SYSCTL_TABLE.map((row) => [FIELD.get(row.name)!, value(row)])) as NetSysctl;
}

/** The field behind a full name, or undefined for one the model does not have. */
export function sysctlField(name: string): keyof NetSysctl | undefined {
  return FIELD.get(name);
}
