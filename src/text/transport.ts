/** Transport protocols of services: the names that people write, and their numbers in the header of IP. */

export const TRANSPORT_NUMBERS = { tcp: 6, udp: 17, sctp: 132 } as const;

export type Transport = keyof typeof TRANSPORT_NUMBERS;

export const TRANSPORTS = ['tcp', 'udp', 'sctp'] as const satisfies readonly Transport[];

/** The name of a protocol by its number, which is that of one of them. */
export function transportName(protocol: number): Transport {
  return TRANSPORTS.find((name) => TRANSPORT_NUMBERS[name] === protocol)!;
}
