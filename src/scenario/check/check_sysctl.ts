/** Settings that the chosen kernel does not have, or that cannot change while it runs. */

import type { KernelRelease } from '../../kernel/release/release.ts';
import { type Draft, draft, type Path } from '../draft.ts';
import { directorKernels, type Sections } from '../schema/sections.ts';
import { sysctlExistsIn, sysctlInfo, sysctlKernels } from '../sysctl.ts';

export function checkSysctls(sections: Sections): Draft[] {
  return sections.sysctls.flatMap((path) => checkSysctl(path, kernelsAt(path, sections)));
}

/** Of the directors whose setting it is. */
function kernelsAt(path: Path, sections: Sections): readonly KernelRelease[] {
  const [list, index] = path;
  if (list === 'nodes') return directorKernels(sections, (node) => node.path[1] === index);
  const name = list === 'events' ? sections.events[Number(index)]?.entry?.node : undefined;
  return directorKernels(sections, ({ entry }) => name === undefined || name === entry?.name);
}

function checkSysctl(path: Path, kernels: readonly KernelRelease[]): Draft[] {
  const name = String(path.at(-1));
  const info = sysctlInfo(name)!;
  const without = kernels.find((kernel) => !sysctlExistsIn(info, kernel));
  if (without !== undefined) {
    const message = `kernel ${without.text} has no ${name}`;
    return [{ ...draft('E_KERNEL', path, message, `it needs ${sysctlKernels(info)}`), onKey: true }];
  }
  if (path[0] === 'events' && info.kind === 'module parameter') {
    const message = `${name} is a module parameter: it cannot change while the module is loaded`;
    const hint = 'set it under sysctl at the top of the file';
    return [{ ...draft('E_COMBINATION', path, message, hint), onKey: true }];
  }
  return [];
}
