/** What happened at one port: its life in the table, its packets as a ladder, the kernel's conditions, and why. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { RequestQuery } from '../../asked_request.ts';
import { exact } from '../../report/numbers.ts';
import { portOf } from '../../text/endpoint.ts';
import type { RunView } from '../run/run_view.ts';
import { Scroller } from '../scroller.tsx';
import type { Source } from '../shipped.ts';
import { TextBox } from '../text_box.tsx';
import { Conditions } from './conditions.tsx';
import { Ladder } from './ladder.tsx';
import { Life } from './life.tsx';
import { useFinding } from './use_finding.ts';

interface InspectorProps {
  readonly source: Source;
  readonly set: readonly string[];
  readonly view: RunView;
  readonly at_ns: number;
  /** Counts what has come of the run. */
  readonly parts: number;
  /** What is asked; null for nothing. */
  readonly query: RequestQuery | null;
  readonly ask: (query: RequestQuery | null) => void;
  readonly seek: (at_ns: number) => void;
}

/** Columns of the command line's own output into a file. */
const WIDEST = 80;
const NARROWEST = 36;
const COLUMN_PX = 7.6;

export function Inspector({ source, set, view, at_ns, parts, query, ask, seek }: InspectorProps) {
  const panel = useRef<HTMLElement>(null);
  const changes = set.join('\n');
  const { address, ports } = view.owner;
  const asked = useMemo(() => {
    if (query === null) return null;
    const width = (panel.current?.clientWidth ?? 0) - 26;
    const columns = Math.max(NARROWEST, Math.min(WIDEST, Math.floor(width / COLUMN_PX)));
    return { source, set, query, columns };
  }, [query, source, changes]);
  // What was clicked may stand elsewhere on the page.
  useEffect(() => {
    if (query !== null) panel.current?.scrollIntoView({ block: 'nearest' });
  }, [query]);
  const { found, trouble, isLooking } = useFinding(asked);
  const port = portAsked(query) ?? found?.port ?? null;
  return (
    <section class="inspector" aria-label="Inspector" ref={panel}>
      <h2>Look into a port</h2>
      <div class="acts">
        <label for="port">
          port{' '}
          <TextBox
            id="port"
            value={port === null ? '' : String(port)}
            enter={(text) => {
              const chosen = Number(text);
              if (Number.isInteger(chosen) && chosen >= ports[0] && chosen <= ports[1])
                ask({ kind: 'opened', source: `${address}:${chosen}`, at_ns });
            }}
          />
        </label>
        <button type="button" onClick={() => ask({ kind: 'at', at_ns: Math.round(at_ns / 1e6) * 1e6 })}>
          The slowest request at this instant
        </button>
        <button type="button" onClick={() => ask({ kind: 'worst' })}>
          The worst of the run
        </button>
        {query !== null && (
          <button type="button" onClick={() => ask(null)}>
            Close
          </button>
        )}
      </div>
      <p class="note" role="status">
        {query === null
          ? 'A click on a cell of the picture, a dropped packet or a connect time in the charts does it, too.'
          : isLooking
            ? 'Looking: the run is simulated twice, once to find the request and once to record it …'
            : found === null
              ? ''
              : `The connection from ${found.source} at ${exact(found.start_ns)}.`}
      </p>
      {trouble !== null && <p class="trouble">{trouble}</p>}
      {port !== null && <Life view={view} port={port} parts={parts} at_ns={at_ns} seek={seek} />}
      {found !== null && (
        <div class="finding" aria-busy={isLooking}>
          <h3>Why</h3>
          <Scroller name="Why">
            <pre class="why">{found.text}</pre>
          </Scroller>
          <p class="note">
            The same on the command line: <code class="asked">{found.command}</code>
          </p>
          <h3>What the kernel asked</h3>
          <Conditions walks={found.walks} />
          <h3>Its packets</h3>
          <Ladder ladder={found.ladder} title={`Packets of ${found.source}`} />
        </div>
      )}
    </section>
  );
}

/** The port that a question names. */
export function portAsked(query: RequestQuery | null): number | null {
  return query?.kind === 'opened' ? portOf(query.source) : null;
}
