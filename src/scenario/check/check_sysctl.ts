/** Settings that the chosen kernel does not have, or that cannot change while it runs. */

import type { KernelRelease } from '../../kernel/release/release.ts';
import { type Draft, draft, type Path } from '../draft.ts';
import type { Sections } from '../schema/sections.ts';
import { sysctlExistsIn, sysctlInfo, sysctlKernels } from '../sysctl.ts';

export function checkSysctls({ kernel, sysctls }: Sections): Draft[] {
  return sysctls.flatMap((path) => checkSysctl(path, kernel));
}

function checkSysctl(path: Path, kernel: KernelRelease | null): Draft[] {
  const name = String(path.at(-1));
  const info = sysctlInfo(name)!;
  if (kernel !== null && !sysctlExistsIn(info, kernel)) {
    const message = `kernel ${kernel.text} has no ${name}`;
    return [{ ...draft('E_KERNEL', path, message, `it needs ${sysctlKernels(info)}`), onKey: true }];
  }
  if (path[0] === 'events' && info.kind === 'module parameter') {
    const message = `${name} is a module parameter: it cannot change while the module is loaded`;
    const hint = 'set it under sysctl at the top of the file';
    return [{ ...draft('E_COMBINATION', path, message, hint), onKey: true }];
  }
  return [];
}
