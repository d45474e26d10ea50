/** Addresses as text and as numbers. The parser has already refused what is no address. */

export interface AddressPort {
  readonly addr: number;
  readonly port: number;
}

/** `10.0.0.1` as an unsigned 32-bit number. */
export function parseAddress(text: string): number {
  const bytes = text.split('.').map(Number);
  if (bytes.length !== 4 || bytes.some((byte) => !(byte >= 0 && byte <= 255))) {
    throw new RangeError(`not an IPv4 address: ${text}`);
  }
  return bytes.reduce((address, byte) => address * 256 + byte, 0);
}

/** `10.96.0.1:80`. */
export function parseAddressPort(text: string): AddressPort {
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  if (colon < 0 || !Number.isInteger(port) || port < 1 || port > 65535) {
    throw new RangeError(`not an address with a port: ${text}`);
  }
  return { addr: parseAddress(text.slice(0, colon)), port };
}
