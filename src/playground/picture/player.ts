/** Where in the run the picture is, and how fast it moves on. Times are simulated nanoseconds. */

export class Player {
  /** Where it wants to be; what has not been computed yet cannot be shown. */
  at_ns = 0;
  playing: boolean;
  /** Simulated seconds a second, 1 to 1000. */
  speed = 4;
  /** Where it stops, and the simulated seconds a second until there. */
  #journey: { readonly to_ns: number; readonly speed: number } | null = null;

  constructor(playing: boolean) {
    this.playing = playing;
  }

  /** Time has gone by. `computed_ns` is how far the run is known. */
  step(elapsed_ms: number, computed_ns: number, end_ns: number): void {
    if (!this.playing) return;
    const { speed, to_ns } = this.#journey ?? { speed: this.speed, to_ns: end_ns };
    // A tab that was hidden goes on where it was.
    const next = this.at_ns + Math.min(elapsed_ms, 100) * 1e6 * speed;
    this.at_ns = Math.max(this.at_ns, Math.min(next, computed_ns, to_ns));
    if (this.at_ns < Math.min(to_ns, end_ns)) return;
    this.playing = false;
    this.#journey = null;
  }

  /** Moves to an instant in so many seconds, and stops there; at once where nothing may move, or where it is past. */
  travel(to_ns: number, seconds: number): void {
    this.#journey = null;
    this.playing = seconds > 0 && to_ns > this.at_ns;
    if (this.playing) this.#journey = { to_ns, speed: (to_ns - this.at_ns) / 1e9 / seconds };
    else this.at_ns = to_ns;
  }

  seek(at_ns: number, end_ns: number): void {
    this.#journey = null;
    this.at_ns = Math.max(0, Math.min(at_ns, end_ns));
  }

  toggle(end_ns: number): void {
    this.#journey = null;
    if (!this.playing && this.at_ns >= end_ns) this.at_ns = 0;
    this.playing = !this.playing;
  }
}

/** The position of a slider from 0 to 1 as a speed, and back: each third is ten times as fast. */
export function speedAt(position: number): number {
  return 10 ** (3 * position);
}

export function positionOf(speed: number): number {
  return Math.log10(speed) / 3;
}
