/** A setting of the kernel, as changes of a scenario. */
import type { Scenario } from '../../scenario/scenario.ts';

/** On the only node, or on each of several that has it otherwise; none where it is so already. */
export function setting(
  { sysctl, nodes = [] }: Pick<Scenario, 'sysctl' | 'nodes'>,
  key: string,
  value: number,
): string[] {
  return [
    ...(sysctl[key] === value ? [] : [`sysctl.${key}=${value}`]),
    ...nodes.flatMap((node, index) => {
      const own = node.sysctl[key];
      return own === undefined || own === value ? [] : [`nodes.${index}.sysctl.${key}=${value}`];
    }),
  ];
}
