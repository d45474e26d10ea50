/** The few conversions of C's printf that the kernel's and the tools' formats use. */

/** `%-NN s`: text filled up with blanks on the right; never cut. */
export function left(text: string | number, columns: number): string {
  return String(text).padEnd(columns);
}

/** `%NNs`, `%NNd`: filled up with blanks on the left. */
export function right(text: string | number, columns: number): string {
  return String(text).padStart(columns);
}

/** `%0NNX`: upper-case hexadecimal, filled up with zeros. */
export function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

/** The kernel's `%08X` of an address in host byte order, from dotted text. */
export function hexAddress(address: string): string {
  return address
    .split('.')
    .map((byte) => hex(Number(byte), 2))
    .join('');
}

/** An address as a number, for comparisons. */
export function addressNumber(address: string): number {
  return address.split('.').reduce((number, byte) => number * 256 + Number(byte), 0);
}

/** `10.96.0.1:80` */
export function hostPort(address: string, port: number): string {
  return `${address}:${port}`;
}
