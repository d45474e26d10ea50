/** The real servers at the instant: their weight, the connections that IPVS counts, and the requests they got. */
import { count } from '../../report/numbers.ts';
import { columnsOf, rowAt } from '../run/columns.ts';
import type { RunView } from '../run/run_view.ts';

/** So many stand beside the picture; all of them are columns of series.csv. */
const MOST = 12;

export function Servers({ view, at_ns }: { readonly view: RunView; readonly at_ns: number }) {
  const { series } = view;
  const row = rowAt(series, at_ns);
  const servers = columnsOf('requests', series);
  const shown = servers.slice(0, MOST);
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
            <td>{text(series[`weight[${name}]`]?.[row] ?? weightOf(view, name))}</td>
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

/** Where weights do not change they are no series. */
function weightOf({ scenario }: RunView, name: string): number | undefined {
  return scenario.services
    .flatMap((service) => service.realServers.map((server) => ({ service, server })))
    .find(({ service, server }) => name === server.address || name === `${service.name}/${server.address}`)
    ?.server.weight;
}

function text(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : count(value);
}
