/** An IPv4 address, a 32-bit number in host order, as people write it. */
export function formatAddress(address: number): string {
  return `${(address >>> 24) & 255}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

const DOTTED = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/u;

/** `10.0.0.1` as an unsigned number; null for anything else. */
export function parseIpv4(text: string): number | null {
  const bytes = DOTTED.exec(text)?.slice(1).map(Number);
  if (bytes === undefined || bytes.some((byte) => byte > 255)) return null;
  return bytes.reduce((address, byte) => address * 256 + byte, 0);
}
