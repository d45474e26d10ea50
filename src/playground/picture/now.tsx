/** The instant in figures: the picture's legend, and what it shows for those who cannot see it. */
import { count } from '../../report/numbers.ts';
import { openerOfProtocol } from '../../report/opener.ts';
import { portFigures } from '../../report/ports/port_moments.ts';
import { ENTRY_COLOURS } from '../../report/svg/svg_theme.ts';
import { rowAt } from '../run/columns.ts';
import type { RunView } from '../run/run_view.ts';

export function Now({ view, at_ns }: { readonly view: RunView; readonly at_ns: number }) {
  view.map.seek(at_ns);
  const { free, byKind, dropped } = portFigures(view.map, view.cells);
  const row = rowAt(view.series, at_ns);
  const qps = view.series.qps?.[row] ?? null;
  const conntrack = view.series.conntrack_entries?.[row] ?? null;
  const kinds = ENTRY_COLOURS.filter(([kind]) => byKind.has(kind));
  return (
    <table class="now">
      <caption>Ports at this instant</caption>
      <tbody>
        <Row name="requests per second" value={qps === null ? '–' : count(qps)} />
        <Row name="just opened: the walk" swatch="walk" value="" />
        <Row
          name={`${openerOfProtocol(view.owner.protocol)}s dropped in the last second`}
          swatch="dropped"
          value={count(dropped)}
        />
        {kinds.map(([kind, colour]) => (
          <Row key={kind} name={kind} swatch={`c${colour}`} value={count(byKind.get(kind)!)} />
        ))}
        <Row name="without an entry" swatch="free" value={count(free)} />
        <Row name="entries in conntrack" value={conntrack === null ? '–' : count(conntrack)} />
      </tbody>
    </table>
  );
}

function Row({ name, value, swatch }: { name: string; value: string; swatch?: string }) {
  return (
    <tr data-row={swatch}>
      <th scope="row">
        {swatch !== undefined && <i class={`swatch ${swatch}`} />}
        {name}
      </th>
      <td>{value}</td>
    </tr>
  );
}
