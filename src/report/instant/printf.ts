/** The few conversions of C's printf that the kernel's and the tools' formats use. */
import { parseIpv4 } from '../../text/ipv4.ts';
import { parseIpv6 } from '../../text/ipv6.ts';

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

/** An address as the kernel prints it: `%08X` of IPv4, `%pI6` of IPv6, which is never shortened. */
export function kernelAddress(address: string): string {
  const words = addressWords(address);
  if (words.length === 1) return hex(words[0]!, 8);
  return words
    .flatMap((word) => [word >>> 16, word & 0xffff])
    .map((group) => group.toString(16).padStart(4, '0'))
    .join(':');
}

/** An address as 32-bit numbers: one of IPv4, four of IPv6. */
export function addressWords(address: string): readonly number[] {
  return parseIpv6(address) ?? [parseIpv4(address)!];
}
