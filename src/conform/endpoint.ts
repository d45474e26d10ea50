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
