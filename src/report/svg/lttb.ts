/** Down-sampling before drawing: largest triangle three buckets keeps the points that the eye would miss. */

export type Point = readonly [x: number, y: number];

/**
 * At most `limit` of the points (at least 3), the first and the last among them. From each of the equal buckets
 * between it takes the point that spans the largest triangle with the one taken before and the mean of the next
 * bucket (Steinarsson, 2013).
 */
export function lttb(points: readonly Point[], limit: number): Point[] {
  if (points.length <= limit || limit < 3) return [...points];
  const bucket = (points.length - 2) / (limit - 2);
  const taken: Point[] = [points[0]!];
  for (let index = 0; index < limit - 2; index++) {
    const from = Math.floor(index * bucket) + 1;
    const to = Math.floor((index + 1) * bucket) + 1;
    const next = mean(points, to, Math.min(points.length, Math.floor((index + 2) * bucket) + 1));
    const last = taken.at(-1)!;
    let best = points[from]!;
    let largest = -1;
    for (let candidate = from; candidate < to; candidate++) {
      const area = triangle(last, points[candidate]!, next);
      if (area > largest) {
        largest = area;
        best = points[candidate]!;
      }
    }
    taken.push(best);
  }
  taken.push(points.at(-1)!);
  return taken;
}

function mean(points: readonly Point[], from: number, to: number): Point {
  let x = 0;
  let y = 0;
  for (let index = from; index < to; index++) {
    x += points[index]![0];
    y += points[index]![1];
  }
  return [x / (to - from), y / (to - from)];
}

/** Twice the area; only compared. */
function triangle(a: Point, b: Point, c: Point): number {
  return Math.abs((a[0] - c[0]) * (b[1] - a[1]) - (a[0] - b[0]) * (c[1] - a[1]));
}
