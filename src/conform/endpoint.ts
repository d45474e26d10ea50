/** Addresses and endpoints as recordings write them. */
import type { AddressBook, BookedEndpoint, Prefix } from '../text/address_book.ts';
import { RecordingError } from './recording.ts';

/** Throws RecordingError, naming the line of the recording, where the text is no endpoint. */
export function parseEndpoint(book: AddressBook, text: string, line: number): BookedEndpoint {
  return book.parseEndpoint(text) ?? refuse(line, 'an address with a port', text);
}

export function parseAddress(book: AddressBook, text: string, line: number): number {
  return book.parse(text) ?? refuse(line, 'an address', text);
}

/** `10.0.8.0/24`, `fd00:8::/64` */
export function parseNetwork(book: AddressBook, text: string, line: number): Prefix {
  const [address = '', bits = ''] = text.split('/');
  const length = Number(bits);
  if (!/^\d{1,3}$/.test(bits) || length > (address.includes(':') ? 128 : 32)) refuse(line, 'a network', text);
  return { addr: book.prefixOf(parseAddress(book, address, line) | 0, length), length };
}

function refuse(line: number, what: string, text: string): never {
  throw new RecordingError(line, `not ${what}: ${JSON.stringify(text)}`);
}
