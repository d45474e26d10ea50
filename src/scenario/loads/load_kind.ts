/**
 * What a kind of load says of itself: its keys in a scenario file, and what becomes of them. When its requests
 * are sent is said by its pacer (network/pacers.ts).
 */
import type * as z from 'zod';

/** How a report writes a time. */
type Time = (value_ns: number) => string;

/** Keys of a client that are right by themselves. */
export type LoadEntry<Fields extends Readonly<Record<string, z.ZodType>>> = {
  readonly [Key in keyof Fields]?: z.output<Fields[Key]>;
};

export interface LoadKind<Fields extends Readonly<Record<string, z.ZodType>>, Load> {
  /** The key that asks for this load; a client has one such. */
  readonly key: keyof Fields & string;
  /** In words, beside the key: "closed loop". */
  readonly about: string;
  /** Its keys, `key` first. */
  readonly fields: Fields;
  /** Whether its requests can share connections. */
  readonly keepsConnections: boolean;
  /** The load of a client that has `key`. */
  read(entry: LoadEntry<Fields>): Load;
  /** The keys again. */
  entry(load: Load, duration: Time): Readonly<Record<string, unknown>>;
  words(load: Load, time: Time): string;
  /** Requests under way at once, where the load itself limits them; else 0. */
  concurrency(load: Load): number;
  /** How many requests it is, where the load says so and the client's `requests` does not. */
  readonly requests?: (load: Load) => number;
  /** Requests per second where nothing holds them up and each takes so long. */
  demand_per_s(load: Load, request_ns: number): number;
  /** One of so many clients that share the load; null where it cannot be shared. */
  share(load: Load, clients: number): Load | null;
}

/** So that every kind is checked against the interface and keeps the types of its keys. */
export function loadKind<const Fields extends Readonly<Record<string, z.ZodType>>, Load>(
  kind: LoadKind<Fields, Load>,
): LoadKind<Fields, Load> {
  return kind;
}
