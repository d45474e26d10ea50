/** Hash chains against plain lists: every node in its chain, the newest first, while buckets are added. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HashChains, mix, NO_NODE } from '../../src/engine/hash_chains.ts';

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

test('neighbouring addresses and ports spread over the buckets', () => {
  const chains = new HashChains((port) => mix(0x0a000001, 32768 + port, 6));
  chains.reserve(28231);
  let added = 16;
  for (let port = 0; port < 28232; port++) {
    if (added++ < 28232) chains.addBucket();
    chains.add(port, mix(0x0a000001, 32768 + port, 6));
  }
  let longest = 0;
  for (let port = 0; port < 28232; port++) {
    longest = Math.max(longest, chainOf(chains, mix(0x0a000001, 32768 + port, 6)).length);
  }
  expect(longest).toBeLessThan(14);
});
