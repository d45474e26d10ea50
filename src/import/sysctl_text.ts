/**
 * Reads what `sysctl -a` prints, or lines of sysctl.conf: `net.ipv4.vs.conn_reuse_mode = 1`. Only settings
 * that the model has are taken; the others are counted, and named where they belong to IPVS.
 */

export interface ImportedSysctls {
  readonly values: ReadonlyMap<string, string>;
  readonly ignored: readonly string[];
}

/** Nothing that the model takes comes near. */
const LONGEST_LINE = 4000;

export function readSysctls(text: string, known: ReadonlySet<string>): ImportedSysctls {
  const values = new Map<string, string>();
  const ignored: string[] = [];
  let others = 0;
  text.split(/\r?\n/u).forEach((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) return;
    if (line.length > LONGEST_LINE) {
      ignored.push(`line ${index + 1}: longer than ${LONGEST_LINE} characters`);
      return;
    }
    const match = /^-?([\w./-]+)\s*=(.*)$/su.exec(line);
    if (match === null) {
      // `sysctl -a` mixes its own complaints into what it prints.
      if (!/^sysctl:/u.test(line)) ignored.push(`line ${index + 1}: not understood: ${line}`);
      return;
    }
    const [, written = '', value = ''] = match;
    const key = written.includes('.') ? written : written.replaceAll('/', '.');
    if (known.has(key)) values.set(key, value.trim());
    else if (/^net\.ipv4\.vs\./u.test(key)) ignored.push(`${key} = ${value.trim()}: not modelled`);
    else others++;
  });
  if (others > 0) ignored.push(`${others} other sysctls that the model has no use for`);
  return { values, ignored };
}
