/** Rules as `ipvsadm -Sn` and `ipvsadm-save -n` print them. */
import { markText } from '../fact.ts';
import { type Format, Notes } from '../format.ts';
import { configuredServer } from './configured.ts';

const RULE = /^(?:ipvsadm\s+)?-[Aa]\s+(-t|-u|-f|--\w+-service)\s+(\S+)(.*)/u;
const PROTOCOLS: Readonly<Record<string, string>> = { '-t': 'tcp', '-u': 'udp', '-f': 'fwm' };

export const IPVS_RULES: Format = {
  name: 'ipvsadm -Sn',
  begins: (line) => RULE.test(line),
  read(lines) {
    const notes = new Notes();
    for (const line of lines) {
      const found = RULE.exec(line.text);
      if (found === null) {
        notes.miss(line, 'not a rule');
        continue;
      }
      const [, option = '', written = '', rest = ''] = found;
      const isIpv6Mark = option === '-f' && /\s-6(?:\s|$)/u.test(rest);
      const address = isIpv6Mark ? markText(Number(written), 6) : written;
      const protocol = PROTOCOLS[option] ?? option.replace(/^--|-service$/gu, '');
      const server = /\s-r\s+(\S+)/u.exec(rest)?.[1];
      if (server === undefined) {
        const persistent = /\s-p(?:\s+(\d+))?/u.exec(rest);
        const persistent_s = persistent === null ? 0 : Number(persistent[1] ?? 300);
        notes.add(line, { kind: 'service', protocol, address, persistent_s });
      } else {
        const weight = Number(/\s-w\s+(\d+)/u.exec(rest)?.[1] ?? 1);
        notes.add(line, configuredServer(protocol, address, server, weight));
      }
    }
    return notes.as('ipvsadm -Sn');
  },
};
