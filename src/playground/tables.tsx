/** What the charts and the picture show, as tables, for those who do not see them and for those who want the figures. */
import { useState } from 'preact/hooks';
import { type Spoken, spokenIn } from '../causes/words.ts';
import type { Result } from '../measure/result.ts';
import { count } from '../report/numbers.ts';
import { openerOfProtocol } from '../report/opener.ts';
import { portFigures } from '../report/ports/port_moments.ts';
import { chartsOf } from './charts.tsx';
import type { RunView } from './run/run_view.ts';
import { Scroller } from './scroller.tsx';

interface TablesProps {
  readonly view: RunView;
  readonly at_ns: number;
}

/** They are made when somebody opens them. */
export function Tables({ view, at_ns }: TablesProps) {
  const [hasPorts, setPorts] = useState(false);
  const [hasSeries, setSeries] = useState(false);
  return (
    <section class="tables" aria-label="Tables">
      <details onToggle={({ currentTarget }) => setPorts(currentTarget.open)}>
        <summary>The picture as a table</summary>
        {hasPorts && <PortTable view={view} at_ns={at_ns} />}
      </details>
      <details onToggle={({ currentTarget }) => setSeries(currentTarget.open)}>
        <summary>The charts as a table</summary>
        {hasSeries && <SeriesTable series={view.series} spoken={spokenIn(view.scenario)} />}
      </details>
    </section>
  );
}

/** Parts of the picture, from its top to its bottom. */
const PARTS = 16;

function PortTable({ view, at_ns }: TablesProps) {
  const { map, cells } = view;
  map.seek(at_ns);
  const size = Math.ceil(cells.count / PARTS);
  const parts = Array.from({ length: Math.ceil(cells.count / size) }, (_none, part) => {
    const first = cells.first + part * size * cells.step;
    const many = Math.min(size, cells.count - part * size);
    const own = { first, step: cells.step, count: many };
    return { ...portFigures(map, own), first, last: first + (many - 1) * cells.step };
  });
  const kinds = [...new Set(parts.flatMap(({ byKind }) => [...byKind.keys()]))];
  return (
    <Scroller name="The picture as a table">
      <table class="figures-table">
        <thead>
          <tr>
            {[
              'ports',
              ...kinds,
              'without an entry',
              `${openerOfProtocol(view.owner.protocol)}s dropped in the last second`,
            ].map((title) => (
              <th scope="col" key={title}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {parts.map(({ first, last, byKind, free, dropped }) => (
            <tr key={first}>
              <th scope="row">
                {first} to {last}
              </th>
              {kinds.map((kind) => (
                <td key={kind}>{count(byKind.get(kind) ?? 0)}</td>
              ))}
              <td>{count(free)}</td>
              <td>{count(dropped)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}

function SeriesTable({ series, spoken }: { readonly series: Result['series']; readonly spoken: Spoken }) {
  const lines = chartsOf(series, spoken).flatMap((chart) =>
    chart.lines(series, spoken).map(({ column, name }) => ({ column, title: `${chart.title}: ${name}` })),
  );
  const times = series.time_s ?? [];
  return (
    <Scroller name="The charts as a table">
      <table class="figures-table">
        <thead>
          <tr>
            <th scope="col">until, s</th>
            {lines.map(({ column, title }) => (
              <th scope="col" key={column}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map((time, row) => (
            <tr key={time}>
              <th scope="row">{time}</th>
              {lines.map(({ column }) => (
                <td key={column}>{text(series[column]?.[row])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}

function text(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  return Number.isInteger(value) ? count(value) : String(Math.round(value * 1000) / 1000);
}
