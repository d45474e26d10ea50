/** The page: the port map and its clock, the charts below it, the knobs beside it. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { commandLine } from '../report/command.ts';
import { renderWideCsv } from '../report/forms/csv.ts';
import { CHARTS, Chart } from './charts.tsx';
import { Knobs } from './knobs.tsx';
import { turned } from './lessons/course.ts';
import { Lessons, LessonsLink, Veil } from './lessons/lessons.tsx';
import { useCourse, useJourney } from './lessons/use_course.ts';
import { fromHash, toHash } from './link.ts';
import { Now } from './now.tsx';
import { Player, positionOf, speedAt } from './player.ts';
import { type Palette, paintPorts, readPalette } from './port_canvas.ts';
import type { RunView } from './run_view.ts';
import { SEED_CASE, SHIPPED, type Source, shipped, started } from './shipped.ts';
import { nextDrop } from './steps.ts';
import { TextBox } from './text_box.tsx';
import { useRun } from './use_run.ts';
import { useScheme } from './use_scheme.ts';

/** So often the figures and charts follow the picture. */
const FIGURES_MS = 120;

interface Beginning {
  readonly source: Source;
  readonly set: readonly string[];
  readonly at_s: number;
}

function beginning(): Beginning {
  const place = fromHash(location.hash);
  const linked = place === null ? undefined : shipped(place.scenario);
  if (place !== null && linked !== undefined) return { source: linked, set: place.set, at_s: place.at_s };
  return { source: started() ?? shipped(SEED_CASE)!, set: [], at_s: 0 };
}

export function App() {
  const first = useMemo(beginning, []);
  const [source, setSource] = useState(first.source);
  const [set, setSet] = useState(first.set);
  const { course, picture, go } = useCourse();
  const running = useRun(picture?.source ?? source, picture?.set ?? set);
  const { view, trouble, parts } = running;
  const scheme = useScheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  const player = useRef<Player | null>(null);
  if (player.current === null) {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    player.current = new Player(!calm && first.at_s === 0);
    player.current.at_ns = first.at_s * 1e9;
  }
  const [shown, setShown] = useState({
    at_ns: 0,
    playing: player.current.playing,
    speed: player.current.speed,
  });
  const palette = useMemo<Palette | null>(
    () => (view === null ? null : readPalette(view.events.kinds)),
    // The variables change with the scheme.
    [view, scheme],
  );
  useJourney(course, picture, running, player.current);
  usePicture(canvas, view, palette, player.current, setShown);

  const end_ns = view?.scenario.duration_ns ?? 0;
  const act = (change: (player: Player) => void) => {
    change(player.current!);
    const { at_ns, playing, speed } = player.current!;
    setShown({ at_ns: Math.min(at_ns, view?.now_ns ?? 0), playing, speed });
  };
  const seek = (at_ns: number) => act((one) => one.seek(at_ns, end_ns));
  const toDrop = (direction: 1 | -1) => {
    const at_ns = view === null ? null : nextDrop(view.events, player.current!.at_ns, direction);
    if (at_ns === null) return;
    act((one) => {
      one.playing = false;
      one.seek(at_ns, end_ns);
    });
  };
  const toggle = () => act((one) => one.toggle(end_ns));
  useKeys({
    ' ': toggle,
    ArrowLeft: () => seek(player.current!.at_ns - 1e9),
    ArrowRight: () => seek(player.current!.at_ns + 1e9),
    Home: () => seek(0),
    End: () => seek(end_ns),
    n: () => toDrop(1),
    p: () => toDrop(-1),
    '[': () => go((now) => turned(now, -1)),
    ']': () => go((now) => turned(now, 1)),
  });

  const at_s = Math.round(shown.at_ns / 1e7) / 100;
  const cliff = view?.result?.cliff ?? null;
  const isVeiled = picture?.isVeiled ?? false;
  return (
    <>
      <header>
        <p class="brand">
          ipvsim <span>playground</span>
        </p>
        <LessonsLink course={course} go={go} />
        <label class="menu" for="scenario" hidden={course !== null}>
          scenario{' '}
          <TextBox
            id="scenario"
            list="scenarios"
            value={source.name}
            enter={(name) => {
              const found = shipped(name);
              if (found === undefined) return;
              setSet([]);
              setSource(found);
              act((one) => {
                one.at_ns = 0;
                one.playing = true;
              });
            }}
          />
        </label>
        <datalist id="scenarios">
          {SHIPPED.map(({ name }) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </header>
      <main class={course === null ? '' : 'learning'} data-look={picture?.look.join(' ') ?? ''}>
        <Lessons course={course} go={go} running={running} />
        {picture?.isVeiled && <Veil text={picture.source.text} />}
        <section class="stage" aria-label="The picture" hidden={isVeiled}>
          <h1>{view === null ? 'The simulator is starting' : view.scenario.title || view.scenario.name}</h1>
          {view !== null && <PortsText view={view} />}
          <canvas
            ref={canvas}
            class="ports"
            role="img"
            aria-label="The port map: its figures stand below it"
            data-at={at_s}
          />
          <div class="clock">
            <button type="button" onClick={toggle} aria-keyshortcuts="Space">
              {shown.playing ? 'Pause' : 'Play'}
            </button>
            <input
              type="range"
              class="time"
              aria-label="Time in the run"
              min={0}
              max={end_ns / 1e9}
              step={0.01}
              value={at_s}
              list="marks"
              onInput={({ currentTarget }) => seek(Number(currentTarget.value) * 1e9)}
            />
            <datalist id="marks">
              {cliff !== null && <option value={cliff.first_drop_s} />}
              {cliff?.recovery_s != null && <option value={cliff.recovery_s} />}
            </datalist>
            <output class="at">{at_s.toFixed(2)} s</output>
          </div>
          <div class="clock">
            <button type="button" onClick={() => toDrop(-1)} aria-keyshortcuts="p">
              Drop before
            </button>
            <button type="button" onClick={() => toDrop(1)} aria-keyshortcuts="n">
              Next drop
            </button>
            {cliff !== null && (
              <button type="button" onClick={() => seek(cliff.first_drop_s * 1e9)}>
                To the cliff
              </button>
            )}
            <label class="speed">
              speed{' '}
              <input
                type="range"
                min={0}
                max={1}
                step={0.01}
                value={positionOf(shown.speed)}
                onInput={({ currentTarget }) =>
                  act((one) => (one.speed = speedAt(Number(currentTarget.value))))
                }
              />{' '}
              <output>{shown.speed < 10 ? shown.speed.toFixed(1) : Math.round(shown.speed)}×</output>
            </label>
          </div>
          {view !== null && <Now view={view} at_ns={shown.at_ns} />}
        </section>
        <section class="side" aria-label="What can be changed" hidden={course !== null}>
          {view !== null && <Knobs scenario={view.scenario} set={set} change={setSet} />}
          {trouble !== null && (
            <pre class="trouble" role="alert">
              {trouble}
            </pre>
          )}
          <h2>The same on the command line</h2>
          <pre class="command">{commandLine('run', { source: source.name, seed: undefined, set })}</pre>
          <p class="acts">
            <Copy text={() => linkTo(source, set, at_s)} off={shipped(source.name)?.text !== source.text}>
              Copy a link to this instant
            </Copy>
            {view?.result != null && <Download name="series.csv" text={() => renderWideCsv(view.result!)} />}
          </p>
          <p class="keys">
            Keys: space plays and pauses, ← and → a second, n and p to the next and the previous dropped SYN,
            Home, End.
          </p>
        </section>
        <section class="charts" aria-label="Charts" hidden={isVeiled}>
          {view !== null &&
            CHARTS.map((kind) => (
              <Chart
                key={kind.title}
                kind={kind}
                series={view.series}
                end_s={end_ns / 1e9}
                at_s={at_s}
                scheme={scheme}
                seek={(to_s) => seek(to_s * 1e9)}
              />
            ))}
        </section>
      </main>
      <footer data-parts={parts} data-computed={view?.result == null ? 'no' : 'yes'}>
        {isVeiled
          ? ''
          : view?.result == null
            ? 'Computing …'
            : `Computed: ${view.result.totals.complete} requests.`}
      </footer>
    </>
  );
}

function PortsText({ view }: { readonly view: RunView }) {
  const { owner, cells } = view;
  const last = cells.first + (cells.count - 1) * cells.step;
  return (
    <p class="lead">
      A cell for each source port of {owner.address} towards {owner.virtual}, {cells.first} to {last}
      {cells.step === 2 ? ', every second one' : ''}. It has the colour of its entry in the connection table
      and fades as the entry’s timer runs out.
    </p>
  );
}

/** Paints at every frame in which something has moved, and tells the figures now and then. */
function usePicture(
  canvas: { readonly current: HTMLCanvasElement | null },
  view: RunView | null,
  palette: Palette | null,
  player: Player,
  show: (shown: { at_ns: number; playing: boolean; speed: number }) => void,
): void {
  useEffect(() => {
    if (view === null || palette === null) return;
    let before_ms = performance.now();
    let told_ms = 0;
    let painted = '';
    let told = '';
    let frame = requestAnimationFrame(function next(now_ms: number) {
      player.step(
        now_ms - before_ms,
        view.now_ns,
        view.result === null ? Number.POSITIVE_INFINITY : view.now_ns,
      );
      before_ms = now_ms;
      const at_ns = Math.min(player.at_ns, view.now_ns);
      const state = `${at_ns} ${view.cells.first} ${view.cells.step}`;
      if (state !== painted && canvas.current !== null) {
        view.map.seek(at_ns);
        paintPorts(canvas.current, view.map, view.cells, palette);
        if (at_ns > 0 && painted !== '') performance.mark('moving');
        painted = state;
      }
      const figures = `${at_ns} ${player.playing}`;
      if (figures !== told && now_ms - told_ms > FIGURES_MS) {
        told_ms = now_ms;
        told = figures;
        show({ at_ns, playing: player.playing, speed: player.speed });
      }
      frame = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(frame);
  }, [canvas, view, palette, player, show]);
}

/** Keys act wherever the focus is, except where they write. */
function useKeys(keys: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const { target } = event;
      const writes =
        target instanceof HTMLElement && target.closest('input, select, textarea, button') !== null;
      const act = keys[event.key];
      if (act === undefined || writes || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  });
}

function linkTo({ name }: Source, set: readonly string[], at_s: number): string {
  return `${location.href.replace(/#.*$/u, '')}${toHash({ scenario: name, set, at_s })}`;
}

function Copy({ text, off, children }: { text: () => string; off: boolean; children: string }) {
  const [copied, setCopied] = useState('');
  if (off) return null;
  const copy = () => {
    const link = text();
    location.hash = link.replace(/^[^#]*/u, '');
    navigator.clipboard?.writeText(link).then(
      () => setCopied('Copied.'),
      () => setCopied('It is in the address bar.'),
    );
  };
  return (
    <>
      <button type="button" onClick={copy}>
        {children}
      </button>{' '}
      <span role="status">{copied}</span>
    </>
  );
}

function Download({ name, text }: { name: string; text: () => string }) {
  const save = () => {
    const address = URL.createObjectURL(new Blob([text()], { type: 'text/csv' }));
    const link = Object.assign(document.createElement('a'), { href: address, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  };
  return (
    <button type="button" onClick={save}>
      {name}
    </button>
  );
}
