/** Hash chains against plain lists: every node in its chain, the newest first, while buckets are added. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HashChains, mix, mixNear, NEAR_BITS, NO_NODE } from '../../src/engine/hash_chains.ts';

const NODES = 200;

function chainOf(chains: HashChains, hash: number): number[] {
  const nodes: number[] = [];
  for (let node = chains.first(hash); node !== NO_NODE; node = chains.next(node)) nodes.push(node);
  return nodes;
}

test('nodes of one hash are found newest first, whatever else happens', () => {
  const operation = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), node: fc.nat(NODES - 1) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), node: fc.nat(NODES - 1) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('bucket' as const) }) },
  );
  fc.assert(
    fc.property(fc.nat(40), fc.array(operation, { size: 'max', maxLength: 300 }), (hashes, operations) => {
      const hashOf = (node: number) => mix(node % (hashes + 1), 0, 0);
      const chains = new HashChains(hashOf);
      chains.reserve(NODES - 1);
      let inChains: number[] = [];
      let buckets = 16;
      for (const step of operations) {
        if (step.kind === 'bucket') {
          if (++buckets <= NODES) chains.addBucket();
        } else if (step.kind === 'add') {
          if (inChains.includes(step.node)) continue;
          chains.add(step.node, hashOf(step.node));
          inChains.unshift(step.node);
        } else if (inChains.includes(step.node)) {
          chains.remove(step.node, hashOf(step.node));
          inChains = inChains.filter((node) => node !== step.node);
        }
      }
      for (const node of inChains) {
        const hash = hashOf(node);
        const sameHash = (other: number) => hashOf(other) === hash;
        expect(chainOf(chains, hash).filter(sameHash)).toEqual(inChains.filter(sameHash));
      }
      const all = new Set<number>();
      for (let node = 0; node < NODES; node++)
        for (const found of chainOf(chains, hashOf(node))) all.add(found);
      expect(all.size).toBe(inChains.length);
    }),
  );
});

/** Chains of 28 232 flows whose ports are `stride` apart, from as many addresses as that takes. */
function chainLengths(stride: number): number[] {
  const FLOWS = 28_232;
  const perAddress = Math.floor(60_000 / stride);
  const hashOf = (flow: number) => {
    const port = 1024 + (flow % perAddress) * stride;
    return mixNear(0x0a000001 + Math.floor(flow / perAddress), port & ~NEAR_BITS, 6, port);
  };
  const chains = new HashChains(hashOf);
  chains.reserve(FLOWS - 1);
  for (let flow = 0; flow < FLOWS; flow++) {
    if (flow >= 16) chains.addBucket();
    chains.add(flow, hashOf(flow));
  }
  return Array.from({ length: FLOWS }, (_, flow) => chainOf(chains, hashOf(flow)).length);
}

test.each([1, 2, 3, 5])('flows whose ports are %i apart spread over the buckets', (stride) => {
  expect(Math.max(...chainLengths(stride))).toBeLessThan(14);
});

test.each([16, 32, 64, 256, 1024, 4096, 30_000])(
  'ports chosen to collide, %i apart, make chains longer, but not long',
  (stride) => {
    const lengths = chainLengths(stride);
    expect(Math.max(...lengths)).toBeLessThan(64);
    expect(lengths.reduce((sum, length) => sum + length, 0) / lengths.length).toBeLessThan(24);
  },
);
