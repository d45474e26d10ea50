/** Rules as `ipvsadm -Sn` and `ipvsadm-save -n` print them. */
import { nameTrouble, withPortNumber } from '../../text/service_names.ts';
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
    /** Services with a real server that is not told by an address. */
    const torn = new Set<string>();
    for (const line of lines) {
      const found = RULE.exec(line.text);
      if (found === null) {
        notes.miss(line, 'not a rule');
        continue;
      }
      const [, option = '', named = '', rest = ''] = found;
      const written = withPortNumber(named);
      const nameless = option === '-f' ? null : nameTrouble(written, 'ipvsadm -Sn');
      if (nameless !== null) {
        notes.miss(line, nameless);
        continue;
      }
      const isIpv6Mark = option === '-f' && /\s-6(?:\s|$)/u.test(rest);
      const address = isIpv6Mark ? markText(Number(written), 6) : written;
      const protocol = PROTOCOLS[option] ?? option.replace(/^--|-service$/gu, '');
      const real = /\s-r\s+(\S+)/u.exec(rest)?.[1];
      const server = real === undefined ? undefined : withPortNumber(real);
      if (server === undefined) {
        const persistent = /\s-p(?:\s+(\d+))?/u.exec(rest);
        const persistent_s = persistent === null ? 0 : Number(persistent[1] ?? 300);
        notes.add(line, { kind: 'service', protocol, address, persistent_s });
      } else {
        const trouble = nameTrouble(server, 'ipvsadm -Sn');
        if (trouble !== null) {
          torn.add(`${protocol} ${address}`);
          notes.miss(line, trouble);
          continue;
        }
        const weight = Number(/\s-w\s+(\d+)/u.exec(rest)?.[1] ?? 1);
        notes.add(line, configuredServer(protocol, address, server, weight));
      }
    }
    for (const [index, fact] of notes.facts.entries()) {
      if (fact.kind === 'service' && torn.has(`${fact.protocol} ${fact.address}`))
        notes.facts[index] = { ...fact, hasUnread: true };
    }
    return notes.as('ipvsadm -Sn');
  },
};
