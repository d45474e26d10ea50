/** Rows that agree in a key, counted: how many, the first of them, and how many different members they name. */

/** A table names more clients than anybody looks at; beyond this many they are not told apart. */
const MOST_MEMBERS = 100_000;
/** Keys beyond this many are counted together with the last one. */
const MOST_KEYS = 10_000;

export interface Group<Row> {
  readonly first: Row;
  readonly line: number;
  readonly count: number;
  readonly members: number;
  readonly marked: number;
}

export class Counted<Row> {
  readonly #groups = new Map<
    string,
    { first: Row; line: number; count: number; seen: Set<string>; marked: number }
  >();
  #last = '';

  add(key: string, row: Row, line: number, member = '', isMarked = false): void {
    const isNew = !this.#groups.has(key);
    const place = isNew && this.#groups.size >= MOST_KEYS ? this.#last : key;
    const group = this.#groups.get(place) ?? {
      first: row,
      line,
      count: 0,
      seen: new Set<string>(),
      marked: 0,
    };
    group.count++;
    if (isMarked) group.marked++;
    if (group.seen.size < MOST_MEMBERS) group.seen.add(member);
    this.#groups.set(place, group);
    this.#last = place;
  }

  all(): Group<Row>[] {
    return [...this.#groups.values()].map(({ seen, ...group }) => ({ ...group, members: seen.size }));
  }
}
