/** Kernel settings as topics. */
import { SYSCTLS, type SysctlInfo, sinceText, sysctlKernels } from '../scenario/sysctl.ts';
import type { Topic } from './topic.ts';

export function sysctlTopics(): readonly Topic[] {
  return SYSCTLS.map((info) => {
    const kernels = sysctlKernels(info);
    const facts: [string, string][] = [
      ['Default', defaults(info)],
      ['Range', `${info.min} to ${info.max}${unit(info)}`],
      ['Kernels', kernels ?? 'all that the model knows'],
      ['Set by', info.kind],
      ['Function', info.kernelFunction],
      ['In a scenario', `sysctl: { ${info.name}: ${info.assumed?.value ?? info.defaults.at(-1)!.value} }`],
    ];
    return { name: info.name, kind: 'sysctl', meaning: info.meaning, facts };
  });
}

function defaults(info: SysctlInfo): string {
  const own = info.defaults
    .map(({ since, value }, index) =>
      index === 0 ? `${value}${unit(info)}` : `${value}${unit(info)} from ${sinceText(since)} on`,
    )
    .join(', ');
  return info.assumed === null ? own : `${info.assumed.value} (${info.assumed.origin})`;
}

function unit(info: SysctlInfo): string {
  return info.unit === '' ? '' : ` ${info.unit}`;
}
