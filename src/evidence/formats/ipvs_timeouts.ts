/** `ipvsadm -l --timeout`: `Timeout (tcp tcpfin udp): 900 120 300`. */
import { type Format, Notes } from '../format.ts';

const TIMEOUTS = /^Timeout \(tcp tcpfin udp\):\s*(\d+)\s+(\d+)\s+(\d+)/u;

export const IPVS_TIMEOUTS: Format = {
  name: 'ipvsadm -l --timeout',
  begins: (line) => TIMEOUTS.test(line),
  read(lines) {
    const notes = new Notes();
    for (const line of lines) {
      const found = TIMEOUTS.exec(line.text);
      if (found === null) notes.miss(line, 'not the three timeouts');
      else
        ['tcp', 'tcpfin', 'udp'].forEach((name, index) => {
          notes.add(line, { kind: 'sysctl', key: `net.ipv4.vs.timeout.${name}`, value: found[index + 1]! });
        });
    }
    return notes.as('ipvsadm -l --timeout');
  },
};
