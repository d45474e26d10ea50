/** The page: what it knows, and where its parts stand. */
import { useEffect, useState } from 'preact/hooks';
import type { RequestQuery } from '../asked_request.ts';
import { spokenIn } from '../causes/words.ts';
import { endpointText } from '../text/endpoint.ts';
import { Chart, type ChartKind, chartsOf } from './charts.tsx';
import type { Other } from './compare.tsx';
import { Editor } from './editor/editor.tsx';
import { Inspector, portAsked } from './inspect/inspector.tsx';
import { KeyList } from './key_list.tsx';
import { type Course, turned } from './lessons/course.ts';
import { Lessons, LessonsLink, Veil } from './lessons/lessons.tsx';
import { useCourse, useJourney } from './lessons/use_course.ts';
import { Menu } from './menu.tsx';
import { Stage } from './picture/stage.tsx';
import { nextStep, type StepKind } from './picture/steps.ts';
import { isCalm, usePlayer } from './picture/use_player.ts';
import { linked, linkTo, type Place } from './place.ts';
import { type Running, useRun } from './run/use_run.ts';
import { Side } from './side.tsx';
import { Tables } from './tables.tsx';
import { type Key, useKeys } from './use_keys.ts';
import { useScheme } from './use_scheme.ts';

export function App({ first }: { readonly first: Place }) {
  const [source, setSource] = useState(first.source);
  const [set, setSet] = useState(first.set);
  const [owner, setOwner] = useState(0);
  const [other, setOther] = useState<Other | null>(null);
  const [query, ask] = useState<RequestQuery | null>(null);
  const [hasKeys, setHasKeys] = useState(false);
  const { course, picture, go } = useCourse();
  const scheme = useScheme();

  const asked = {
    source: picture?.source ?? source,
    set: picture?.set ?? set,
    owner: picture === null ? owner : 0,
  };
  const running = useRun(asked);
  const compared = course === null ? other : null;
  const second = useRun(compared === null ? null : { source, set: compared.set, owner });
  const { view } = running;
  const playing = usePlayer(first.at_s * 1e9, view, second.view);
  const { player, at_ns } = playing;
  useJourney(course, picture, running, player);

  const end_ns = view?.scenario.duration_ns ?? 0;
  const step = (kind: StepKind, direction: 1 | -1) => {
    const to_ns = view === null ? null : nextStep(view, kind, player.at_ns, direction);
    if (to_ns === null) return;
    playing.act((one) => {
      one.playing = false;
      one.seek(to_ns, end_ns);
    });
  };
  const lookAt = (kind: ChartKind, to_ns: number) => {
    playing.seek(to_ns);
    const asked = view === null || course !== null ? null : (kind.asks?.(view, to_ns) ?? null);
    if (asked !== null) ask(asked);
  };
  const open = (place: Place) => {
    setSet(place.set);
    setOwner(0);
    setOther(null);
    ask(null);
    setSource(place.source);
    playing.act((one) => {
      one.at_ns = place.at_s * 1e9;
      one.playing = place.at_s === 0 && !isCalm();
    });
  };
  // A link that is put into the address bar of an open page leads there, too.
  useEffect(() => {
    const follow = () => void linked().then((place) => place !== null && open(place));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  });
  const keys: readonly Key[] = [
    { key: ' ', name: 'space', does: 'plays and pauses', act: playing.toggle },
    { key: 'ArrowLeft', name: '←', does: 'a second back', act: () => playing.seek(player.at_ns - 1e9) },
    { key: 'ArrowRight', name: '→', does: 'a second on', act: () => playing.seek(player.at_ns + 1e9) },
    { key: 'Home', name: 'Home', does: 'to the beginning', act: () => playing.seek(0) },
    { key: 'End', name: 'End', does: 'to the end', act: () => playing.seek(end_ns) },
    ...STEP_KEYS.flatMap(([kind, on, back, name]): Key[] => [
      { key: on, name: on, does: `to the next ${name}`, act: () => step(kind, 1) },
      { key: back, name: back, does: `to the ${name} before`, act: () => step(kind, -1) },
    ]),
    { key: '[', name: '[', does: 'a page of a lesson back', act: () => go(page(-1)) },
    { key: ']', name: ']', does: 'a page of a lesson on', act: () => go(page(1)) },
    { key: '?', name: '?', does: 'this list', act: () => setHasKeys(true) },
  ];
  useKeys(keys);

  const at_s = Math.round(at_ns / 1e7) / 100;
  const isComputed = isOver(running) && (compared === null || isOver(second));
  const isVeiled = picture?.isVeiled ?? false;
  return (
    <>
      <header>
        <p class="brand">
          ipvsim <span>playground</span>
        </p>
        <LessonsLink course={course} go={go} />
        <button type="button" class="quiet" onClick={() => setHasKeys(true)}>
          Keys: ?
        </button>
        <Menu
          current={source.name}
          open={(found) => open({ source: found, set: [], at_s: 0 })}
          isHidden={course !== null}
        />
      </header>
      <main class={course === null ? '' : 'learning'} data-look={picture?.look.join(' ') ?? ''}>
        <Lessons course={course} go={go} running={running} />
        {picture?.isVeiled && <Veil text={picture.source.text} />}
        <Stage
          view={view}
          beside={compared?.isBeside ? { ...compared, view: second.view } : null}
          playing={playing}
          at_s={at_s}
          scheme={scheme}
          isHidden={isVeiled}
          step={step}
          watch={setOwner}
          picked={portAsked(query)}
          pick={(port) =>
            view !== null &&
            ask({
              kind: 'opened',
              source: endpointText(view.owner.address, port),
              at_ns: Math.min(player.at_ns, view.now_ns),
            })
          }
        />
        <Side
          source={source}
          set={set}
          running={running}
          at_ns={at_ns}
          other={other}
          isHidden={course !== null}
          change={setSet}
          link={() => linkTo({ source, set, at_s: Math.round(player.at_ns / 1e7) / 100 })}
          compare={setOther}
        />
        {course === null && (
          <Editor
            source={source}
            problems={running.problems}
            change={(text) => setSource({ name: OWN, file: OWN, text })}
          />
        )}
        {view !== null && course === null && (
          <Inspector
            source={source}
            set={set}
            view={view}
            at_ns={at_ns}
            parts={running.parts}
            query={query}
            ask={ask}
            seek={playing.seek}
          />
        )}
        <section class="charts" aria-label="Charts" hidden={isVeiled}>
          {view !== null &&
            chartsOf(view.series, spokenIn(view.scenario)).map((kind) => (
              <Chart
                key={kind.title}
                kind={kind}
                series={view.series}
                spoken={spokenIn(view.scenario)}
                other={second.view?.series ?? null}
                end_s={end_ns / 1e9}
                at_s={at_s}
                scheme={scheme}
                click={(to_s) => lookAt(kind, to_s * 1e9)}
              />
            ))}
          {view !== null && course === null && <Tables view={view} at_ns={at_ns} />}
        </section>
      </main>
      <footer data-parts={running.parts} data-computed={isComputed ? 'yes' : 'no'}>
        {isVeiled ? '' : <Progress requests={view?.result?.totals.complete ?? null} />}
      </footer>
      <KeyList keys={keys} isOpen={hasKeys} close={() => setHasKeys(false)} />
    </>
  );
}

function Progress({ requests }: { readonly requests: number | null }) {
  return <span>{requests === null ? 'Computing …' : `Computed: ${requests} requests.`}</span>;
}

/** What a text is called that was changed here. */
const OWN = 'mine.yaml';

/** Kind of step, and the keys on and back. */
const STEP_KEYS = [
  ['drop', 'n', 'p', 'dropped SYN'],
  ['packet', '.', ',', 'packet that changes a port'],
  ['expiry', 'x', 'X', 'end of an entry'],
  ['event', 'e', 'E', 'event of the scenario'],
] as const;

function isOver({ isCurrent, view }: Running): boolean {
  return isCurrent && view?.result != null;
}

function page(by: 1 | -1) {
  return (course: Course) => turned(course, by);
}
