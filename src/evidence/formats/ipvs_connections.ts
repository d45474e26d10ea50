/** `ipvsadm -Lnc` and /proc/net/ip_vs_conn, counted by service, real server and state. */
import { nameTrouble, withPortNumber } from '../../text/service_names.ts';
import { Counted } from '../counted.ts';
import { type Format, Notes } from '../format.ts';
import { hexEndpoint } from './ipvs_table.ts';

const LISTED =
  /^(TCP|UDP|SCTP|IP)\s+(\d+:\d\d)\s+([A-Z][A-Z\d_-]*)\s+(\[[\da-f:.]+\]|[\w.-]+):([\w-]+)\s+(\S+:[\w-]+)\s+(\S+:[\w-]+)/u;
/** Addresses are eight digits, or eight groups of four where they are of IPv6. */
const PROC =
  /^(TCP|UDP|SCTP|IP)\s+([\dA-F]{8}|[\da-f:]{39}) ([\dA-F]{4}) ([\dA-F]{8}|[\da-f:]{39}) ([\dA-F]{4}) ([\dA-F]{8}|[\da-f:]{39}) ([\dA-F]{4}) ([A-Z][A-Z\d_-]*)\s/u;

const HEADING = /^(?:IPVS connection entries|pro expire state|Pro FromIP\s)/iu;

interface Entry {
  readonly protocol: string;
  readonly state: string;
  readonly client: string;
  readonly port: string;
  readonly service: string;
  readonly server: string;
}

export const IPVS_CONNECTIONS: Format = {
  name: 'ipvsadm -Lnc',
  begins: (line) => HEADING.test(line) || entryOf(line) !== null,
  read(lines) {
    const notes = new Notes();
    const groups = new Counted<Entry>();
    let isProc = false;
    for (const line of lines) {
      if (HEADING.test(line.text)) {
        isProc ||= line.text.startsWith('Pro FromIP');
        continue;
      }
      const entry = entryOf(line.text);
      const trouble = entry === null ? 'not a connection entry' : troubleOf(entry);
      if (entry === null || trouble !== null) notes.miss(line, trouble!);
      else {
        const { protocol, service, server, state } = entry;
        groups.add(
          [protocol, service, server, state].join(' '),
          entry,
          line.number,
          entry.client,
          entry.port === '0',
        );
      }
    }
    const all = groups.all();
    // What grep or tail let through has no heading, and says nothing of what is not there; nor does what has dots in it.
    const heading = lines.find(({ text }) => HEADING.test(text));
    if (heading !== undefined && notes.unread.length === 0)
      notes.add(heading, {
        kind: 'listing',
        of: 'entries',
        count: all.reduce((sum, group) => sum + group.count, 0),
      });
    for (const { first, line, count, members, marked } of all) {
      const { protocol, service, server, state } = first;
      notes.facts.push({
        kind: 'entries',
        protocol,
        service,
        server,
        state,
        count,
        clients: members,
        templates: marked,
        line,
      });
    }
    return notes.as(isProc ? '/proc/net/ip_vs_conn' : 'ipvsadm -Lnc');
  },
};

/** A client may be a name: how many there are is all that is counted of them. */
function troubleOf({ service, server }: Entry): string | null {
  return nameTrouble(service, 'ipvsadm -Lnc') ?? nameTrouble(server, 'ipvsadm -Lnc');
}

function entryOf(line: string): Entry | null {
  const listed = LISTED.exec(line);
  if (listed !== null) {
    const [, protocol = '', , state = '', client = '', port = '', service = '', server = ''] = listed;
    return {
      protocol: protocol.toLowerCase(),
      state,
      client,
      port,
      service: withPortNumber(service),
      server: withPortNumber(server),
    };
  }
  const proc = PROC.exec(line);
  if (proc === null) return null;
  const [
    ,
    protocol = '',
    from = '',
    fromPort = '',
    to = '',
    toPort = '',
    dest = '',
    destPort = '',
    state = '',
  ] = proc;
  return {
    protocol: protocol.toLowerCase(),
    state,
    client: from,
    port: String(Number.parseInt(fromPort, 16)),
    service: hexEndpoint(to, toPort),
    server: hexEndpoint(dest, destPort),
  };
}
