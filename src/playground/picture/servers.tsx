/** The real servers at the instant: their weight, the connections that IPVS counts, and the requests they got. */
import { count } from '../../report/numbers.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { serverLabels } from '../../scenario/server_labels.ts';
import { columnsOf, rowAt } from '../run/columns.ts';
import type { RunView } from '../run/run_view.ts';

/** So many stand beside the picture; all of them are columns of series.csv. */
const MOST = 12;

export function Servers({ view, at_ns }: { readonly view: RunView; readonly at_ns: number }) {
  const { series } = view;
  const row = rowAt(series, at_ns);
  const servers = columnsOf('requests', series);
  const shown = servers.slice(0, MOST);
  const weights = weightsOf(view.scenario);
  const requests = shown.map(([column]) => series[column]?.[row] ?? 0);
  const most = Math.max(1, ...requests);
  return (
    <table class="now servers">
      <caption>In this interval</caption>
      <thead>
        <tr>
          {['real server', 'weight', 'active', 'inactive', 'requests'].map((title) => (
            <th scope="col" key={title}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shown.map(([column, name], index) => (
          <tr key={column}>
            <th scope="row">{name}</th>
            <td>{text(series[`weight[${name}]`]?.[row] ?? weights.get(name))}</td>
            <td>{text(series[`active_conn[${name}]`]?.[row])}</td>
            <td>{text(series[`inact_conn[${name}]`]?.[row])}</td>
            <td class="figure">
              <i class="bar" style={{ width: `${(100 * requests[index]!) / most}%` }} aria-hidden="true" />
              <span>{row < 0 ? '–' : count(requests[index]!)}</span>
            </td>
          </tr>
        ))}
      </tbody>
      {servers.length > MOST && (
        <tfoot>
          <tr>
            <td colSpan={5}>{count(servers.length - MOST)} more are in series.csv</td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}

/** By the names that columns have: where weights do not change they are no series. */
function weightsOf(scenario: Scenario): ReadonlyMap<string, number> {
  const labels = serverLabels(scenario);
  return new Map(
    scenario.services.flatMap(({ name, realServers }) =>
      realServers.map(({ address, weight }) => [labels.of(name, address), weight] as const),
    ),
  );
}

function text(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : count(value);
}
