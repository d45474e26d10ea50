/** An IPv4 address, a 32-bit number in host order, as people write it. */
export function formatAddress(address: number): string {
  return `${(address >>> 24) & 255}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

export function formatEndpoint(address: number, port: number): string {
  return `${formatAddress(address)}:${port}`;
}
