/** How many segments a message makes, with the 1500 bytes of an Ethernet. */
const TCP_MSS = 1460;

export function segmentsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / TCP_MSS));
}
