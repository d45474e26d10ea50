/** The port map of a run on a canvas: it follows the player, and says which port was clicked. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { columnsOf } from '../../report/ports/port_look.ts';
import type { RunView } from '../run/run_view.ts';
import type { Player } from './player.ts';
import { paintPorts, readPalette } from './port_canvas.ts';

interface PortPictureProps {
  readonly view: RunView | null;
  readonly player: Player;
  readonly scheme: string;
  readonly at_s: number;
  readonly label: string;
  /** Marked, as what is being looked into. */
  readonly picked: number | null;
  readonly pick: (port: number) => void;
}

export function PortPicture({ view, player, scheme, at_s, label, picked, pick }: PortPictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const palette = useMemo(
    () => (view === null ? null : readPalette(view.events.kinds)),
    // The variables change with the scheme.
    [view, scheme],
  );
  // Paints at every frame in which something has moved.
  useEffect(() => {
    if (view === null || palette === null) return;
    let painted = '';
    let frame = requestAnimationFrame(function next() {
      const at_ns = Math.min(player.at_ns, view.now_ns);
      const state = `${at_ns} ${view.cells.first} ${view.cells.step}`;
      if (state !== painted && canvas.current !== null) {
        view.map.seek(at_ns);
        paintPorts(canvas.current, view.map, view.cells, palette);
        if (painted === '') performance.mark('painted');
        else if (at_ns > 0) performance.mark('moving');
        painted = state;
      }
      frame = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(frame);
  }, [view, palette, player]);

  return (
    <div class="port-picture">
      <canvas
        ref={canvas}
        class="ports"
        role="img"
        aria-label={label}
        data-at={at_s}
        onClick={(event) => {
          const port = view === null ? null : portAt(event, view);
          if (port !== null) pick(port);
        }}
      />
      {view !== null && picked !== null && <Mark view={view} port={picked} />}
    </div>
  );
}

function portAt(event: MouseEvent, { cells }: RunView): number | null {
  const canvas = event.currentTarget as HTMLCanvasElement;
  const column = Math.floor((event.offsetX / canvas.clientWidth) * canvas.width);
  const row = Math.floor((event.offsetY / canvas.clientHeight) * canvas.height);
  const cell = row * columnsOf(cells) + column;
  return column < 0 || row < 0 || cell >= cells.count ? null : cells.first + cell * cells.step;
}

/** A ring around a cell. */
function Mark({ view: { cells }, port }: { readonly view: RunView; readonly port: number }) {
  const cell = (port - cells.first) / cells.step;
  if (!Number.isInteger(cell) || cell < 0 || cell >= cells.count) return null;
  const columns = columnsOf(cells);
  const rows = Math.max(1, Math.ceil(cells.count / columns));
  const style = {
    left: `${(((cell % columns) + 0.5) / columns) * 100}%`,
    top: `${((Math.floor(cell / columns) + 0.5) / rows) * 100}%`,
  };
  return <i class="picked" style={style} aria-hidden="true" />;
}
