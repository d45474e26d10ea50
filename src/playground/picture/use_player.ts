/** The player as the page has it: moved by what is clicked and pressed, and told to the figures now and then. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RunView } from '../run/run_view.ts';
import { Player } from './player.ts';

/** So often the figures and charts follow the picture. */
const FIGURES_MS = 120;

export interface Playing {
  readonly player: Player;
  /** What is shown of it. */
  readonly at_ns: number;
  readonly playing: boolean;
  readonly speed: number;
  /** Changes the player, and shows that at once. */
  act(change: (player: Player) => void): void;
  seek(at_ns: number): void;
  toggle(): void;
}

/** Plays a run, and others in step with it: none is shown where one has not been computed yet. */
export function usePlayer(start_ns: number, view: RunView | null, other: RunView | null): Playing {
  const kept = useRef<Player | null>(null);
  if (kept.current === null) {
    kept.current = new Player(!isCalm() && start_ns === 0);
    kept.current.at_ns = start_ns;
  }
  const player = kept.current;
  const [shown, setShown] = useState({ at_ns: 0, playing: player.playing, speed: player.speed });
  const show = () => {
    const { at_ns, playing, speed } = player;
    setShown({ at_ns: Math.min(at_ns, knownUntil(view, other)), playing, speed });
  };

  useEffect(() => {
    if (view === null) return;
    let before_ms = performance.now();
    let told_ms = 0;
    let told = '';
    let frame = requestAnimationFrame(function next(now_ms: number) {
      const known_ns = knownUntil(view, other);
      player.step(now_ms - before_ms, known_ns, isOver(view, other) ? known_ns : Number.POSITIVE_INFINITY);
      before_ms = now_ms;
      const figures = `${Math.min(player.at_ns, known_ns)} ${player.playing}`;
      if (figures !== told && now_ms - told_ms > FIGURES_MS) {
        told_ms = now_ms;
        told = figures;
        show();
      }
      frame = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(frame);
  }, [view, other]);

  const end_ns = view?.scenario.duration_ns ?? 0;
  const act = (change: (player: Player) => void) => {
    change(player);
    show();
  };
  return {
    ...shown,
    player,
    act,
    seek: (at_ns) => act((one) => one.seek(at_ns, end_ns)),
    toggle: () => act((one) => one.toggle(end_ns)),
  };
}

export function isCalm(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** How far all of them are known. */
function knownUntil(...views: readonly (RunView | null)[]): number {
  const known = views.flatMap((view) => (view === null ? [] : [view.now_ns]));
  return known.length === 0 ? 0 : Math.min(...known);
}

function isOver(...views: readonly (RunView | null)[]): boolean {
  return views.every((view) => view === null || view.result !== null);
}
