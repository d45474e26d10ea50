/** `sysctl -a`, the lines of sysctl.conf, or files of /proc/sys with their names. */
import { type Format, Notes } from '../format.ts';

/** `grep . /proc/sys/net/ipv4/vs/*` */
const FILE = /^\/proc\/sys\/([\w./-]+):\s*(-?\d.*)$/u;
const SETTING = /^-?((?:net|kernel|vm|fs|user|dev|abi|debug|sunrpc|crypto)[./][\w./-]+)\s*=\s*(.*)/u;

export const SYSCTLS: Format = {
  name: 'sysctl -a',
  begins: (line) => SETTING.test(line) || FILE.test(line),
  read(lines) {
    const notes = new Notes();
    for (const line of lines) {
      const found = SETTING.exec(line.text) ?? FILE.exec(line.text);
      if (found !== null) {
        const [, written = '', value = ''] = found;
        const key = written.includes('.') ? written : written.replaceAll('/', '.');
        notes.add(line, { kind: 'sysctl', key, value: value.trim() });
        if (key === 'kernel.osrelease') notes.add(line, { kind: 'kernel', text: value.trim() });
      } else if (!/^(?:sysctl:|[#;])/u.test(line.text)) notes.miss(line, 'not a setting');
    }
    return notes.as('sysctl -a');
  },
};
