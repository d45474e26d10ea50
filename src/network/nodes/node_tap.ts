/** What one of several nodes tells an observer, with its name. */
import type { DropReason } from '../../kernel/drop_reason.ts';
import type { EntryFlow, Tap, TapPoint } from '../../kernel/tap.ts';

export class NodeTap implements Tap {
  readonly #tap: Tap;
  readonly #name: string;

  constructor(tap: Tap, name: string) {
    this.#tap = tap;
    this.#name = name;
  }

  packet(point: TapPoint, skb: number, sending: boolean): void {
    this.#tap.node = this.#name;
    this.#tap.packet(point, skb, sending);
    this.#tap.node = undefined;
  }

  decision(
    kernelFunction: string,
    branch: string,
    skb: number,
    values: Readonly<Record<string, string | number>>,
  ): void {
    this.#tap.node = this.#name;
    this.#tap.decision(kernelFunction, branch, skb, values);
    this.#tap.node = undefined;
  }

  drop(reason: DropReason, kernelFunction: string, skb: number): void {
    this.#tap.node = this.#name;
    this.#tap.drop(reason, kernelFunction, skb);
    this.#tap.node = undefined;
  }

  entry(entry: number, flow: EntryFlow, kind: number, timeout_ns: number): void {
    this.#tap.entry(entry, flow, kind, timeout_ns);
  }

  entryOver(entry: number): void {
    this.#tap.entryOver(entry);
  }
}
