/** Where in the run the picture is, and how fast it moves on. Times are simulated nanoseconds. */

export class Player {
  /** Where it wants to be; what has not been computed yet cannot be shown. */
  at_ns = 0;
  playing: boolean;
  /** Simulated seconds a second, 1 to 1000. */
  speed = 4;

  constructor(playing: boolean) {
    this.playing = playing;
  }

  /** Time has gone by. `computed_ns` is how far the run is known. */
  step(elapsed_ms: number, computed_ns: number, end_ns: number): void {
    if (!this.playing) return;
    // A tab that was hidden goes on where it was.
    const next = this.at_ns + Math.min(elapsed_ms, 100) * 1e6 * this.speed;
    this.at_ns = Math.max(this.at_ns, Math.min(next, computed_ns));
    if (this.at_ns >= end_ns) this.playing = false;
  }

  seek(at_ns: number, end_ns: number): void {
    this.at_ns = Math.max(0, Math.min(at_ns, end_ns));
  }

  toggle(end_ns: number): void {
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
