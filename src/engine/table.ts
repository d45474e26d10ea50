/**
 * A table of hashed rows: columns, chains, and slots that are used again, the one freed last first. A slot that is
 * free is in no chain, so the list of free slots needs no memory of its own.
 */
import { Columns, type ColumnsOf, type Shape } from './columns.ts';
import { FIRST_BUCKETS, HashChains, NO_NODE } from './hash_chains.ts';

export interface Chaining {
  /** Nodes of a row: more than one where it is found by several keys. */
  readonly nodes: number;
  /** Rows for each bucket. */
  readonly rowsPerBucket: number;
}

/** What a hashed table is built on; see makeTable(). */
export abstract class Table extends Columns {
  /** One more than the highest slot ever used: what a walk over the table has to visit. */
  used = 0;
  /** Others' columns for the same rows: they grow with the table. */
  readonly companions: Columns[] = [];
  protected readonly chains: HashChains;
  private freeHead = NO_NODE;
  private readonly nodes: number;
  private readonly rowsPerBucket: number;

  constructor(shape: Shape, { nodes, rowsPerBucket }: Chaining, capacity: number) {
    super(shape, capacity);
    this.chains = new HashChains((node) => this.hashOf(node));
    this.nodes = nodes;
    this.rowsPerBucket = rowsPerBucket;
  }

  /** The hash of a node that is in a chain. */
  protected abstract hashOf(node: number): number;

  /** A free slot; what its columns hold is undefined. */
  take(): number {
    const slot = this.freeHead;
    if (slot === NO_NODE) return this.extend();
    this.freeHead = this.chains.next(slot * this.nodes);
    return slot;
  }

  release(slot: number): void {
    this.chains.setNext(slot * this.nodes, this.freeHead);
    this.freeHead = slot;
  }

  private extend(): number {
    const slot = this.used++;
    if (slot >= this.room) this.makeRoom(slot);
    for (const columns of this.companions) if (slot >= columns.room) columns.makeRoom(slot);
    this.chains.reserve((slot + 1) * this.nodes - 1);
    if (slot >= FIRST_BUCKETS * this.rowsPerBucket && slot % this.rowsPerBucket === 0)
      this.chains.addBucket();
    return slot;
  }
}

/** A class to extend, whose instances have the columns of this shape. */
export function makeTable<S extends Shape>(
  shape: S,
  chaining: Chaining,
): abstract new (
  capacity: number,
) => Table & ColumnsOf<S> {
  abstract class Shaped extends Table {
    constructor(capacity: number) {
      super(shape, chaining, capacity);
    }
  }
  return Shaped as unknown as abstract new (
    capacity: number,
  ) => Table & ColumnsOf<S>;
}
