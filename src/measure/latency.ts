/**
 * Durations as a histogram: whole microseconds, in buckets that are exact up to 16 ms and never wider than
 * 1/8192 of their value above (0.13 ms at 1 s). A bucket stands for its lower bound; smallest, largest, mean
 * and standard deviation are exact.
 */

const SUB_BUCKET_BITS = 14;
const SUB_BUCKETS = 1 << SUB_BUCKET_BITS;
const HALF = SUB_BUCKETS / 2;
/** Up to 2^31 us; longer ones count as that. */
const BUCKETS = SUB_BUCKETS + (31 - SUB_BUCKET_BITS) * HALF;
export const LONGEST_US = 2 ** 31 - 1;

export class LatencyHistogram {
  count = 0;
  min_us = Number.POSITIVE_INFINITY;
  max_us = 0;
  #sum_us = 0;
  #sumOfSquares_us = 0;
  readonly #counts = new Uint32Array(BUCKETS);
  /** Buckets with a count, in no order; most histograms have few. */
  #touched = new Int32Array(64);
  #touchedCount = 0;

  record(us: number): void {
    const bucket = bucketOf(us);
    if (this.#counts[bucket]!++ === 0) this.#touch(bucket);
    this.count++;
    this.#sum_us += us;
    this.#sumOfSquares_us += us * us;
    if (us < this.min_us) this.min_us = us;
    if (us > this.max_us) this.max_us = us;
  }

  clear(): void {
    for (let index = 0; index < this.#touchedCount; index++) this.#counts[this.#touched[index]!] = 0;
    this.#touchedCount = 0;
    this.count = 0;
    this.min_us = Number.POSITIVE_INFINITY;
    this.max_us = 0;
    this.#sum_us = 0;
    this.#sumOfSquares_us = 0;
  }

  add(other: LatencyHistogram): void {
    for (let index = 0; index < other.#touchedCount; index++) {
      const bucket = other.#touched[index]!;
      const count = other.#counts[bucket]!;
      if (count === 0) continue;
      if (this.#counts[bucket] === 0) this.#touch(bucket);
      this.#counts[bucket]! += count;
    }
    this.count += other.count;
    this.#sum_us += other.#sum_us;
    this.#sumOfSquares_us += other.#sumOfSquares_us;
    this.min_us = Math.min(this.min_us, other.min_us);
    this.max_us = Math.max(this.max_us, other.max_us);
  }

  /** What has been added since `earlier`, an older clone of this histogram; its extremes are this one's. */
  minus(earlier: LatencyHistogram): LatencyHistogram {
    const difference = new LatencyHistogram();
    difference.add(this);
    difference.#touchedCount = 0;
    for (const bucket of this.#touched.subarray(0, this.#touchedCount)) {
      difference.#counts[bucket]! -= earlier.#counts[bucket]!;
      if (difference.#counts[bucket]! > 0) difference.#touch(bucket);
    }
    difference.count -= earlier.count;
    difference.#sum_us -= earlier.#sum_us;
    difference.#sumOfSquares_us -= earlier.#sumOfSquares_us;
    return difference;
  }

  clone(): LatencyHistogram {
    const copy = new LatencyHistogram();
    copy.add(this);
    return copy;
  }

  get mean_us(): number {
    return this.count === 0 ? 0 : this.#sum_us / this.count;
  }

  /** Of a sample: divided by one less than the count, as ab does. */
  get sd_us(): number {
    if (this.count < 2) return 0;
    const deviations = this.#sumOfSquares_us - (this.#sum_us * this.#sum_us) / this.count;
    return Math.sqrt(Math.max(0, deviations) / (this.count - 1));
  }

  /**
   * For each of the ascending shares (0 to 1), the smallest duration that at least this share of all does not
   * exceed, in microseconds. The histogram must not be empty.
   */
  percentiles_us(shares: readonly number[]): number[] {
    const buckets = this.#touched.subarray(0, this.#touchedCount).sort();
    let index = 0;
    let seen = 0;
    return shares.map((share) => {
      const rank = Math.max(1, Math.ceil(share * this.count - 1e-9));
      while (seen + this.#counts[buckets[index]!]! < rank) seen += this.#counts[buckets[index++]!]!;
      if (rank === this.count) return this.max_us;
      return Math.max(this.min_us, lowerBound_us(buckets[index]!));
    });
  }

  /** The share of durations that are at least this long, to a bucket; 0 where there are none. */
  shareFrom(us: number): number {
    const first = bucketOf(us);
    let longer = 0;
    for (let index = 0; index < this.#touchedCount; index++) {
      const bucket = this.#touched[index]!;
      if (bucket >= first) longer += this.#counts[bucket]!;
    }
    return this.count === 0 ? 0 : longer / this.count;
  }

  #touch(bucket: number): void {
    if (this.#touchedCount === this.#touched.length) {
      const larger = new Int32Array(this.#touchedCount * 2);
      larger.set(this.#touched);
      this.#touched = larger;
    }
    this.#touched[this.#touchedCount++] = bucket;
  }
}

function bucketOf(us: number): number {
  if (us < SUB_BUCKETS) return us;
  const shift = 32 - SUB_BUCKET_BITS - Math.clz32(us);
  return (shift << (SUB_BUCKET_BITS - 1)) + (us >> shift);
}

function lowerBound_us(bucket: number): number {
  if (bucket < SUB_BUCKETS) return bucket;
  const shift = (bucket >> (SUB_BUCKET_BITS - 1)) - 1;
  return (HALF + (bucket & (HALF - 1))) * 2 ** shift;
}
