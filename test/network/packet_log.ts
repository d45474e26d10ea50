/** Writes down what a client and its server say to each other, as `C SYN`, `S SYN ACK` ... */
import { type SkBuffs, TH_ACK, TH_FIN, TH_PUSH, TH_RST, TH_SYN } from '../../src/kernel/sk_buff.ts';
import type { Tap, TapPoint } from '../../src/kernel/tap.ts';

const FLAGS = [
  [TH_SYN, 'SYN'],
  [TH_PUSH, 'PSH'],
  [TH_FIN, 'FIN'],
  [TH_RST, 'RST'],
  [TH_ACK, 'ACK'],
] as const;

export interface SentPacket {
  readonly at_ns: number;
  readonly text: string;
  readonly source: number;
  readonly sourcePort: number;
  readonly seq: number;
  readonly ack: number;
  readonly length: number;
}

export class PacketLog implements Tap {
  readonly sent: SentPacket[] = [];
  readonly drops: string[] = [];
  readonly #skbs: SkBuffs;
  readonly #clock: { readonly now_ns: number };

  constructor(skbs: SkBuffs, clock: { readonly now_ns: number }) {
    this.#skbs = skbs;
    this.#clock = clock;
  }

  get texts(): string[] {
    return this.sent.map(({ text }) => text);
  }

  packet(point: TapPoint, skb: number, sending: boolean): void {
    if (!sending || (point !== 'client' && point !== 'real-server')) return;
    const skbs = this.#skbs;
    const names = FLAGS.filter(([bit]) => (skbs.flags(skb) & bit) !== 0).map(([, name]) => name);
    this.sent.push({
      at_ns: this.#clock.now_ns,
      text: [point === 'client' ? 'C' : 'S', ...names].join(' '),
      source: skbs.saddr(skb),
      sourcePort: skbs.sport(skb),
      seq: skbs.seq(skb) >>> 0,
      ack: skbs.ack(skb) >>> 0,
      length: skbs.len(skb),
    });
  }

  decision(): void {}

  entry(): void {}

  entryOver(): void {}

  drop(reason: string): void {
    this.drops.push(reason);
  }
}
