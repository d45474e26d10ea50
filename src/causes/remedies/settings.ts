/** A setting of the kernel, as changes of a scenario. */
import type { Scenario } from '../../scenario/scenario.ts';

/** On the only node, or on each of several whose own is not what is wanted; none where it is so already. */
export function setting(
  { sysctl, nodes = [] }: Pick<Scenario, 'sysctl' | 'nodes'>,
  key: string,
  value: number,
  isWanted = (now: number) => now === value,
): string[] {
  const all = sysctl[key];
  return [
    ...(all !== undefined && isWanted(all) ? [] : [`sysctl.${key}=${value}`]),
    ...nodes.flatMap((node, index) => {
      const own = node.sysctl[key];
      return own === undefined || isWanted(own) ? [] : [`nodes.${index}.sysctl.${key}=${value}`];
    }),
  ];
}
