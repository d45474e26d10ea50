/** Addresses and endpoints as recordings write them. */
import { RecordingError } from './recording.ts';

export interface Endpoint {
  readonly address: number;
  readonly port: number;
}

/** Throws RecordingError, naming the line of the recording, where the text is no endpoint. */
export function parseEndpoint(text: string, line: number): Endpoint {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3}):(\d{1,5})$/.exec(text);
  const numbers = match?.slice(1).map(Number);
  if (numbers === undefined || numbers.some((n, i) => n > (i < 4 ? 255 : 65535))) {
    throw new RecordingError(line, `not an address with a port: ${JSON.stringify(text)}`);
  }
  const [a, b, c, d, port] = numbers as [number, number, number, number, number];
  return { address: ((a << 24) | (b << 16) | (c << 8) | d) >>> 0, port };
}

export function parseAddress(text: string, line: number): number {
  return parseEndpoint(`${text}:0`, line).address;
}

/** `10.0.8.0/24`: signed, as packets carry addresses. */
export function parseNetwork(text: string, line: number): { readonly addr: number; readonly mask: number } {
  const [address = '', bits = ''] = text.split('/');
  const length = Number(bits);
  if (!/^\d{1,2}$/.test(bits) || length > 32) {
    throw new RecordingError(line, `not a network: ${JSON.stringify(text)}`);
  }
  const mask = length === 0 ? 0 : -1 << (32 - length);
  return { addr: parseAddress(address, line) & mask, mask };
}
