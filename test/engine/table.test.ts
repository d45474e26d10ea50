/** Tables of hashed rows against a plain map: rows are found, slots are used again, and growing loses nothing. */
import { expect, test } from 'vitest';
import { makeColumns } from '../../src/engine/columns.ts';
import { mix, NO_NODE } from '../../src/engine/hash_chains.ts';
import { makeTable } from '../../src/engine/table.ts';

/** Rows that are found by two keys, like conntracks. */
class Pairs extends makeTable({ left: Int32Array, right: Uint16Array }, { nodes: 2, rowsPerBucket: 1 }) {
  protected hashOf(node: number): number {
    return keyHash((node & 1) === 0 ? this.left[node >> 1]! : this.right[node >> 1]!);
  }

  add(left: number, right: number): number {
    const slot = this.take();
    this.left[slot] = left;
    this.right[slot] = right;
    for (const node of [slot * 2, slot * 2 + 1]) this.chains.add(node, this.hashOf(node));
    return slot;
  }

  remove(slot: number): void {
    for (const node of [slot * 2, slot * 2 + 1]) this.chains.remove(node, this.hashOf(node));
    this.release(slot);
  }

  find(key: number, side: 0 | 1): number {
    let node = this.chains.first(keyHash(key));
    const column = side === 0 ? this.left : this.right;
    while (node !== NO_NODE && ((node & 1) !== side || column[node >> 1] !== key))
      node = this.chains.next(node);
    return node === NO_NODE ? NO_NODE : node >> 1;
  }
}

function keyHash(key: number): number {
  return mix(key, 0, 0);
}

test('rows are found by either key through growth and removal', () => {
  const table = new Pairs(16);
  const slots = new Map<number, number>();
  for (let key = 0; key < 5000; key++) {
    slots.set(key, table.add(key * 7 - 9000, key));
    if (key % 3 === 0) {
      table.remove(slots.get(key >> 1) ?? table.add(0, 60_000));
      slots.delete(key >> 1);
    }
  }
  for (let key = 0; key < 5000; key++) {
    const slot = slots.get(key) ?? NO_NODE;
    expect([table.find(key * 7 - 9000, 0), table.find(key, 1)], `key ${key}`).toEqual([slot, slot]);
  }
});

test('the slot that was freed last is used first, and none before it is free', () => {
  const table = new Pairs(16);
  const [first, second, third] = [table.add(1, 1), table.add(2, 2), table.add(3, 3)];
  table.remove(first);
  table.remove(third);
  expect([table.add(4, 4), table.add(5, 5), table.add(6, 6)]).toEqual([third, first, 3]);
  expect(table.find(2, 0)).toBe(second);
  expect(table.used).toBe(4);
});

test("others' columns have room for every row of the table", () => {
  const table = new Pairs(16);
  const Others = makeColumns({ seen: Float64Array, a: Int32Array, b: Int32Array });
  const others = new Others(16);
  table.companions.push(others);
  for (let key = 0; key < 3000; key++) {
    const slot = table.add(key, key);
    others.seen[slot] = key + 0.5;
  }
  expect([...others.seen.subarray(0, 3000)]).toEqual(Array.from({ length: 3000 }, (_, key) => key + 0.5));
});
