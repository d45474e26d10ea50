/** `ss -tan`, `ss -ltn` and `ss -tin`: listeners one by one, the other sockets counted by state and peer. */
import { Counted } from '../counted.ts';
import { type Format, Notes } from '../format.ts';

const STATES =
  'ESTAB|TIME-WAIT|SYN-SENT|SYN-RECV|FIN-WAIT-1|FIN-WAIT-2|CLOSE-WAIT|LAST-ACK|CLOSING|LISTEN|UNCONN';
const SOCKET = new RegExp(`^(?:tcp\\s+)?(${STATES})\\s+(\\d+)\\s+(\\d+)\\s+(\\S+:\\S+)\\s+(\\S+:\\S+)`, 'u');
const HEAD = /^(?:Netid\s+)?State\s+Recv-Q\s+Send-Q\s/u;

export const SOCKETS: Format = {
  name: 'ss -tan',
  begins: (line) => HEAD.test(line) || SOCKET.test(line),
  read(lines) {
    const notes = new Notes();
    const sockets = new Counted<{ state: string; peer: string }>();
    for (const line of lines) {
      const found = SOCKET.exec(line.text);
      if (found === null) {
        // The second line of -i, and of -p.
        if (!HEAD.test(line.text) && !/^\s/u.test(line.text)) notes.miss(line, 'not a socket');
        continue;
      }
      const [, state = '', queued = '', backlog = '', address = '', peer = ''] = found;
      if (state === 'LISTEN')
        notes.add(line, { kind: 'listener', address, queued: Number(queued), backlog: Number(backlog) });
      else sockets.add(`${state} ${peer}`, { state, peer }, line.number);
    }
    for (const { first, line, count } of sockets.all())
      notes.facts.push({ kind: 'sockets', ...first, count, line });
    return notes.as('ss -tan');
  },
};
