/** Lines of dmesg and of the journal that say what the network dropped. */
import type { KernelMessage } from '../fact.ts';
import { type Format, Notes } from '../format.ts';

const MESSAGES: readonly (readonly [pattern: RegExp, message: KernelMessage])[] = [
  [/nf_conntrack: (?:nf_conntrack: )?table full, dropping packet/u, 'conntrack full'],
  [/[Pp]ossible SYN flooding on port/u, 'syn flooding'],
  [/neighbou?r(?:: \S+:)? table overflow|neighbor table overflow/iu, 'neighbour overflow'],
];
/** Of a service without a real server that may be scheduled: ip_vs_scheduler_err(), v6.1. */
const NO_DESTINATION =
  /IPVS: \w+: (?:(TCP|UDP|SCTP) (\S+:\d+)|FWM (\d+) 0x[\dA-F]{8}) - no destination available/u;
/** Seconds since the start, dmesg -T, and the journal with short and with ISO times. */
const STAMPED =
  /^\[\s*\d+\.\d+\]\s|^\[[A-Z][a-z]{2} [A-Z][a-z]{2}\s+\d+ \d\d:\d\d:\d\d \d{4}\]\s|^(?:[A-Z][a-z]{2}\s+\d+ \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.,]{8,15}\S*) \S+ kernel(?:\[\d+\])?:/u;

export const KERNEL_LOG: Format = {
  name: 'dmesg',
  begins: (line) =>
    STAMPED.test(line) || NO_DESTINATION.test(line) || MESSAGES.some(([pattern]) => pattern.test(line)),
  read(lines) {
    const notes = new Notes();
    const told = new Set<string>();
    for (const line of lines) {
      const bare = NO_DESTINATION.exec(line.text);
      if (bare !== null) {
        const [, protocol = 'fwm', address = '', mark = ''] = bare;
        const service = { protocol: protocol.toLowerCase(), address: address || mark };
        const key = `${service.protocol} ${service.address}`;
        if (!told.has(key)) notes.add(line, { kind: 'message', message: 'no destination', ...service });
        told.add(key);
        continue;
      }
      const message = MESSAGES.find(([pattern]) => pattern.test(line.text))?.[1];
      if (message === undefined || told.has(message)) continue;
      told.add(message);
      notes.add(line, { kind: 'message', message });
    }
    return notes.as('dmesg');
  },
};
