/**
 * What evidence says: facts, each with the place where it stands. Large tables are counted while they are read, so
 * that a table of a million entries is a few facts.
 */

import type { Family } from '../text/endpoint.ts';
import type { Transport } from '../text/transport.ts';

export interface Place {
  readonly file: string;
  /** From 1; the first of the lines that a count sums up. Of a capture, the number of a packet. */
  readonly line: number;
}

export type FactBody =
  | {
      readonly kind: 'service';
      readonly protocol: string;
      /** `10.96.0.1:80`, or a firewall mark as markText() writes it. */
      readonly address: string;
      /** Seconds, 0 for none. */
      readonly persistent_s: number;
      /** Rows of its real servers were not understood, or tell no weight: there are more than the facts have. */
      readonly hasUnread?: true;
    }
  | {
      /** Packets to that address get a firewall mark. */
      readonly kind: 'mark';
      readonly mark: number;
      readonly protocol: Transport;
      readonly address: string;
    }
  | {
      readonly kind: 'server';
      readonly protocol: string;
      readonly service: string;
      readonly address: string;
      readonly weight: number;
      /** ActiveConn and InActConn; null where what was handed in does not count them. */
      readonly active: number | null;
      readonly inactive: number | null;
      /** How its packets get there, if the text tells. */
      readonly forward?: Forward;
    }
  | {
      /** Entries of the connection table that agree in protocol, service, real server and state. */
      readonly kind: 'entries';
      readonly protocol: string;
      readonly service: string;
      readonly server: string;
      readonly state: string;
      readonly count: number;
      /** Different addresses of clients; entries of source port 0 are templates of persistence. */
      readonly clients: number;
      readonly templates: number;
    }
  | {
      /** Packets, or packets per second, of a real server: to it, and from it through the node. */
      readonly kind: 'packets';
      readonly protocol: string;
      readonly service: string;
      readonly server: string;
      readonly to: number;
      readonly from: number;
    }
  | { readonly kind: 'sysctl'; readonly key: string; readonly value: string }
  | { readonly kind: 'kernel'; readonly text: string }
  | {
      /** A counter of the kernel, as nstat calls it; those of conntrack -S are summed: `conntrack.drop`. */
      readonly kind: 'counter';
      readonly name: string;
      readonly value: number;
    }
  | {
      /** That a table was listed, with so many rows: one without any is a fact, too. */
      readonly kind: 'listing';
      readonly of: 'entries';
      readonly count: number;
    }
  | {
      /** Connections per second, as IPVS counts and averages them: of a service, or of all (null). */
      readonly kind: 'rate';
      readonly service: string | null;
      readonly conns_per_s: number;
    }
  | {
      /** Flows of connection tracking to one destination. */
      readonly kind: 'flows';
      readonly protocol: string;
      readonly destination: string;
      /** Who answers, where NAT or IPVS put another address in its place. */
      readonly answers: string;
      /** Of TCP; empty for others. */
      readonly state: string;
      readonly count: number;
      /** Different addresses that began them. */
      readonly clients: number;
      readonly unreplied: number;
    }
  | {
      /** TCP sockets of a host by state and peer. */
      readonly kind: 'sockets';
      readonly state: string;
      readonly peer: string;
      readonly count: number;
    }
  | {
      readonly kind: 'listener';
      readonly address: string;
      readonly queued: number;
      readonly backlog: number;
    }
  | {
      /** Connects that a client or a proxy timed. */
      readonly kind: 'connects';
      readonly count: number;
      /** How many of them took as long as one or several SYN retransmissions: about 1, 3 or 7 s. Null: not told. */
      readonly retried: number | null;
      readonly median_ms: number;
      /** Seen by a capture: what the application met besides, it does not tell. */
      readonly isCaptured?: true;
      /** When the first of those was, in seconds from the first connect, and how many were before it. */
      readonly onset?: { readonly after_s: number; readonly connects: number };
    }
  | {
      /** Whole requests, in milliseconds from the connect's end to the last byte. */
      readonly kind: 'requests';
      readonly count: number;
      readonly median_ms: number;
      readonly slowest_ms: number;
    }
  | {
      /** What a load generator was told to do, and did: requests per second, connections at once, seconds. */
      readonly kind: 'load';
      readonly rate: number | null;
      readonly concurrency: number | null;
      readonly duration_s: number | null;
    }
  | {
      readonly kind: 'error';
      readonly error: ClientError;
      readonly count: number;
      /** Whom it was about, if the text tells. */
      readonly to?: string;
    }
  | {
      /** Connects from a source port whose last connection to that service ended within 120 s, and the others. */
      readonly kind: 'reuse';
      readonly reused: number;
      /** How many of each had to send their SYN again. */
      readonly reusedRetried: number;
      readonly fresh: number;
      readonly freshRetried: number;
      /** From a port of which is not known who had it before. */
      readonly unknown: number;
      readonly unknownRetried: number;
    }
  | {
      /** Handshakes by a capture, and those that the server forgot after the client had gone on to speak. */
      readonly kind: 'handshakes';
      readonly count: number;
      readonly forgotten: number;
    }
  | {
      /** SYNs that came to the node by a capture of both its sides, and how many of them it did not send on. */
      readonly kind: 'syns at the node';
      readonly came: number;
      readonly kept: number;
    }
  | {
      /** Connects that were seen to go to a real server, and how many of them it answered late, never, or refused. */
      readonly kind: 'connects at a server';
      readonly service: string;
      readonly server: string;
      readonly count: number;
      /** Not the first SYN that went there. */
      readonly late: number;
      readonly unanswered: number;
      readonly refused: number;
    }
  | {
      /** Connections that were reset at the first packet after a pause, and the shortest of the pauses. */
      readonly kind: 'idle resets';
      readonly count: number;
      readonly least_s: number;
    }
  | {
      readonly kind: 'message';
      readonly message: KernelMessage;
      /** Of which it tells: protocol and address, as a service's. */
      readonly protocol?: string;
      readonly address?: string;
    };

export type Forward = 'masq' | 'route' | 'tunnel' | 'local';
export type ClientError = 'reset' | 'refused' | 'timeout' | 'no port' | 'unreachable';
export type KernelMessage = 'conntrack full' | 'syn flooding' | 'neighbour overflow' | 'no destination';

export type Fact = FactBody & {
  readonly at: Place;
  /** Where it was taken, if the text tells; null where it does not. */
  readonly host: string | null;
  /** Of an output that was handed in only in part: what is not in it may be there all the same. */
  readonly isPart?: true;
};
export type FactOf<Kind extends Fact['kind']> = Extract<Fact, { readonly kind: Kind }>;

/** `1`, or `1 IPv6`: services by the same mark are two where they are of both families. */
export function markText(mark: number, family: Family): string {
  return family === 6 ? `${mark} IPv6` : String(mark);
}
