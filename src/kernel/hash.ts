/** include/linux/hash.h: hash_32(), and lib/siphash.c: hsiphash() as 64-bit kernels compute it. */

/** The upper `bits` bits of value * GOLDEN_RATIO_32. */
function hash_32(value: number, bits: number): number {
  return Math.imul(value, 0x61c88647) >>> (32 - bits);
}

/**
 * The bucket of sh and dh. Before v4.18 they took the lower bits of a product, which for addresses that
 * differ only in their upper bits are always the same.
 */
export function schedulerHash(value: number, bits: number, upperBits: boolean): number {
  return upperBits ? hash_32(value, bits) : Math.imul(value, 2654435761) & ((1 << bits) - 1);
}

const MASK_64 = (1n << 64n) - 1n;

function rotateLeft(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK_64;
}

/** SipHash-1-3 of one 32-bit word under the key (k0, k1), cut to 32 bits (hsiphash_1u32). */
export function hsiphash_1u32(word: number, k0: bigint, k1: bigint): number {
  let v0 = 0x736f6d6570736575n ^ k0;
  let v1 = 0x646f72616e646f6dn ^ k1;
  let v2 = 0x6c7967656e657261n ^ k0;
  let v3 = 0x7465646279746573n ^ k1;
  const round = () => {
    v0 = (v0 + v1) & MASK_64;
    v1 = rotateLeft(v1, 13n) ^ v0;
    v0 = rotateLeft(v0, 32n);
    v2 = (v2 + v3) & MASK_64;
    v3 = rotateLeft(v3, 16n) ^ v2;
    v0 = (v0 + v3) & MASK_64;
    v3 = rotateLeft(v3, 21n) ^ v0;
    v2 = (v2 + v1) & MASK_64;
    v1 = rotateLeft(v1, 17n) ^ v2;
    v2 = rotateLeft(v2, 32n);
  };
  const block = (4n << 56n) | BigInt(word >>> 0);
  v3 ^= block;
  round();
  v0 ^= block;
  v2 ^= 0xffn;
  round();
  round();
  round();
  return Number((v0 ^ v1 ^ v2 ^ v3) & 0xffffffffn);
}
