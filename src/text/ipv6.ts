/** An IPv6 address: four 32-bit words, the first one first, each unsigned and in host order. */
export type Ipv6Words = readonly [number, number, number, number];

/** How many groups of 16 bits an address has. */
const GROUPS = 8;
const GROUP = /^[\da-f]{1,4}$/iu;
const DOTTED = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/u;
/** Longer texts are no address, whatever is in them: eight groups, or six and a dotted rest. */
const LONGEST = 45;

/** `fd00::1`, also with its last two groups in dots; null for anything else, a zone (`%eth0`) included. */
export function parseIpv6(text: string): Ipv6Words | null {
  if (text.length > LONGEST) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = groupsOf(halves[0]!, halves.length === 1);
  const tail = halves.length === 1 ? [] : groupsOf(halves[1]!, true);
  if (head === null || tail === null) return null;
  const missing = GROUPS - head.length - tail.length;
  // "::" stands for one group at least.
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const word = (i: number) => groups[2 * i]! * 0x10000 + groups[2 * i + 1]!;
  return [word(0), word(1), word(2), word(3)];
}

function groupsOf(text: string, isLast: boolean): number[] | null {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [i, part] of parts.entries()) {
    if (GROUP.test(part)) groups.push(Number.parseInt(part, 16));
    else {
      const bytes = isLast && i === parts.length - 1 ? DOTTED.exec(part)?.slice(1).map(Number) : undefined;
      if (bytes === undefined || bytes.some((byte) => byte > 255)) return null;
      const [a, b, c, d] = bytes as [number, number, number, number];
      groups.push(a * 256 + b, c * 256 + d);
    }
  }
  return groups;
}

/** As RFC 5952 has it and the kernel's %pI6c prints it: small letters, "::" for the longest run of zeros. */
export function formatIpv6(words: Ipv6Words): string {
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  const { start, length } = longestZeros(groups);
  const hex = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  if (length < 2) return hex(0, GROUPS);
  return `${hex(0, start)}::${hex(start + length, GROUPS)}`;
}

/** The first of the longest runs. */
function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < GROUPS; start++) {
    let end = start;
    while (end < GROUPS && groups[end] === 0) end++;
    if (end - start > best.length) best = { start, length: end - start };
  }
  return best;
}

/** The same with all bits beyond the first `length` cleared. */
export function ipv6Prefix(words: Ipv6Words, length: number): Ipv6Words {
  const word = (i: 0 | 1 | 2 | 3) => {
    const bits = Math.min(32, Math.max(0, length - 32 * i));
    return bits === 0 ? 0 : (words[i] & (-1 << (32 - bits))) >>> 0;
  };
  return [word(0), word(1), word(2), word(3)];
}

/** The address that comes `count` after another one; after the last one the first. */
export function ipv6After(words: Ipv6Words, count: number): Ipv6Words {
  return fromBigInt(toBigInt(words) + BigInt(count));
}

/** How many addresses lie between the two, both included; less than one where the second comes first. */
export function ipv6Count(first: Ipv6Words, last: Ipv6Words): bigint {
  return toBigInt(last) - toBigInt(first) + 1n;
}

function toBigInt(words: Ipv6Words): bigint {
  return words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
}

function fromBigInt(value: bigint): Ipv6Words {
  const word = (i: number) => Number((value >> BigInt(96 - 32 * i)) & 0xffffffffn);
  return [word(0), word(1), word(2), word(3)];
}
