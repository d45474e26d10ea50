/**
 * What an observer of the kernel model may see. A tap cannot change anything. The model calls it only when
 * one is installed, so that a run without a tap pays nothing.
 */
import type { DropReason } from './drop_reason.ts';

/** Where a packet is seen, in the order a SYN passes them. */
export type TapPoint = 'client' | 'director-in' | 'director-out' | 'real-server';

export interface Tap {
  /** Name of the node that a call is about, where there are several. */
  node?: string | undefined;
  /** `sending` is true where the packet leaves the point, false where it arrives. */
  packet(point: TapPoint, skb: number, sending: boolean): void;
  /** A branch of a kernel function: what it looked at and what it did. */
  decision(
    kernelFunction: string,
    branch: string,
    skb: number,
    values: Readonly<Record<string, string | number>>,
  ): void;
  /** `kernelFunction` decided that the packet goes no further. */
  drop(reason: DropReason, kernelFunction: string, skb: number): void;
  /**
   * An entry of the connection table has had a packet, and its timer is due in `timeout_ns` (with its slack). `kind` is
   * its place in ENTRY_KINDS; `entry` tells it from an older one of the same port that is still to be removed.
   */
  entry(entry: number, flow: EntryFlow, kind: number, timeout_ns: number): void;
  /** The entry is out of the table. */
  entryOver(entry: number): void;
}

/** Whose entry: a client's source port and the service it talks to. One object for all calls: read, not kept. */
export interface EntryFlow {
  caddr: number;
  cport: number;
  vaddr: number;
  vport: number;
}
