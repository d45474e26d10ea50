/** A key of `--set` and `--vary` as people write it, in the form that is dotted as in the scenario file. */

/** What /proc/sys holds: no section of a scenario file is called like one of these, and kernel has no parts. */
const SYSCTL_ROOTS = /^(?:abi|crypto|debug|dev|fs|kernel|net|sunrpc|user|vm)[./]/;

const SYSCTL_PLACE = /^(sysctl|(?:nodes|events)\.\d+\.sysctl)\.(.+)$/;

/** `net.ipv4.vs.conntrack` and `sysctl.net/ipv4/vs/conntrack` as `sysctl.net.ipv4.vs.conntrack`. */
export function fullKey(key: string): string {
  if (SYSCTL_ROOTS.test(key)) return `sysctl.${sysctlName(key)}`;
  const placed = SYSCTL_PLACE.exec(key);
  return placed === null ? key : `${placed[1]}.${sysctlName(placed[2]!)}`;
}

/** sysctl(8): where a slash is the first separator, slashes separate and dots belong to the parts. */
function sysctlName(name: string): string {
  if (/[./]/.exec(name)?.[0] !== '/') return name;
  return name.replace(/[./]/g, (separator) => (separator === '/' ? '.' : '/'));
}
