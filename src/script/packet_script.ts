/**
 * A packet script: one IPVS service, and what happens to it step by step, packet by packet. It is the smallest
 * scenario there is, and the form in which a question can be put to the model and to a real kernel alike.
 */
import type { ForwardingMethod } from '../kernel/ipvs/ip_vs_dest.ts';

export interface PacketScript {
  /** Its first comment line, or empty. */
  readonly title: string;
  /** As `uname -r` prints it; null where any kernel is meant. */
  readonly kernel: string | null;
  readonly hz: 100 | 250 | 1000;
  readonly service: ScriptService;
  readonly realServers: readonly ScriptServer[];
  /** By full name, those of the setup only. */
  readonly sysctl: Readonly<Record<string, number>>;
  /** Whether some rule makes conntrack look at packets. */
  readonly track: boolean;
  readonly steps: readonly ScriptStep[];
}

export interface ScriptService {
  readonly protocol: 'tcp' | 'udp';
  /** ADDRESS:PORT */
  readonly address: string;
  readonly scheduler: string;
  readonly schedulerFlags: readonly string[];
  readonly forward: ForwardingMethod;
  /** Seconds; 0 without persistence. */
  readonly persistent_s: number;
  readonly onePacket: boolean;
}

export interface ScriptServer {
  /** ADDRESS:PORT */
  readonly address: string;
  readonly weight: number;
}

interface At {
  /** Where the step stands in the file. */
  readonly line: number;
  /** Since the beginning of the script. */
  readonly at_ns: number;
}

export interface PacketStep extends At {
  readonly kind: 'packet';
  /** Who sends it. */
  readonly from: 'client' | 'server';
  readonly source: string;
  readonly destination: string;
  /** Letters of SFRPA, in the order written; null for UDP. */
  readonly flags: string | null;
  readonly length: number;
  /** As written; what is not written follows from the flow (flows.ts). */
  readonly seq: number | null;
  readonly ack: number | null;
  /** Sent a second time: with the numbers of this end's last packet. */
  readonly again: boolean;
}

export interface CommandStep extends At {
  readonly kind: 'command';
  readonly command:
    | { readonly name: 'weight'; readonly server: string; readonly weight: number }
    | { readonly name: 'add'; readonly server: string; readonly weight: number }
    | { readonly name: 'delete'; readonly server: string }
    | { readonly name: 'sysctl'; readonly key: string; readonly value: number }
    | { readonly name: 'timeout'; readonly tcp: number; readonly tcpfin: number; readonly udp: number }
    | { readonly name: 'sleep' };
}

export interface ExpectStep extends At {
  readonly kind: 'expect';
  readonly expectation: Expectation;
}

export type ScriptStep = PacketStep | CommandStep | ExpectStep;

export type Expectation =
  | { readonly about: 'nothing' }
  | {
      readonly about: 'frame';
      readonly to: 'client' | 'server';
      /** Letters in the order SFRPA, `udp`, or `TYPE/CODE` of an ICMP error. */
      readonly what: string;
      /** The real server's address, with or without a port; null where any is meant. */
      readonly server: string | null;
    }
  | {
      readonly about: 'entry';
      readonly client: string;
      /** Null: there must be none. */
      readonly state: string | null;
      readonly server: string | null;
      /** Seconds, to one. */
      readonly expires_s: number | null;
    }
  | {
      readonly about: 'conntrack';
      readonly client: string;
      readonly state: string | null;
      readonly expires_s: number | null;
    }
  | {
      readonly about: 'counters';
      readonly server: string;
      readonly active: number;
      readonly inactive: number;
    };

/** One line each, in the words of the script, for reports. */
export function expectationText(expectation: Expectation): string {
  switch (expectation.about) {
    case 'nothing':
      return 'nothing';
    case 'frame': {
      const server = expectation.server === null ? '' : ` to ${expectation.server}`;
      const icmp = expectation.what.includes('/') ? 'icmp ' : '';
      return `${expectation.to} ${icmp}${expectation.what}${server}`;
    }
    case 'entry':
    case 'conntrack': {
      const { about, client, state, expires_s } = expectation;
      if (state === null) return `no ${about} ${client}`;
      const server =
        expectation.about === 'entry' && expectation.server !== null ? ` to ${expectation.server}` : '';
      return `${about} ${client} ${state}${server}${expires_s === null ? '' : ` expires ${expires_s}`}`;
    }
    default:
      return `counters ${expectation.server} ${expectation.active} ${expectation.inactive}`;
  }
}

/** TCP flags in one order, for comparing. */
export function sortedFlags(letters: string): string {
  return [...'SFRPA'].filter((letter) => letters.includes(letter)).join('');
}
